use std::future::Future;
use std::num::NonZeroU64;
use std::time::Duration;

use hookline_telemetry::Trace;
use tokio::time::{Instant, timeout_at};

use super::clients::Clients;
use crate::failure::Failure;
use crate::reason::Reason;

/// The timeout of an attempt at a destination without an own one, in milliseconds. Terraform omits it to save bytes.
const DEFAULT_TIMEOUT_MS: NonZeroU64 = NonZeroU64::MIN.saturating_add(4999);

/// Returns the timeout for a configuration without one.
pub(super) fn default_timeout_ms() -> NonZeroU64 {
    DEFAULT_TIMEOUT_MS
}

/// The context of one attempt.
#[derive(Clone, Copy)]
pub(crate) struct Attempt<'a> {
    /// The time that remains for the attempt.
    pub(crate) remaining: Duration,
    /// The trace that outgoing calls continue.
    pub(crate) trace: Option<&'a Trace>,
    /// The clients for outgoing calls.
    pub(crate) clients: &'a Clients,
}

impl Attempt<'_> {
    /// Returns the deadline for a destination with this timeout.
    pub(super) fn deadline(&self, timeout: Duration) -> Instant {
        Instant::now() + timeout.min(self.remaining)
    }
}

/// Runs a call of an attempt. At the deadline the call is dropped and [`Reason::Timeout`] is returned.
pub(super) async fn before_deadline<T>(
    deadline: Instant,
    call: impl Future<Output = Result<T, Failure>>,
) -> Result<T, Failure> {
    timeout_at(deadline, call).await.unwrap_or_else(|_| Err(Reason::Timeout.into()))
}
