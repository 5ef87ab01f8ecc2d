use std::borrow::Cow;
use std::collections::BTreeSet;

use sha2::{Digest, Sha256};
use subtle::ConstantTimeEq as _;

use super::tags::{Form, keys};
use super::{Message, Request, Signed, Verified};
use crate::mac::Algorithm;
use crate::{Encoding, Secret, VerifyError};

/// Twilio: `X-Twilio-Signature: <base64>`, HMAC-SHA1 over the full URL, exactly one value; no time is signed. What else
/// is signed depends on the body:
///
/// * a form: its fields follow the URL, sorted by name, each name and value decoded and without separators;
/// * anything else: the URL has `bodySHA256`, the hex SHA-256 of the body, as its last parameter.
///
/// The URL is the one that Twilio was given, `url` of the source; without it, the one that the request came by, which
/// leaves out a query. Twilio signs the port of some URLs and not that of others, so `:443` may be there or not.
/// `I-Twilio-Idempotency-Token` names a delivery and is not signed.
///
/// Facts: <https://www.twilio.com/docs/usage/webhooks/webhooks-security>.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Twilio {
    /// The URL that Twilio was given.
    pub url: Option<String>,
}

const FORM: Form<'static> = Form { header: "X-Twilio-Signature", prefix: "", encoding: Encoding::Base64, bytes: 20 };
const BODY_HASH: &str = "bodySHA256";

impl Twilio {
    pub(super) fn verify(&self, request: Request<'_>, secrets: &[Secret]) -> Result<Verified, VerifyError> {
        let tag = FORM.read(request.headers.exactly_one(FORM.header)?)?;
        let base = self.url.as_deref().unwrap_or(request.url);
        let mut hashes = request.query.iter().filter(|(name, _)| name == BODY_HASH).map(|(_, hash)| hash.as_str());
        let (url, fields) = match (hashes.next(), hashes.next()) {
            (Some(hash), None) => (with_hash(base, hash), String::new()),
            (None, _) if is_form(request) => (base.to_owned(), fields(request.body)),
            _ => return Err(VerifyError::BodyHashMismatch),
        };
        let tags = [tag];
        let with = |url: &str| Algorithm::Sha1.verify(&keys(secrets), &[url.as_bytes(), fields.as_bytes()], &tags);
        with(&url).or_else(|error| with(&other_port(&url)).map_err(|_| error))?;
        // Only now: the hash is Twilio's own word once the URL's signature is right.
        if fields.is_empty() && !is_hash_of(&url, request.body) {
            return Err(VerifyError::BodyHashMismatch);
        }
        let delivery_id = request.headers.first("I-Twilio-Idempotency-Token").map(str::to_owned);
        Ok(Verified { delivery_id, ..Verified::default() })
    }

    pub(super) fn sign(&self, message: Message<'_>, secret: &Secret) -> Signed {
        let base = self.url.as_deref().unwrap_or(message.url);
        let sign =
            |url: &str, fields: &str| FORM.sign(Algorithm::Sha1, secret.expose(), &[url.as_bytes(), fields.as_bytes()]);
        if message.is_form {
            return Signed::headers([sign(base, &fields(message.body))]);
        }
        let hash = hex::encode(Sha256::digest(message.body));
        let header = sign(&with_hash(base, &hash), "");
        Signed { headers: vec![header], query: Some((BODY_HASH.to_owned(), hash)) }
    }
}

fn is_form(request: Request<'_>) -> bool {
    let declared = request.headers.first("Content-Type").unwrap_or_default();
    let essence = declared.split(';').next().unwrap_or_default().trim();
    essence.eq_ignore_ascii_case("application/x-www-form-urlencoded")
}

fn with_hash(url: &str, hash: &str) -> String {
    let separator = if url.contains('?') { '&' } else { '?' };
    format!("{url}{separator}{BODY_HASH}={hash}")
}

/// Names and values, sorted, each pair once.
fn fields(body: &[u8]) -> String {
    let pairs: BTreeSet<(Cow<'_, str>, Cow<'_, str>)> = form_urlencoded::parse(body).collect();
    pairs.iter().flat_map(|(name, value)| [name.as_ref(), value.as_ref()]).collect()
}

/// With the port of https if it was without, and the other way round.
fn other_port(url: &str) -> String {
    let Some((scheme, rest)) = url.split_once("://") else { return url.to_owned() };
    let (host, path) = rest.split_at(rest.find(['/', '?']).unwrap_or(rest.len()));
    match host.strip_suffix(":443") {
        Some(host) => format!("{scheme}://{host}{path}"),
        None => format!("{scheme}://{host}:443{path}"),
    }
}

/// A form without fields is signed by its URL alone: then it has to be empty.
fn is_hash_of(url: &str, body: &[u8]) -> bool {
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
        assert_eq!(fields(b"To=%2B1800&From=a+b&Digits=&From=a+b&From=A"), "DigitsFromAFroma bTo+1800");
    }

    #[test]
    fn the_port_may_be_there_or_not() {
        assert_eq!(other_port("https://a.example/x?y=:443"), "https://a.example:443/x?y=:443");
        assert_eq!(other_port("https://a.example:443?x"), "https://a.example?x");
        assert_eq!(other_port(""), "");
    }
}
