//! Configuration that does not fit into a function's environment, which Lambda limits to 4 KB. It is an object in S3.

mod error;
mod object;

pub use error::{ConfigurationError, MAX_CONFIGURATION_BYTES};
pub use object::{ConfigurationObject, ConfigurationVariables};
