use serde::Deserialize;

use super::tags::{Form, keys};
use super::{Handshake, Message, Request, Signed, Verified};
use crate::body::{self, Member};
use crate::mac::Algorithm;
use crate::{Encoding, Secret, VerifyError, time};

/// Slack: `X-Slack-Signature: v0=<hex>`, HMAC-SHA256 over `v0:<seconds>:<body>`, with the seconds in
/// `X-Slack-Request-Timestamp`, within 300 s; exactly one value of each.
///
/// The Events API sends JSON: type and id are `event.type` and `event_id` of the signed body, and `url_verification`
/// asks for its `challenge`. Slash commands and interactions are forms: their type is `command`, or that of `payload`.
///
/// Facts: <https://docs.slack.dev/authentication/verifying-requests-from-slack>,
/// <https://docs.slack.dev/reference/events/url_verification>.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Slack {
    /// Seconds that the time may be away from now.
    pub tolerance: u32,
}

const FORM: Form<'static> = Form::sha256("X-Slack-Signature", "v0=", Encoding::Hex);
const TIME: &str = "X-Slack-Request-Timestamp";

#[derive(Default, Deserialize)]
#[serde(default)]
struct Body<'a> {
    #[serde(borrow)]
    r#type: Member<'a>,
    #[serde(borrow)]
    event_id: Member<'a>,
    #[serde(borrow)]
    event: Member<'a>,
    #[serde(borrow)]
    challenge: Member<'a>,
}

impl Slack {
    /// Slack's own advice, and the most that can be had.
    pub const TOLERANCE: u32 = 300;

    pub(super) fn verify(self, request: Request<'_>, secrets: &[Secret], now: i64) -> Result<Verified, VerifyError> {
        let tag = FORM.read(request.headers.exactly_one(FORM.header)?)?;
        let time = request.headers.timestamp(TIME)?;
        time::check_seconds(time::seconds(TIME, time)?, now, self.tolerance)?;
        Algorithm::Sha256.verify(&keys(secrets), &[b"v0:", time.as_bytes(), b":", request.body], &[tag])?;
        Ok(about(request.body))
    }

    pub(super) fn sign(self, message: Message<'_>, secret: &Secret) -> Signed {
        let time = message.now.to_string();
        let parts: [&[u8]; 4] = [b"v0:", time.as_bytes(), b":", message.body];
        let signature = FORM.sign(Algorithm::Sha256, secret.expose(), &parts);
        Signed::headers([(TIME.to_owned(), time), signature])
    }
}

fn about(body: &[u8]) -> Verified {
    if body.first() != Some(&b'{') {
        return Verified { event_type: form_type(body), ..Verified::default() };
    }
    let Body { r#type, event_id, event, challenge } = body::read(body);
    let kind = body::text(r#type);
    let handshake = match kind.as_deref() {
        Some("url_verification") => body::text(challenge).map(Handshake::text),
        _ => None,
    };
    let inner = body::text(body::inside::<Body<'_>>(event).r#type);
    Verified { event_type: inner.or(kind), signed_id: body::text(event_id), handshake, ..Verified::default() }
}

fn form_type(body: &[u8]) -> Option<String> {
    let (name, value) = form_urlencoded::parse(body).find(|(name, _)| name == "payload" || name == "command")?;
    if name == "command" {
        return Some("command".to_owned());
    }
    body::text(body::read::<Body<'_>>(value.as_bytes()).r#type)
}
