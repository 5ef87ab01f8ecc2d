use std::borrow::Cow;
use std::collections::BTreeSet;

use sha2::{Digest, Sha256};
use subtle::ConstantTimeEq as _;

use super::request::{Message, Request, Signed, Verified};
use super::signature_format::{SignatureFormat, keys};
use crate::body::is_form;
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
/// Facts: <https://www.twilio.com/docs/usage/webhooks/webhooks-security>.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Twilio {
    /// The URL that is configured at Twilio.
    pub url: Option<String>,
}

const FORMAT: SignatureFormat<'static> =
    SignatureFormat { header: "X-Twilio-Signature", prefix: "", encoding: Encoding::Base64, bytes: 20 };
const BODY_HASH: &str = "bodySHA256";

impl Twilio {
    pub(super) fn verify(&self, request: Request<'_>, secrets: &[Secret]) -> Result<Verified, VerifyError> {
        let tag = FORMAT.decode(request.headers.exactly_one(FORMAT.header)?)?;
        let base = self.url.as_deref().unwrap_or(request.url);
        let mut hashes = request.query.iter().filter(|(name, _)| name == BODY_HASH).map(|(_, hash)| hash.as_str());
        let (url, fields) = match (hashes.next(), hashes.next()) {
            (Some(hash), None) => (with_hash(base, hash), String::new()),
            (None, _) if request.headers.first("Content-Type").is_some_and(is_form) => {
                (base.to_owned(), form_fields(request.body))
            }
            _ => return Err(VerifyError::BodyHashMismatch),
        };
        let tags = [tag];
        let verify = |url: &str| Algorithm::Sha1.verify(&keys(secrets), &[url.as_bytes(), fields.as_bytes()], &tags);
        verify(&url).or_else(|error| verify(&toggle_port(&url)).map_err(|_| error))?;
        // The hash is trustworthy only after the URL's signature has been verified.
        if fields.is_empty() && !contains_hash(&url, request.body) {
            return Err(VerifyError::BodyHashMismatch);
        }
        let delivery_id = request.headers.first("I-Twilio-Idempotency-Token").map(str::to_owned);
        Ok(Verified { delivery_id, ..Verified::default() })
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
