use super::request::{Handshake, Message, Request, Signed, Verified};
use super::signature_format::SignatureFormat;
use crate::{Encoding, Secret, VerifyError};

/// GitHub: `X-Hub-Signature-256: sha256=<hex>`, HMAC-SHA256 of the body, exactly one value. The time is not signed.
///
/// The old `X-Hub-Signature` (SHA-1) is ignored. `X-GitHub-Event` and `X-GitHub-Delivery` are not signed.
/// A `ping` event is a handshake.
///
/// Facts: <https://docs.github.com/en/webhooks/using-webhooks/validating-webhook-deliveries> and
/// <https://docs.github.com/en/webhooks/webhook-events-and-payloads#delivery-headers>.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Github;

const FORMAT: SignatureFormat<'static> = SignatureFormat::sha256("X-Hub-Signature-256", "sha256=", Encoding::Hex);

impl Github {
    pub(super) fn verify(self, request: Request<'_>, secrets: &[Secret]) -> Result<Verified, VerifyError> {
        FORMAT.verify_body(request, secrets)?;
        let event_type = request.headers.first("X-GitHub-Event").map(str::to_owned);
        let handshake = (event_type.as_deref() == Some("ping")).then(|| Handshake::text("pong"));
        let delivery_id = request.headers.first("X-GitHub-Delivery").map(str::to_owned);
        Ok(Verified { event_type, delivery_id, handshake, ..Verified::default() })
    }

    pub(super) fn sign(self, message: Message<'_>, secret: &Secret) -> Signed {
        FORMAT.sign_body(message, secret)
    }
}
