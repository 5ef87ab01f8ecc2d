/// Why the function cannot go on. Lambda starts another one.
#[derive(Debug, thiserror::Error)]
pub enum RuntimeError {
    /// No connection, one that broke off, or an answer that is no HTTP.
    #[error("the Runtime API at {address} does not answer {path}: {source}")]
    Connection {
        /// `AWS_LAMBDA_RUNTIME_API`.
        address: String,
        /// What was asked.
        path: String,
        /// What the socket or the parser says.
        source: std::io::Error,
    },
    /// Lambda has no event to give, and will have none.
    #[error("the Runtime API answers {status} when asked for an event")]
    NoEvent {
        /// The answer's status.
        status: u16,
    },
    /// An event without what makes it one.
    #[error("the Runtime API gives an event without {header}")]
    NoHeader {
        /// The header's name.
        header: &'static str,
    },
}
