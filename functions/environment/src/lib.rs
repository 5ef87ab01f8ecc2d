//! What both functions take from the Lambda environment: their variables, checked all together.

mod variables;

pub use variables::{Fault, Faults, Variables};
