//! What both functions take from the Lambda environment: their own variables, checked all together, and the settings of
//! their AWS clients.

mod aws;
mod sdk_error;
mod variables;

pub use aws::{AwsSettings, Patience};
pub use sdk_error::describe;
pub use variables::{Fault, Faults, Variables};
