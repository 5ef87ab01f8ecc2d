use serde::Deserialize;

use super::tags::{Form, keys};
use super::{Message, Request, Signed, Verified};
use crate::body::{self, Member};
use crate::mac::Algorithm;
use crate::{Encoding, Secret, VerifyError};

/// PagerDuty (v3): `X-PagerDuty-Signature: v1=<hex>,v1=<hex>…`, HMAC-SHA256 over the body, one value for each secret in
/// force, any of which has to be right; no time is signed.
///
/// The event's type and id are `event.event_type` and `event.id` of the signed body.
///
/// Facts: <https://developer.pagerduty.com/docs/verifying-webhook-signatures> and
/// <https://developer.pagerduty.com/docs/webhooks-overview#webhook-payload>.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Pagerduty;

const FORM: Form<'static> = Form::sha256("X-PagerDuty-Signature", "v1=", Encoding::Hex);

#[derive(Default, Deserialize)]
#[serde(default)]
struct Body<'a> {
    #[serde(borrow)]
    event: Member<'a>,
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct Event<'a> {
    #[serde(borrow)]
    id: Member<'a>,
    #[serde(borrow)]
    event_type: Member<'a>,
}

impl Pagerduty {
    pub(super) fn verify(self, request: Request<'_>, secrets: &[Secret]) -> Result<Verified, VerifyError> {
        let tags = FORM.read_any(request.headers.exactly_one(FORM.header)?.split(','))?;
        Algorithm::Sha256.verify(&keys(secrets), &[request.body], &tags)?;
        let Event { id, event_type } = body::inside(body::read::<Body<'_>>(request.body).event);
        Ok(Verified { event_type: body::text(event_type), signed_id: body::text(id), ..Verified::default() })
    }

    pub(super) fn sign(self, message: Message<'_>, secret: &Secret) -> Signed {
        FORM.sign_body(message, secret)
    }
}
