use serde::Deserialize;

use super::request::{Message, Request, Signed, Verified};
use super::signature_format::SignatureFormat;
use crate::body::{self, Member};
use crate::{Encoding, Secret, VerifyError};

/// Bitbucket Cloud and Data Center: `X-Hub-Signature: sha256=<hex>`, HMAC-SHA256 of the body, exactly one value. The
/// time is not signed.
///
/// The event's type is `X-Event-Key` (`repo:push`). The delivery's id is `X-Request-UUID`, which stays the same in
/// retries. Both are not signed. Jira signs in the same way and has its type in the body, as `webhookEvent`.
///
/// Facts: <https://support.atlassian.com/bitbucket-cloud/docs/manage-webhooks/> (secure webhooks) and
/// <https://support.atlassian.com/bitbucket-cloud/docs/event-payloads/> (headers).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Bitbucket;

const FORMAT: SignatureFormat<'static> = SignatureFormat::sha256("X-Hub-Signature", "sha256=", Encoding::Hex);

#[derive(Default, Deserialize)]
#[serde(default)]
struct Body<'a> {
    #[serde(borrow, rename = "webhookEvent")]
    webhook_event: Member<'a>,
}

impl Bitbucket {
    pub(super) fn verify(self, request: Request<'_>, secrets: &[Secret]) -> Result<Verified, VerifyError> {
        FORMAT.verify_body(request, secrets)?;
        let header = request.headers.first("X-Event-Key").map(str::to_owned);
        let in_body = || body::parse_text(body::parse_members::<Body<'_>>(request.body).webhook_event);
        let event_type = header.or_else(in_body);
        let delivery_id = request.headers.first("X-Request-UUID").map(str::to_owned);
        Ok(Verified { event_type, delivery_id, ..Verified::default() })
    }

    pub(super) fn sign(self, message: Message<'_>, secret: &Secret) -> Signed {
        FORMAT.sign_body(message, secret)
    }
}
