//! Wrong usage of the command line that its parser does not find.

/// Wrong usage that several options together show, or the value of an option. The exit code of the command is then 2.
#[derive(Debug, thiserror::Error)]
#[error("{0}")]
pub struct UsageError(pub String);
