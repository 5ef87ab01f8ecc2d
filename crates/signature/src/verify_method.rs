//! Verifies requests in one of the signing methods of a sender.

use std::borrow::Cow;

use hookline_template::{Part, Place, Reader, Request, elements};
use sha2::{Digest as _, Sha256};
use subtle::ConstantTimeEq as _;

use crate::algorithm::Algorithm;
use crate::challenge::is_challenge;
use crate::description::TimeUnit;
use crate::key::{self, Key, usable_keys};
use crate::signing_method::{SigningMethod, Timestamp};
use crate::{Secret, Verified, VerifyError, jwt, time};

/// Maximum number of elements of a body that are signed one by one.
const MAX_ELEMENTS: usize = 100;

impl SigningMethod {
    pub(crate) fn check_secret(&self, secret: &Secret) -> Result<(), &'static str> {
        match self.key_algorithm() {
            Algorithm::Token => key::text(secret).map(|_| ()),
            algorithm => Key::parse(secret, &self.key, algorithm).map(|_| ()),
        }
    }

    pub(crate) fn verify(
        &self,
        request: Request<'_>,
        secrets: &[Secret],
        now: Option<i64>,
    ) -> Result<Verified, VerifyError> {
        let mut reader = Reader::new(request, self.url.as_deref());
        match &self.each {
            None => self.verify_item(&mut reader, secrets, now)?,
            Some(pointer) => {
                let unreadable =
                    || VerifyError::UnreadableBody { problem: "it does not have the array of signed elements" };
                let array = pointer.find(reader.readable_body()?).ok_or_else(unreadable)?;
                let items = elements(array, MAX_ELEMENTS).filter(|items| !items.is_empty()).ok_or_else(unreadable)?;
                for item in items {
                    reader.item = Some(item);
                    self.verify_item(&mut reader, secrets, now)?;
                }
                reader.item = None;
            }
        }
        reader.is_verified = true;
        if request.body.is_empty() {
            return Err(VerifyError::EmptyBody);
        }
        if let Some(timestamp) = self.timestamp.as_ref().filter(|_| !self.message.has(&Part::Timestamp)) {
            self.check_listed(timestamp, &reader)?;
            self.check_time(timestamp, &reader, now)?;
        }
        Ok(self.metadata(&reader))
    }

    /// Verifies one signed unit: the request, or an element of its body.
    fn verify_item<'a>(
        &self,
        reader: &mut Reader<'a>,
        secrets: &[Secret],
        now: Option<i64>,
    ) -> Result<(), VerifyError> {
        let texts = self.signature_texts(reader)?;
        match self.algorithm {
            Algorithm::Token => return self.verify_token(&texts, secrets),
            Algorithm::Jwt => reader.claims = jwt::verify(self, &texts, secrets, now)?,
            _ => self.verify_signature(reader, &texts, secrets, now)?,
        }
        self.check_bindings(reader)
    }

    fn verify_signature(
        &self,
        reader: &mut Reader<'_>,
        texts: &[String],
        secrets: &[Secret],
        now: Option<i64>,
    ) -> Result<(), VerifyError> {
        let signatures = self.decode_any(texts)?;
        let time = match &self.timestamp {
            Some(timestamp) if self.message.has(&Part::Timestamp) => self.check_time(timestamp, reader, now)?,
            _ => String::new(),
        };
        let keys = usable_keys(secrets, |secret| Key::parse(secret, &self.key, self.algorithm))?;
        let matches = |reader: &Reader<'_>| {
            let parts = self.signed_parts(reader, &time)?;
            if !reader.request.raw_query.is_empty() && self.url_needs_configuration() {
                return Err(VerifyError::UrlNotConfigured);
            }
            let is_valid = keys.iter().any(|key| self.algorithm.verify(key, &parts, &signatures));
            Ok(is_valid && !self.may_be_challenge(reader.request.body, &parts))
        };
        if matches(reader)? {
            return Ok(());
        }
        if self.url_port_optional {
            reader.url = Cow::Owned(toggle_port(&reader.url));
            if matches(reader)? {
                return Ok(());
            }
        }
        Err(VerifyError::Mismatch { secrets: secrets.len() })
    }

    /// Returns the parts of the signed text, or their digest.
    pub(crate) fn signed_parts<'r>(
        &'r self,
        reader: &'r Reader<'_>,
        time: &'r str,
    ) -> Result<Vec<Cow<'r, [u8]>>, VerifyError> {
        let parts = reader.parts(&self.message, time)?;
        self.check_time_end(&parts)?;
        Ok(match self.digest {
            None => parts,
            Some(_) => vec![Cow::Owned(Sha256::digest(parts.concat()).to_vec())],
        })
    }

    /// Whether a handshake would sign the body or the signed text for any caller.
    fn may_be_challenge(&self, body: &[u8], parts: &[Cow<'_, [u8]>]) -> bool {
        let is_text = |bytes: &[u8]| std::str::from_utf8(bytes).is_ok_and(is_challenge);
        self.signs_challenges && (is_text(body) || is_text(&parts.concat()))
    }

    /// Checks that the end of the time is known if a value follows without a separator: the value does not begin as a time could
    /// go on. A time in one unit has one number of digits within the tolerance.
    fn check_time_end(&self, parts: &[Cow<'_, [u8]>]) -> Result<(), VerifyError> {
        let is_fixed = |unit| matches!(unit, TimeUnit::Seconds | TimeUnit::Milliseconds);
        let Some(timestamp) = self.timestamp.as_ref().filter(|timestamp| !is_fixed(timestamp.unit)) else {
            return Ok(());
        };
        let goes_on = |byte: &u8| byte.is_ascii_alphanumeric() || b"+-.:, ".contains(byte);
        let mut following = self.message.0.iter().zip(self.message.0.iter().zip(parts).skip(1));
        let is_open = following.any(|(part, (next, text))| {
            *part == Part::Timestamp && !matches!(next, Part::Literal(_)) && text.first().is_some_and(goes_on)
        });
        let location = timestamp.place.to_string();
        if is_open { Err(VerifyError::MalformedValue { location }) } else { Ok(()) }
    }

    /// Checks that a time in a header is one of the headers that the request lists as signed.
    fn check_listed(&self, timestamp: &Timestamp, reader: &Reader<'_>) -> Result<(), VerifyError> {
        let Place::Header(header) = &timestamp.place else { return Ok(()) };
        if self.message.has(&Part::Value(timestamp.place.clone())) {
            return Ok(());
        }
        let lists = self.message.0.iter().filter_map(|part| match part {
            Part::SignedHeaders(list) => reader.request.headers.first(list),
            _ => None,
        });
        let is_listed = lists.flat_map(|list| list.split(',')).any(|name| name.trim().eq_ignore_ascii_case(header));
        if is_listed { Ok(()) } else { Err(VerifyError::MissingTimestamp { location: header.clone() }) }
    }

    /// Reads and checks the time. Returns its text, which is signed.
    fn check_time(&self, timestamp: &Timestamp, reader: &Reader<'_>, now: Option<i64>) -> Result<String, VerifyError> {
        let location = timestamp.place.to_string();
        let text = reader.value(&timestamp.place)?.unwrap_or_default().into_owned();
        let at = time::parse(timestamp.unit, &location, &text)?;
        if let Some(now) = now {
            time::check(at, now.saturating_mul(1000), timestamp.tolerance)?;
        }
        Ok(text)
    }

    /// Checks the places that must have a value derived from the request, after the signature was verified.
    fn check_bindings(&self, reader: &Reader<'_>) -> Result<(), VerifyError> {
        for (place, template) in &self.bind {
            let actual = reader.value(place)?;
            let covers_body = template.0.iter().any(Part::covers_body);
            // A JWT of a request without a body has no hash of one.
            if covers_body && reader.request.body.is_empty() && matches!(place, Place::Claim(_)) {
                if actual.is_some() {
                    return Err(VerifyError::BodyHashMismatch);
                }
                continue;
            }
            let expected = reader.parts(template, "")?.concat();
            let is_equal = actual.is_some_and(|actual| bool::from(actual.as_bytes().ct_eq(&expected)));
            if !is_equal {
                return Err(VerifyError::BodyHashMismatch);
            }
        }
        Ok(())
    }

    /// Compares the secret that the request contains.
    fn verify_token(&self, texts: &[String], secrets: &[Secret]) -> Result<(), VerifyError> {
        let received = self.decode_any(texts)?;
        let is_known = |token: &Vec<u8>| secrets.iter().any(|secret| secret.matches_bytes(token));
        if received.iter().any(is_known) { Ok(()) } else { Err(VerifyError::Mismatch { secrets: secrets.len() }) }
    }

    /// Reads the event's metadata from the verified request.
    fn metadata(&self, reader: &Reader<'_>) -> Verified {
        let id = |signed| {
            let mut templates = self.ids.iter().filter(|(_, is_signed)| *is_signed == signed);
            templates.find_map(|(template, _)| reader.text(template))
        };
        Verified { event_type: self.event_type(reader), signed_id: id(true), delivery_id: id(false) }
    }

    fn event_type(&self, reader: &Reader<'_>) -> Option<String> {
        let mut texts = self.types.iter().filter_map(|template| reader.text(template)).peekable();
        let first = texts.peek().cloned();
        let found = texts.find(|text| !self.type_ignore.contains(text)).or(first)?;
        let replaced = self.type_replace.iter().fold(found, |text, (old, new)| text.replace(old.as_str(), new));
        Some(if self.type_lowercase { replaced.to_ascii_lowercase() } else { replaced })
    }
}

/// Removes the port of a URL, or adds the default port of its scheme.
fn toggle_port(url: &str) -> String {
    let Some((scheme, rest)) = url.split_once("://") else { return url.to_owned() };
    let (authority, path) = rest.split_at(rest.find(['/', '?']).unwrap_or(rest.len()));
    let is_port = |text: &str| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    match authority.rsplit_once(':').filter(|(_, port)| is_port(port)) {
        Some((host, _)) => format!("{scheme}://{host}{path}"),
        None => {
            let port = if scheme.eq_ignore_ascii_case("http") { 80 } else { 443 };
            format!("{scheme}://{authority}:{port}{path}")
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn port_is_added_or_removed() {
        assert_eq!(toggle_port("https://a.example/x?y=:443"), "https://a.example:443/x?y=:443");
        assert_eq!(toggle_port("https://a.example:443?x"), "https://a.example?x");
        assert_eq!(toggle_port("https://a.example:8443/"), "https://a.example/");
        assert_eq!(toggle_port("HTTP://a.example"), "HTTP://a.example:80");
        assert_eq!(toggle_port("https://user:1@a.example/"), "https://user:1@a.example:443/");
        assert_eq!(toggle_port("https://[::1]/"), "https://[::1]:443/");
        assert_eq!(toggle_port("https://[::1]:443/"), "https://[::1]/");
        assert_eq!(toggle_port(""), "");
    }
}
