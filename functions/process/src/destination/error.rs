use crate::reason::Reason;

/// Why a destination cannot be used at all.
#[derive(Debug, thiserror::Error)]
pub(crate) enum DestinationError {
    /// Not a URL.
    #[error("`{url}` is not a URL with a host")]
    BadUrl {
        /// What was given.
        url: String,
    },
    /// Not a header, or one that is not its owner's to set.
    #[error("`{name}` is no header that can be set: not a header, the event's own, or one that carries credentials")]
    BadHeader {
        /// What was given.
        name: String,
    },
    /// Neither https nor an address of a private network that the workspace lists.
    #[error("`{url}` is not https, which only addresses in private_networks may do without")]
    NotHttps {
        /// What was given.
        url: String,
    },
    /// Not an e-mail address.
    #[error("`{address}` is not an e-mail address")]
    BadAddress {
        /// What was given.
        address: String,
    },
    /// A template that cannot be read.
    #[error("the template cannot be used: {detail}")]
    BadTemplate {
        /// What is wrong with it, and where.
        detail: String,
    },
    /// A user or a password in a URL would be a secret in the configuration. Not quoted: it may be one.
    #[error("the URL has a user or a password; have requests signed instead")]
    Credentials,
}

/// A failed attempt.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Failure {
    /// Why, and with it whether another attempt can help.
    pub(crate) reason: Reason,
    /// Seconds that the destination asked for.
    pub(crate) retry_after: Option<u32>,
}

impl From<Reason> for Failure {
    /// With no time asked for.
    fn from(reason: Reason) -> Self {
        Self { reason, retry_after: None }
    }
}
