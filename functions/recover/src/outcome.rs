use crate::error::RunError;
use crate::run::Report;

/// How an invocation ended.
pub(crate) enum Outcome {
    /// A run was made, at least in part.
    Run(Report),
    /// Another invocation runs for the source.
    InProgress,
    /// A rate limit allows no request yet.
    Limited,
    /// The run could not begin, or its result could not be stored.
    Failed(RunError),
}
