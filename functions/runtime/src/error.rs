/// Why the function cannot go on. Lambda starts another one.
#[derive(Debug, thiserror::Error)]
pub enum RuntimeError {
    /// No connection, or one that broke off.
    #[error("the Runtime API at {address} does not answer")]
    Connection {
        /// `AWS_LAMBDA_RUNTIME_API`.
        address: String,
        /// What the socket says.
        #[source]
        source: std::io::Error,
    },
    /// An answer that is no HTTP, or broke off.
    #[error("the Runtime API's answer to {path} cannot be read")]
    Answer {
        /// What was asked.
        path: String,
        /// What the parser says.
        #[source]
        source: hyper::Error,
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
    /// A request that cannot be made of the address or of an event's id.
    #[error("{path} cannot be asked of the Runtime API")]
    Request {
        /// What was to be asked.
        path: String,
        /// Why not.
        #[source]
        source: http::Error,
    },
}
