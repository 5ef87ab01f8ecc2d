use serde::Deserialize;

use super::request::{Handshake, Message, Request, Signed, Verified};
use super::signature_format::{SignatureFormat, keys};
use crate::body::{self, Member};
use crate::mac::Algorithm;
use crate::{Encoding, Secret, VerifyError, time};

/// Slack: `X-Slack-Signature: v0=<hex>`, HMAC-SHA256 of `v0:<seconds>:<body>`. The seconds are in
/// `X-Slack-Request-Timestamp`. Each header has exactly one value.
///
/// The Events API sends JSON: the event's type and id are `event.type` and `event_id` in the signed body. A
/// `url_verification` request is a handshake; the response contains its `challenge`. Slash commands and interactions
/// are forms: their type is `command`, or the `type` in `payload`.
///
/// Facts: <https://docs.slack.dev/authentication/verifying-requests-from-slack>,
/// <https://docs.slack.dev/reference/events/url_verification>.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Slack {
    /// Maximum age of the signed time in seconds.
    pub tolerance: u32,
}

const FORMAT: SignatureFormat<'static> = SignatureFormat::sha256("X-Slack-Signature", "v0=", Encoding::Hex);
const TIMESTAMP: &str = "X-Slack-Request-Timestamp";

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
    /// The default tolerance. Slack recommends 300 s and retries immediately, after 1 minute and after 5 minutes
    /// (<https://docs.slack.dev/apis/events-api/#retries>). It does not document whether a retry has a new time, so the
    /// default includes the last retry.
    pub const TOLERANCE: u32 = 600;

    pub(super) fn verify(self, request: Request<'_>, secrets: &[Secret], now: i64) -> Result<Verified, VerifyError> {
        let tag = FORMAT.decode(request.headers.exactly_one(FORMAT.header)?)?;
        let time = request.headers.timestamp(TIMESTAMP)?;
        time::check_seconds(time::parse_seconds(TIMESTAMP, time)?, now, self.tolerance)?;
        Algorithm::Sha256.verify(&keys(secrets), &[b"v0:", time.as_bytes(), b":", request.body], &[tag])?;
        Ok(metadata(request.body))
    }

    pub(super) fn sign(self, message: Message<'_>, secret: &Secret) -> Signed {
        let time = message.now.to_string();
        let parts: [&[u8]; 4] = [b"v0:", time.as_bytes(), b":", message.body];
        let signature = FORMAT.sign(Algorithm::Sha256, secret.expose(), &parts);
        Signed::headers([(TIMESTAMP.to_owned(), time), signature])
    }
}

/// Reads the event's metadata from the signed body.
fn metadata(body: &[u8]) -> Verified {
    if body::without_bom(body).first() != Some(&b'{') {
        return Verified { event_type: form_type(body), ..Verified::default() };
    }
    let Body { r#type, event_id, event, challenge } = body::parse_members(body);
    let kind = body::parse_text(r#type);
    let handshake = match kind.as_deref() {
        Some("url_verification") => body::parse_text(challenge).map(Handshake::text),
        _ => None,
    };
    let inner_type = body::parse_text(body::parse_nested::<Body<'_>>(event).r#type);
    Verified {
        event_type: inner_type.or(kind),
        signed_id: body::parse_text(event_id),
        handshake,
        ..Verified::default()
    }
}

fn form_type(body: &[u8]) -> Option<String> {
    let (name, value) = form_urlencoded::parse(body).find(|(name, _)| name == "payload" || name == "command")?;
    if name == "command" {
        return Some("command".to_owned());
    }
    body::parse_text(body::parse_members::<Body<'_>>(value.as_bytes()).r#type)
}
