use serde::Deserialize;

use super::request::{Message, Request, Signed, Verified};
use super::signature_format::{SignatureFormat, keys};
use crate::body::{self, Member};
use crate::mac::Algorithm;
use crate::{Encoding, Secret, VerifyError};

/// PagerDuty (v3): `X-PagerDuty-Signature: v1=<hex>,v1=<hex>…`, HMAC-SHA256 of the body, one value for each active
/// secret, of which one has to match. The time is not signed.
///
/// The event's type and id are `event.event_type` and `event.id` in the signed body.
///
/// Facts: <https://developer.pagerduty.com/docs/verifying-webhook-signatures> and
/// <https://developer.pagerduty.com/docs/webhooks-overview#webhook-payload>.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Pagerduty;

const FORMAT: SignatureFormat<'static> = SignatureFormat::sha256("X-PagerDuty-Signature", "v1=", Encoding::Hex);

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
        let tags = FORMAT.decode_any(request.headers.exactly_one(FORMAT.header)?.split(','))?;
        Algorithm::Sha256.verify(&keys(secrets), &[request.body], &tags)?;
        let Event { id, event_type } = body::parse_nested(body::parse_members::<Body<'_>>(request.body).event);
        Ok(Verified {
            event_type: body::parse_text(event_type),
            signed_id: body::parse_text(id),
            ..Verified::default()
        })
    }

    pub(super) fn sign(self, message: Message<'_>, secret: &Secret) -> Signed {
        FORMAT.sign_body(message, secret)
    }
}
