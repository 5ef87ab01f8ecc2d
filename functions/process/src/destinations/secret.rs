//! The secrets of destinations: lookups and the failures that an operator can correct while the event is retried.

use std::sync::Arc;

use hookline_aws::SecretsError;
use hookline_signature::Secret;
use hookline_telemetry::{Level, Line};
use tokio::time::Instant;

use super::attempt::before_deadline;
use super::clients::Clients;
use crate::failure::Failure;
use crate::reason::Reason;

/// Returns the current secret of a destination and, after a rotation, the previous one.
pub(super) async fn lookup(clients: &Clients, destination: &str, deadline: Instant) -> Result<Arc<[Secret]>, Failure> {
    let lookup = async { clients.secrets.get(destination).await.map_err(|error| unavailable(destination, &error)) };
    before_deadline(deadline, lookup).await
}

/// Logs that a secret cannot be read.
fn unavailable(destination: &str, error: &SecretsError) -> Failure {
    let line = Line { destination, reason: error.reason(), ..Line::new(Level::Warn, "secret_unavailable") };
    Line { detail: Some(error), ..line }.write(&[]);
    Reason::from(error).into()
}

/// Logs that a secret has the wrong format. `detail` must not quote the secret.
pub(super) fn unusable(destination: &str, detail: &str) -> Failure {
    let line = Line { destination, reason: "secret_unusable", ..Line::new(Level::Warn, "secret_unavailable") };
    Line { detail: Some(&detail), ..line }.write(&[]);
    Reason::SecretUnusable.into()
}
