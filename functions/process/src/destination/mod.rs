//! Where events go: a file a kind. A new kind is one file, a variant here and one of [`DestinationConfig`].

mod http;
mod outbound;

use std::collections::BTreeMap;
use std::num::NonZeroU64;
use std::time::Duration;

use hookline_event::Event;
use serde::Deserialize;

pub(crate) use self::outbound::Outbound;

/// A destination as Terraform writes it.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(tag = "kind", rename_all = "lowercase", deny_unknown_fields)]
pub(crate) enum DestinationConfig {
    /// Posts the exact body to a URL.
    Http {
        /// Where to.
        url: String,
        /// How long an attempt may take.
        timeout_ms: NonZeroU64,
        /// What is sent beside the event's own headers.
        #[serde(default)]
        headers: BTreeMap<String, String>,
    },
}

/// A destination that is ready to be delivered to.
pub(crate) enum Destination {
    /// Posts the exact body to a URL.
    Http(http::Http),
}

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

impl Destination {
    /// Checks what was said and makes what is needed to deliver.
    ///
    /// # Errors
    ///
    /// [`DestinationError`].
    pub(crate) fn new(config: &DestinationConfig, outbound: &Outbound) -> Result<Self, DestinationError> {
        match config {
            DestinationConfig::Http { url, timeout_ms, headers } => {
                http::Http::new(url, Duration::from_millis(timeout_ms.get()), headers, outbound).map(Self::Http)
            }
        }
    }

    /// One attempt, within `time`.
    pub(crate) async fn deliver(&self, event: &Event, time: Duration) -> Result<(), Failure> {
        match self {
            Self::Http(http) => http.deliver(event, time).await,
        }
    }
}
