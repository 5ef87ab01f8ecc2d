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
    /// The HTTP client could not be made.
    #[error("the client could not be made")]
    Client {
        /// What `reqwest` says.
        #[from]
        source: reqwest::Error,
    },
}

/// Why an attempt failed, and with it whether another one can help.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub(crate) enum Failure {
    /// Another attempt may work.
    #[error("{reason} (retryable)")]
    Retryable {
        /// A stable word, for instance `http_503` or `timeout`.
        reason: String,
        /// Seconds that the destination asked for.
        retry_after: Option<u32>,
    },
    /// No attempt will work until somebody changes something.
    #[error("{reason} (permanent)")]
    Permanent {
        /// A stable word, for instance `http_404`.
        reason: String,
    },
}

impl Failure {
    /// Retryable, with no time asked for.
    pub(crate) fn retryable(reason: impl Into<String>) -> Self {
        Self::Retryable { reason: reason.into(), retry_after: None }
    }

    /// Permanent.
    pub(crate) fn permanent(reason: impl Into<String>) -> Self {
        Self::Permanent { reason: reason.into() }
    }

    /// The stable word.
    #[must_use]
    pub(crate) fn reason(&self) -> &str {
        match self {
            Self::Retryable { reason, .. } | Self::Permanent { reason } => reason,
        }
    }
}
