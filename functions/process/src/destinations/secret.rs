//! The secrets of destinations: lookups and the failures that an operator can correct while the event is retried.

use std::sync::Arc;

use hookline_aws::SecretsError;
use hookline_signature::Secret;
use hookline_telemetry::{Level, Line};
use tokio::time::Instant;

use super::attempt::{Attempt, before_deadline};
use super::clients::Clients;
use crate::failure::Failure;
use crate::reason::Reason;

/// Returns the current secret of a destination and, after a rotation, the previous one.
pub(super) async fn lookup(clients: &Clients, destination: &str, deadline: Instant) -> Result<Arc<[Secret]>, Failure> {
    let lookup = async { clients.secrets.get(destination).await.map_err(|error| unavailable(destination, &error)) };
    before_deadline(deadline, lookup).await
}

/// Makes a request with the current secret of a destination and, after a rotation, the previous one. If the receiver
/// rejects the secret, an operator may have replaced it. So the secret is read again, and the request is made once more if
/// the current secret has changed. If it cannot be read, it may have been replaced, so the delivery is retried.
///
/// `is_rejection` returns whether a failure can be due to the secret.
pub(super) async fn with_current(
    attempt: Attempt<'_>,
    destination: &str,
    is_rejection: impl Fn(&Reason) -> bool,
    send: impl AsyncFn(&[Secret]) -> Result<(), Failure>,
) -> Result<(), Failure> {
    let Attempt { clients, deadline, .. } = attempt;
    let secrets = lookup(clients, destination, deadline).await?;
    let failure = match send(&secrets).await {
        Err(failure) if is_rejection(&failure.reason) => failure,
        result => return result,
    };
    let refresh = async { Ok(clients.secrets.refresh(destination, &secrets).await) };
    match before_deadline(deadline, refresh).await? {
        Ok(Some(refreshed)) if !is_same(secrets.first(), refreshed.first()) => send(&refreshed).await,
        Ok(_) => Err(failure),
        Err(error) => Err(unavailable(destination, &error)),
    }
}

/// Whether the current secret is unchanged. A changed previous secret does not justify another request.
fn is_same(used: Option<&Secret>, current: Option<&Secret>) -> bool {
    used.zip(current).is_none_or(|(used, current)| current.matches(used))
}

/// Logs that a secret cannot be read.
fn unavailable(destination: &str, error: &SecretsError) -> Failure {
    let line = Line { destination, reason: error.reason(), ..Line::new(Level::Warn, "secret_unavailable") };
    Line { detail: Some(error), ..line }.write(&[]);
    Reason::from(error).into()
}

/// Logs that the function's role has no usable credentials.
pub(super) fn unavailable_credentials(destination: &str, error: &dyn std::fmt::Display) -> Failure {
    let line = Line { destination, reason: "secret_unavailable", ..Line::new(Level::Warn, "secret_unavailable") };
    Line { detail: Some(error), ..line }.write(&[]);
    Reason::SecretUnavailable.into()
}

/// Logs that a secret has the wrong format. `detail` must not quote the secret.
pub(super) fn unusable(destination: &str, detail: &str) -> Failure {
    let line = Line { destination, reason: "secret_unusable", ..Line::new(Level::Warn, "secret_unavailable") };
    Line { detail: Some(&detail), ..line }.write(&[]);
    Reason::SecretUnusable.into()
}
