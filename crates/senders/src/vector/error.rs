use crate::SourceError;

/// A vector that cannot be verified.
#[derive(Debug, thiserror::Error)]
pub enum VectorError {
    /// The sender is unknown, or its requests cannot be verified.
    #[error(transparent)]
    Sender(#[from] SourceError),
    /// The vector needs an algorithm that is not supported.
    #[error("the algorithm `{algorithm}` is not supported")]
    Unsupported {
        /// What the file calls the algorithm.
        algorithm: String,
    },
    /// The vector has no key: it has to be fetched, or it is not published.
    #[error("the vector has no key")]
    NoKey,
    /// The vector has no sender or no request, or they are not encoded as their names say.
    #[error("the vector {problem}")]
    Malformed {
        /// The problem.
        problem: &'static str,
    },
}

pub(super) fn malformed(problem: &'static str) -> VectorError {
    VectorError::Malformed { problem }
}
