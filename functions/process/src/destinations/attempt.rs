use std::future::Future;

use hookline_telemetry::Trace;
use tokio::time::{Instant, timeout_at};

use super::clients::Clients;
use crate::failure::Failure;
use crate::reason::Reason;

/// The context of one attempt.
#[derive(Clone, Copy)]
pub(crate) struct Attempt<'a> {
    /// The end of the attempt: the timeout of the destination, or the end of the batch.
    pub(crate) deadline: Instant,
    /// The trace that outgoing calls continue.
    pub(crate) trace: Option<&'a Trace>,
    /// The clients for outgoing calls.
    pub(crate) clients: &'a Clients,
}

/// Runs a call of an attempt. At the deadline the call is dropped and [`Reason::Timeout`] is returned.
pub(super) async fn before_deadline<T>(
    deadline: Instant,
    call: impl Future<Output = Result<T, Failure>>,
) -> Result<T, Failure> {
    timeout_at(deadline, call).await.unwrap_or_else(|_| Err(Reason::Timeout.into()))
}
