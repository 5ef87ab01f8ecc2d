use crate::reason::Reason;

/// A failed attempt.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Failure {
    /// Why the attempt failed, and whether it is retryable.
    pub(crate) reason: Reason,
    /// The wait that the destination requested, in seconds.
    pub(crate) retry_after: Option<u32>,
}

impl Failure {
    /// Creates the deferral of a delivery that has to wait for this number of seconds without an attempt.
    pub(crate) fn deferral(reason: Reason, seconds: u64) -> Self {
        Self { reason, retry_after: Some(seconds.try_into().unwrap_or(u32::MAX)) }
    }
}

impl From<Reason> for Failure {
    /// Creates a failure without a requested wait.
    fn from(reason: Reason) -> Self {
        Self { reason, retry_after: None }
    }
}
