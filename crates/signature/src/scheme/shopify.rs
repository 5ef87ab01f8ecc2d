use super::request::{Message, Request, Signed, Verified};
use super::signature_format::SignatureFormat;
use crate::{Encoding, Secret, VerifyError};

/// Shopify: `X-Shopify-Hmac-SHA256: <base64>`, HMAC-SHA256 of the body, exactly one value. The time is not signed.
///
/// The event's type is `X-Shopify-Topic` with dots (`orders/create` becomes `orders.create`). The delivery's id is
/// `X-Shopify-Webhook-Id`, which stays the same in retries. Both are not signed.
///
/// Facts:
/// <https://shopify.dev/docs/apps/build/webhooks/subscribe/https#step-2-validate-the-origin-of-your-webhook-to-ensure-its-coming-from-shopify>
/// and <https://shopify.dev/docs/api/webhooks?reference=toml#headers>.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Shopify;

const FORMAT: SignatureFormat<'static> = SignatureFormat::sha256("X-Shopify-Hmac-SHA256", "", Encoding::Base64);

impl Shopify {
    pub(super) fn verify(self, request: Request<'_>, secrets: &[Secret]) -> Result<Verified, VerifyError> {
        FORMAT.verify_body(request, secrets)?;
        let event_type = request.headers.first("X-Shopify-Topic").map(|topic| topic.replace('/', "."));
        let delivery_id = request.headers.first("X-Shopify-Webhook-Id").map(str::to_owned);
        Ok(Verified { event_type, delivery_id, ..Verified::default() })
    }

    pub(super) fn sign(self, message: Message<'_>, secret: &Secret) -> Signed {
        FORMAT.sign_body(message, secret)
    }
}
