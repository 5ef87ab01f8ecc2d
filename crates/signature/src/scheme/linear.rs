use serde::Deserialize;

use super::request::{Message, Request, Signed, Verified};
use super::signature_format::SignatureFormat;
use crate::body::{self, Member};
use crate::{Encoding, Secret, VerifyError, time};

/// Linear: `Linear-Signature: <hex>`, HMAC-SHA256 of the body, exactly one value. The time is `webhookTimestamp` in the
/// signed body, in milliseconds since 1970.
///
/// Linear recommends a tolerance of 60 s, but its retries are later: 1 minute, 1 hour and 6 hours after the previous
/// attempt. Each retry has the same bytes, and thus the time of the first attempt, so a tolerance of 60 s rejects all of
/// them: <https://github.com/vercel/eve/issues/1570>.
///
/// The event's type is composed of `type` and `action` in the body (`Issue.update`). The delivery's id,
/// `Linear-Delivery`, is not signed.
///
/// Facts: <https://linear.app/developers/webhooks#securing-webhooks>.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Linear {
    /// Maximum age of the signed time in seconds.
    pub tolerance: u32,
}

const FORMAT: SignatureFormat<'static> = SignatureFormat::sha256("Linear-Signature", "", Encoding::Hex);
const TIMESTAMP: &str = "webhookTimestamp";

#[derive(Default, Deserialize)]
#[serde(default)]
struct Body<'a> {
    #[serde(borrow)]
    action: Member<'a>,
    #[serde(borrow)]
    r#type: Member<'a>,
    #[serde(borrow, rename = "webhookTimestamp")]
    webhook_timestamp: Member<'a>,
}

impl Linear {
    /// The default tolerance: 8 hours. The last retry arrives 7 hours and 1 minute after the first attempt.
    pub const TOLERANCE: u32 = 8 * 3600;

    pub(super) fn verify(self, request: Request<'_>, secrets: &[Secret], now: i64) -> Result<Verified, VerifyError> {
        FORMAT.verify_body(request, secrets)?;
        if request.body.is_empty() {
            return Err(VerifyError::EmptyBody);
        }
        let Body { action, r#type, webhook_timestamp } = body::parse_members(request.body);
        let timestamp =
            webhook_timestamp.ok_or_else(|| VerifyError::MissingTimestamp { location: TIMESTAMP.to_owned() })?;
        let timestamp =
            timestamp.get().parse().map_err(|_| VerifyError::MalformedTimestamp { location: TIMESTAMP.to_owned() })?;
        time::check_milliseconds(timestamp, now.saturating_mul(1000), self.tolerance)?;
        let event_type = match (body::parse_text(r#type), body::parse_text(action)) {
            (Some(kind), Some(action)) => Some(format!("{kind}.{action}")),
            (kind, _) => kind,
        };
        let delivery_id = request.headers.first("Linear-Delivery").map(str::to_owned);
        Ok(Verified { event_type, delivery_id, ..Verified::default() })
    }

    pub(super) fn sign(self, message: Message<'_>, secret: &Secret) -> Signed {
        FORMAT.sign_body(message, secret)
    }
}
