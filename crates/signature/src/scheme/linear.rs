use serde::Deserialize;

use super::tags::Form;
use super::{Message, Request, Signed, Verified};
use crate::body::{self, Member};
use crate::{Encoding, Secret, VerifyError, time};

/// Linear: `Linear-Signature: <hex>`, HMAC-SHA256 over the body, exactly one value. The time is in the signed body:
/// `webhookTimestamp`, milliseconds since 1970, within 60 s.
///
/// The event's type is `type` and `action` of the body (`Issue.update`); `Linear-Delivery` is not signed.
///
/// Facts: <https://linear.app/developers/webhooks#securing-webhooks>.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Linear {
    /// Seconds that the time may be away from now.
    pub tolerance: u32,
}

const FORM: Form<'static> = Form::sha256("Linear-Signature", "", Encoding::Hex);
const TIME: &str = "webhookTimestamp";

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
    /// Linear's own advice, and the most that can be had.
    pub const TOLERANCE: u32 = 60;

    pub(super) fn verify(self, request: Request<'_>, secrets: &[Secret], now: i64) -> Result<Verified, VerifyError> {
        FORM.verify_body(request, secrets)?;
        if request.body.is_empty() {
            return Err(VerifyError::EmptyBody);
        }
        let Body { action, r#type, webhook_timestamp } = body::read(request.body);
        let at = webhook_timestamp.ok_or_else(|| VerifyError::MissingTimestamp { place: TIME.to_owned() })?;
        let at = at.get().parse().map_err(|_| VerifyError::MalformedTimestamp { place: TIME.to_owned() })?;
        time::check(at, now.saturating_mul(1000), self.tolerance)?;
        let event_type = match (body::text(r#type), body::text(action)) {
            (Some(kind), Some(action)) => Some(format!("{kind}.{action}")),
            (kind, _) => kind,
        };
        let delivery_id = request.headers.first("Linear-Delivery").map(str::to_owned);
        Ok(Verified { event_type, delivery_id, ..Verified::default() })
    }

    pub(super) fn sign(self, message: Message<'_>, secret: &Secret) -> Signed {
        FORM.sign_body(message, secret)
    }
}
