use serde::Deserialize;

use super::tags::{Form, keys};
use super::{Message, Request, Signed, Verified};
use crate::body::{self, Member};
use crate::mac::Algorithm;
use crate::{Encoding, Secret, VerifyError, time};

/// Stripe: `Stripe-Signature: t=<seconds>,v1=<hex>,v1=<hex>…`, HMAC-SHA256 over `<seconds>.<body>`, within 300 s, any
/// `v1` of several. Other schemes in the header (`v0` in test mode) are not looked at. The key is the whole secret, its
/// `whsec_` included.
///
/// The event's type and id are `type` and `id` of the signed body.
///
/// Facts: <https://docs.stripe.com/webhooks#verify-manually>.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Stripe {
    /// Seconds that the time may be away from now.
    pub tolerance: u32,
}

const FORM: Form<'static> = Form::sha256("Stripe-Signature", "", Encoding::Hex);

#[derive(Default, Deserialize)]
#[serde(default)]
struct Body<'a> {
    #[serde(borrow)]
    id: Member<'a>,
    #[serde(borrow)]
    r#type: Member<'a>,
}

impl Stripe {
    /// Stripe's own default, and the most that can be had.
    pub const TOLERANCE: u32 = 300;

    pub(super) fn verify(self, request: Request<'_>, secrets: &[Secret], now: i64) -> Result<Verified, VerifyError> {
        let header = request.headers.exactly_one(FORM.header)?;
        let values = |wanted: &'static str| {
            let pairs = header.split(',').filter_map(|pair| pair.split_once('='));
            pairs.filter(move |(name, _)| *name == wanted).map(|(_, value)| value)
        };
        let time = values("t").next().unwrap_or_default();
        if values("t").count() > 1 {
            return Err(VerifyError::DuplicateHeader { header: "Stripe-Signature t".to_owned() });
        }
        let at = time::seconds("Stripe-Signature t", time)?;
        let tags = FORM.read_any(values("v1"))?;
        time::check_seconds(at, now, self.tolerance)?;
        Algorithm::Sha256.verify(&keys(secrets), &[time.as_bytes(), b".", request.body], &tags)?;
        let Body { id, r#type } = body::read(request.body);
        Ok(Verified { event_type: body::text(r#type), signed_id: body::text(id), ..Verified::default() })
    }

    pub(super) fn sign(self, message: Message<'_>, secret: &Secret) -> Signed {
        let time = message.now.to_string();
        let parts: [&[u8]; 3] = [time.as_bytes(), b".", message.body];
        let (header, tag) = FORM.sign(Algorithm::Sha256, secret.expose(), &parts);
        Signed::headers([(header, format!("t={time},v1={tag}"))])
    }
}
