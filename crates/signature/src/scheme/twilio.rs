use std::borrow::Cow;
use std::collections::BTreeSet;

use serde::Deserialize;
use sha2::{Digest, Sha256};
use subtle::ConstantTimeEq as _;

use super::request::{Message, Request, Signed, Verified};
use super::signature_format::{SignatureFormat, keys};
use crate::body::{self, Member, is_form};
use crate::mac::Algorithm;
use crate::{Encoding, Secret, VerifyError};

/// Twilio: `X-Twilio-Signature: <base64>`, HMAC-SHA1 of the full URL, exactly one value. The time is not signed. The
/// signature covers the body in one of two ways:
///
/// * Form: the fields are appended to the URL, sorted by name, with decoded names and values and without separators.
/// * Any other body: the last parameter of the URL is `bodySHA256`, the hex SHA-256 of the body.
///
/// The URL is the one that is configured at Twilio, the source's option `url`. Without the option it is the URL that
/// received the request, without its query. Twilio signs the port of some URLs but not of others, so `:443` is
/// optional. The delivery's id, `I-Twilio-Idempotency-Token`, is not signed.
///
/// The event's type is derived from the fields of a form that tell what has happened, such as `MessageStatus`
/// (`message.delivered`) and `CallStatus` (`call.completed`). In JSON it is `type` of Event Streams, or `EventType`.
///
/// Facts: <https://www.twilio.com/docs/usage/webhooks/webhooks-security>, and for the fields
/// <https://www.twilio.com/docs/messaging/guides/webhook-request>,
/// <https://www.twilio.com/docs/usage/webhooks/voice-webhooks>,
/// <https://www.twilio.com/docs/voice/twiml/conference#attributes-statusCallbackEvent>,
/// <https://www.twilio.com/docs/video/api/status-callbacks>,
/// <https://www.twilio.com/docs/conversations/conversations-webhooks>,
/// <https://www.twilio.com/docs/events/event-types>.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Twilio {
    /// The URL that is configured at Twilio.
    pub url: Option<String>,
}

const FORMAT: SignatureFormat<'static> =
    SignatureFormat { header: "X-Twilio-Signature", prefix: "", encoding: Encoding::Base64, bytes: 20 };
const BODY_HASH: &str = "bodySHA256";

/// The field of a message without a status, which is a received one.
const MESSAGE: [&str; 2] = ["MessageSid", "SmsSid"];

/// The fields that tell what has happened, and the part of the type before their value. The first field that a form has
/// counts: the form of a recording, for instance, can have the status of its call too.
const TYPE_FIELDS: [(&str, &str); 10] = [
    ("EventType", ""),
    ("StatusCallbackEvent", ""),
    ("TranscriptionEvent", ""),
    ("StreamEvent", ""),
    ("TranscriptionStatus", "transcription."),
    ("RecordingStatus", "recording."),
    ("DialCallStatus", "dial."),
    ("MessageStatus", "message."),
    ("SmsStatus", "message."),
    ("CallStatus", "call."),
];

#[derive(Default, Deserialize)]
#[serde(default)]
struct Body<'a> {
    #[serde(borrow)]
    r#type: Member<'a>,
    #[serde(borrow, rename = "EventType")]
    event_type: Member<'a>,
}

impl Twilio {
    pub(super) fn verify(&self, request: Request<'_>, secrets: &[Secret]) -> Result<Verified, VerifyError> {
        let tag = FORMAT.decode(request.headers.exactly_one(FORMAT.header)?)?;
        let base = self.url.as_deref().unwrap_or(request.url);
        let is_form = request.headers.first("Content-Type").is_some_and(is_form);
        let mut hashes = request.query.iter().filter(|(name, _)| name == BODY_HASH).map(|(_, hash)| hash.as_str());
        let (url, fields) = match (hashes.next(), hashes.next()) {
            (Some(hash), None) => (with_hash(base, hash), String::new()),
            (None, _) if is_form => (base.to_owned(), form_fields(request.body)),
            _ => return Err(VerifyError::BodyHashMismatch),
        };
        let tags = [tag];
        let verify = |url: &str| Algorithm::Sha1.verify(&keys(secrets), &[url.as_bytes(), fields.as_bytes()], &tags);
        verify(&url).or_else(|error| verify(&toggle_port(&url)).map_err(|_| error))?;
        // The hash is trustworthy only after the URL's signature has been verified.
        if fields.is_empty() && !contains_hash(&url, request.body) {
            return Err(VerifyError::BodyHashMismatch);
        }
        let event_type = if is_form { form_type(request.body) } else { json_type(request.body) };
        let delivery_id = request.headers.first("I-Twilio-Idempotency-Token").map(str::to_owned);
        Ok(Verified { event_type, delivery_id, ..Verified::default() })
    }

    pub(super) fn sign(&self, message: Message<'_>, secret: &Secret) -> Signed {
        let base = self.url.as_deref().unwrap_or(message.url);
        let sign = |url: &str, fields: &str| {
            FORMAT.sign(Algorithm::Sha1, secret.expose(), &[url.as_bytes(), fields.as_bytes()])
        };
        if message.is_form {
            return Signed::headers([sign(base, &form_fields(message.body))]);
        }
        let hash = hex::encode(Sha256::digest(message.body));
        let header = sign(&with_hash(base, &hash), "");
        Signed { headers: vec![header], query: Some((BODY_HASH.to_owned(), hash)) }
    }
}

fn with_hash(url: &str, hash: &str) -> String {
    let separator = if url.contains('?') { '&' } else { '?' };
    format!("{url}{separator}{BODY_HASH}={hash}")
}

/// Concatenates the names and values of a form, sorted, each pair once.
fn form_fields(body: &[u8]) -> String {
    let pairs: BTreeSet<(Cow<'_, str>, Cow<'_, str>)> = form_urlencoded::parse(body).collect();
    pairs.iter().flat_map(|(name, value)| [name.as_ref(), value.as_ref()]).collect()
}

/// Returns the type of a form. A field without a value does not count.
fn form_type(body: &[u8]) -> Option<String> {
    let fields = || form_urlencoded::parse(body).filter(|(_, value)| !value.trim().is_empty());
    let position = |name: &str| TYPE_FIELDS.iter().position(|(field, _)| *field == name);
    let found = fields().filter_map(|(name, value)| Some((position(&name)?, value))).min_by_key(|(index, _)| *index);
    match found {
        Some((index, value)) => TYPE_FIELDS.get(index).map(|(_, prefix)| format!("{prefix}{value}")),
        None => fields().any(|(name, _)| MESSAGE.contains(&&*name)).then(|| "message.received".to_owned()),
    }
}

/// Returns the type of a JSON body: an object, or a list with one object, as Event Streams send it.
fn json_type(body: &[u8]) -> Option<String> {
    let Body { r#type, event_type } = match body::parse_members::<Option<[Body<'_>; 1]>>(body) {
        Some([event]) => event,
        None => body::parse_members(body),
    };
    body::parse_text(r#type).or_else(|| body::parse_text(event_type))
}

/// Adds the port `:443` to a URL, or removes it.
fn toggle_port(url: &str) -> String {
    let Some((scheme, rest)) = url.split_once("://") else { return url.to_owned() };
    let (host, path) = rest.split_at(rest.find(['/', '?']).unwrap_or(rest.len()));
    match host.strip_suffix(":443") {
        Some(host) => format!("{scheme}://{host}{path}"),
        None => format!("{scheme}://{host}:443{path}"),
    }
}

/// Whether the URL contains the body's hash. A URL without a hash authenticates only an empty body.
fn contains_hash(url: &str, body: &[u8]) -> bool {
    match url.rsplit_once(&format!("{BODY_HASH}=")) {
        Some((_, hash)) => hex::decode(hash).is_ok_and(|hash| hash.as_slice().ct_eq(&Sha256::digest(body)).into()),
        None => body.is_empty(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn fields_are_sorted_decoded_and_joined() {
        assert_eq!(form_fields(b"To=%2B1800&From=a+b&Digits=&From=a+b&From=A"), "DigitsFromAFroma bTo+1800");
    }

    #[test]
    fn port_is_added_or_removed() {
        assert_eq!(toggle_port("https://a.example/x?y=:443"), "https://a.example:443/x?y=:443");
        assert_eq!(toggle_port("https://a.example:443?x"), "https://a.example?x");
        assert_eq!(toggle_port(""), "");
    }
}
