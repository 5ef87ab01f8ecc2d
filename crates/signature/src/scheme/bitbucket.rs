use super::tags::Form;
use super::{Message, Request, Signed, Verified};
use crate::{Encoding, Secret, VerifyError};

/// Bitbucket Cloud and Data Center: `X-Hub-Signature: sha256=<hex>`, HMAC-SHA256 over the body, exactly one value; no
/// time is signed.
///
/// `X-Event-Key` (`repo:push`) and `X-Request-UUID`, which is the same when a request is tried again, are not signed.
///
/// Facts: <https://support.atlassian.com/bitbucket-cloud/docs/manage-webhooks/> (secure webhooks) and
/// <https://support.atlassian.com/bitbucket-cloud/docs/event-payloads/> (headers).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Bitbucket;

const FORM: Form<'static> = Form::sha256("X-Hub-Signature", "sha256=", Encoding::Hex);

impl Bitbucket {
    pub(super) fn verify(self, request: Request<'_>, secrets: &[Secret]) -> Result<Verified, VerifyError> {
        FORM.verify_body(request, secrets)?;
        let event_type = request.headers.first("X-Event-Key").map(str::to_owned);
        let delivery_id = request.headers.first("X-Request-UUID").map(str::to_owned);
        Ok(Verified { event_type, delivery_id, ..Verified::default() })
    }

    pub(super) fn sign(self, message: Message<'_>, secret: &Secret) -> Signed {
        FORM.sign_body(message, secret)
    }
}
