use std::time::Duration;

use crate::failure::Failure;
use crate::lane::Lane;
use crate::reason::Reason;

/// Whether a delivery may be attempted now.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Admission {
    /// The delivery may be attempted.
    Attempt {
        /// Whether the attempt finds out if the destination works again.
        is_probe: bool,
    },
    /// The delivery has to wait.
    Defer(Failure),
}

/// A delivery whose admission is decided.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Candidate<'a> {
    pub(crate) destination: &'a str,
    /// The timeout of the destination.
    pub(crate) timeout: Duration,
    pub(crate) lane: Lane,
    /// The age of the delivery in seconds.
    pub(crate) age_seconds: u64,
}

/// Returns the admission of a delivery that has to wait.
pub(super) fn defer(reason: Reason, seconds: u64) -> Admission {
    Admission::Defer(Failure::deferral(reason, seconds))
}
