/// A value of a request that cannot be read, or that would make a text ambiguous.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ReadError {
    /// A required header is missing.
    #[error("`{location}` is missing")]
    Missing {
        /// The value's place.
        location: String,
    },
    /// A value occurs more than once: proxies and other readers may choose different ones.
    #[error("`{location}` occurs more than once")]
    Duplicate {
        /// The value's place.
        location: String,
    },
    /// A value is missing, or a text with it would be ambiguous.
    #[error("the value in `{location}` is missing or malformed")]
    Malformed {
        /// The value's place.
        location: String,
    },
    /// The body cannot be read.
    #[error("the body cannot be read: {problem}")]
    UnreadableBody {
        /// The problem.
        problem: &'static str,
    },
    /// The hash of the body is missing, or the request has no values that stand for its body.
    #[error("the hash of the body is missing")]
    MissingHash,
}
