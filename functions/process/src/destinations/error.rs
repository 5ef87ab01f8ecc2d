use crate::egress::TargetError;
use crate::reason::Reason;

/// Why a destination cannot be used at all.
#[derive(Debug, thiserror::Error)]
pub(crate) enum DestinationError {
    /// A URL that may not be posted to.
    #[error(transparent)]
    Target(#[from] TargetError),
    /// Not a header, or one that is not its owner's to set.
    #[error("`{name}` is no header that can be set: not a header, the event's own, or one that carries credentials")]
    BadHeader {
        /// What was given.
        name: String,
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
