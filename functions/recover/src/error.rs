use std::borrow::Cow;

use hookline_aws::{PortError, SecretsError};

use crate::github::{GithubError, InvalidCredential};

/// A run that could not begin, or whose state could not be stored.
#[derive(Debug, thiserror::Error)]
pub enum RunError {
    /// The source's secret could not be read.
    #[error("{source}")]
    Secret {
        /// The reason.
        source: SecretsError,
    },
    /// The source's secret is not what its configuration needs.
    #[error("the secret of the recovery cannot be used: {source}; store it with `hookline secret set --recovery`")]
    Credential {
        /// The reason.
        source: InvalidCredential,
    },
    /// GitHub does not authenticate the App.
    #[error("{source}")]
    Github {
        /// The reason.
        source: GithubError,
    },
    /// The table with the state did not respond.
    #[error("{source}")]
    State {
        /// The failed call.
        source: PortError,
    },
}

impl RunError {
    /// Returns a stable reason code for logs.
    #[must_use]
    pub fn reason(&self) -> Cow<'static, str> {
        match self {
            Self::Secret { source } => source.reason().into(),
            Self::Credential { .. } => "secret_unusable".into(),
            Self::Github { source } => source.reason(),
            Self::State { .. } => "state_unavailable".into(),
        }
    }

    /// Returns the time until which a rate limit allows no request, if that is the reason.
    pub(crate) fn limited_until(&self) -> Option<u64> {
        match self {
            Self::Github { source: GithubError::RateLimited { until } } => Some(*until),
            _ => None,
        }
    }
}
