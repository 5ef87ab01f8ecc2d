use std::io;

/// Why there was no answer.
#[derive(Debug, thiserror::Error)]
pub enum HttpError {
    /// No connection in time.
    #[error("not open in time")]
    Late,
    /// No connection: no such name, nobody there, or TLS that cannot be trusted.
    #[error("{source}")]
    NotOpen {
        /// What the resolver, the system or `rustls` says.
        source: io::Error,
    },
    /// It broke off, or what came is no HTTP. The other end may have had the request.
    #[error("{source}")]
    Broken {
        /// What `hyper` says.
        source: hyper::Error,
    },
    /// More than it may be.
    #[error("the answer is larger than {limit} bytes")]
    TooLarge {
        /// What it may be.
        limit: usize,
    },
}
