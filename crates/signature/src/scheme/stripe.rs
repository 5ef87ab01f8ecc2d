use serde::Deserialize;

use super::request::{Message, Request, Signed, Verified};
use super::signature_format::{SignatureFormat, keys};
use crate::body::{self, Member};
use crate::mac::Algorithm;
use crate::{Encoding, Secret, VerifyError, time};

/// Stripe: `Stripe-Signature: t=<seconds>,v1=<hex>,v1=<hex>…`, HMAC-SHA256 of `<seconds>.<body>`. One of the `v1` values
/// has to match; other values (`v0` in test mode) are ignored. The key is the complete secret, including `whsec_`.
///
/// The event's type and id are `type` and `id` in the signed body.
///
/// Facts: <https://docs.stripe.com/webhooks#verify-manually>.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Stripe {
    /// Maximum age of the signed time in seconds.
    pub tolerance: u32,
}

const FORMAT: SignatureFormat<'static> = SignatureFormat::sha256("Stripe-Signature", "", Encoding::Hex);

#[derive(Default, Deserialize)]
#[serde(default)]
struct Body<'a> {
    #[serde(borrow)]
    id: Member<'a>,
    #[serde(borrow)]
    r#type: Member<'a>,
}

impl Stripe {
    /// The default tolerance, which is the one of Stripe's libraries. It is independent of retries: Stripe generates a
    /// new signature and timestamp for each attempt (<https://docs.stripe.com/webhooks#replay-attacks>).
    pub const TOLERANCE: u32 = 300;

    pub(super) fn verify(self, request: Request<'_>, secrets: &[Secret], now: i64) -> Result<Verified, VerifyError> {
        let header = request.headers.exactly_one(FORMAT.header)?;
        let values = |wanted: &'static str| {
            let pairs = header.split(',').filter_map(|pair| pair.split_once('='));
            pairs.filter(move |(name, _)| *name == wanted).map(|(_, value)| value)
        };
        let time = values("t").next().unwrap_or_default();
        if values("t").count() > 1 {
            return Err(VerifyError::DuplicateHeader { header: "Stripe-Signature t".to_owned() });
        }
        let timestamp = time::parse_seconds("Stripe-Signature t", time)?;
        let tags = FORMAT.decode_any(values("v1"))?;
        time::check_seconds(timestamp, now, self.tolerance)?;
        Algorithm::Sha256.verify(&keys(secrets), &[time.as_bytes(), b".", request.body], &tags)?;
        let Body { id, r#type } = body::parse_members(request.body);
        Ok(Verified { event_type: body::parse_text(r#type), signed_id: body::parse_text(id), ..Verified::default() })
    }

    pub(super) fn sign(self, message: Message<'_>, secret: &Secret) -> Signed {
        let time = message.now.to_string();
        let parts: [&[u8]; 3] = [time.as_bytes(), b".", message.body];
        let (header, tag) = FORMAT.sign(Algorithm::Sha256, secret.expose(), &parts);
        Signed::headers([(header, format!("t={time},v1={tag}"))])
    }
}
