//! The credentials and the signature of a request, which come from the destination's secret.

use hookline_senders::Endpoint;
use hookline_signature::Secret;

use super::signature;
use crate::destinations::attempt::Attempt;
use crate::destinations::secret;
use crate::egress::HttpRequest;
use crate::failure::Failure;
use crate::reason::Reason;

/// How the requests of a destination are signed and authenticated.
#[derive(Debug)]
pub(super) struct Auth {
    /// The name of the destination, which is also the name of its secret.
    destination: String,
    /// How each request is signed with the destination's secret, if it is.
    signature: Option<Endpoint>,
}

impl Auth {
    pub(super) fn new(destination: &str, signature: Option<Endpoint>) -> Self {
        Self { destination: destination.to_owned(), signature }
    }

    /// Adds the credentials and the signature to a request and sends it. `id` is the signed identifier of the event.
    ///
    /// If the receiver rejects the credentials, the secret is read again, and the request is repeated with a changed
    /// secret.
    pub(super) async fn send(&self, id: &str, request: HttpRequest<'_>, attempt: Attempt<'_>) -> Result<(), Failure> {
        if self.signature.is_none() {
            return attempt.clients.egress.send(request, attempt.deadline).await;
        }
        let send = async |secrets: &[Secret]| self.send_with(id, request.clone(), secrets, attempt).await;
        secret::with_current(attempt, &self.destination, is_rejection, send).await
    }

    async fn send_with(
        &self,
        id: &str,
        mut request: HttpRequest<'_>,
        secrets: &[Secret],
        attempt: Attempt<'_>,
    ) -> Result<(), Failure> {
        if let Some(scheme) = &self.signature {
            request.headers.extend(signature::signatures(&self.destination, scheme, id, &request.body, secrets)?);
        }
        attempt.clients.egress.send(request, attempt.deadline).await
    }
}

/// Whether a request with another secret can succeed.
fn is_rejection(reason: &Reason) -> bool {
    matches!(reason, Reason::SecretUnusable | Reason::Http { status: 401 | 403, .. })
}
