use super::{Encoding, Handshake, Hmac, Message, Request, Verified};
use crate::{Secret, VerifyError};

/// GitHub: `X-Hub-Signature-256: sha256=<hex>`, HMAC-SHA256 over the body, exactly one value; no time is signed.
///
/// The old `X-Hub-Signature` (SHA-1) is never looked at. `X-GitHub-Event` and `X-GitHub-Delivery` are not signed.
/// A `ping` asks whether somebody is here.
///
/// Facts: <https://docs.github.com/en/webhooks/using-webhooks/validating-webhook-deliveries> and
/// <https://docs.github.com/en/webhooks/webhook-events-and-payloads#delivery-headers>.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Github;

impl Github {
    pub(super) fn verify(self, request: Request<'_>, secrets: &[Secret]) -> Result<Verified, VerifyError> {
        let verified = Self::hmac().verify(request, secrets)?;
        let event_type = request.headers.first("X-GitHub-Event").map(str::to_owned);
        let handshake = (event_type.as_deref() == Some("ping"))
            .then(|| Handshake { content_type: "text/plain; charset=utf-8", body: "pong".to_owned() });
        let delivery_id = request.headers.first("X-GitHub-Delivery").map(str::to_owned);
        Ok(Verified { event_type, delivery_id, handshake, ..verified })
    }

    pub(super) fn sign(self, message: Message<'_>, secret: &Secret) -> Vec<(String, String)> {
        Self::hmac().sign(message, secret)
    }

    fn hmac() -> Hmac {
        Hmac { header: "X-Hub-Signature-256".to_owned(), prefix: "sha256=".to_owned(), encoding: Encoding::Hex }
    }
}
