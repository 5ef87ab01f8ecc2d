//! Verifies requests.

use std::borrow::Cow;

use sha2::{Digest as _, Sha256};
use subtle::ConstantTimeEq as _;

use crate::description::TimeUnit;
use crate::handshake::is_challenge;
use crate::json::elements;
use crate::key::{self, Key};
use crate::reader::Reader;
use crate::scheme::{Pairs, Scheme, Timestamp, Way};
use crate::template::{Part, Place};
use crate::{Algorithm, Request, Secret, Verified, VerifyError, jwt, time};

/// Maximum number of signatures in a request, more than any sender sends while it rotates keys. API Gateway limits the
/// header's size to some kilobytes anyway.
const MAX_SIGNATURES: usize = 20;

/// Maximum number of elements of a body that are signed one by one.
const MAX_ELEMENTS: usize = 100;

impl Scheme {
    /// Verifies a request at `now` (seconds since 1970 in UTC). Tries each secret, beginning with the current one.
    ///
    /// # Errors
    ///
    /// Returns [`VerifyError`]. [`VerifyError::EmptyBody`] is returned only after the signature has been verified.
    pub fn verify(&self, request: Request<'_>, secrets: &[Secret], now: i64) -> Result<Verified, VerifyError> {
        self.verify_at(request, secrets, Some(now))
    }

    /// Verifies a request without a limit of its age, for captured requests whose time of arrival is unknown.
    ///
    /// # Errors
    ///
    /// As [`Scheme::verify`].
    pub fn verify_at(
        &self,
        request: Request<'_>,
        secrets: &[Secret],
        now: Option<i64>,
    ) -> Result<Verified, VerifyError> {
        if secrets.is_empty() {
            return Err(VerifyError::MissingSecret);
        }
        // The previous secret alone is not enough: nobody would notice that the current one is wrong until it is removed.
        let current = secrets.first().map_or(Ok(()), |current| self.check_secret(current));
        let mut errors = Vec::new();
        for way in &self.ways {
            match way.verify(request, secrets, now) {
                Ok(verified) => return current.map(|()| verified),
                Err(error) => errors.push(error),
            }
        }
        match most_relevant(errors, secrets.len()) {
            error @ VerifyError::MissingHeader { .. } => Err(error),
            error => current.and(Err(error)),
        }
    }

    /// Verifies a signature of a text that is already composed, for published test vectors of primitives.
    #[must_use]
    pub fn verifies_message(&self, message: &[u8], signature: &str, secret: &Secret) -> bool {
        self.ways.iter().any(|way| {
            let key = Key::parse(secret, &way.key, way.algorithm);
            let decoded = way.encoding.decode(signature);
            let is_valid = |key: Key| Some(way.algorithm.verify(&key, &[message], &[decoded?]));
            key.ok().and_then(is_valid).unwrap_or_default()
        })
    }

    /// Checks that a secret can be a key of the scheme.
    ///
    /// # Errors
    ///
    /// Returns [`VerifyError::UnusableSecret`] if it cannot. No request can then be verified.
    pub fn check_secret(&self, secret: &Secret) -> Result<(), VerifyError> {
        let mut problems = self.ways.iter().map(|way| way.check_secret(secret));
        let first = problems.next().unwrap_or(Err("the sender is unknown"));
        let checked = if problems.any(|checked| checked.is_ok()) { Ok(()) } else { first };
        checked.map_err(|problem| VerifyError::UnusableSecret { problem })
    }
}

/// Returns the error that explains most: of a signature that is present before that of a missing one. If some ways did not fit
/// the keys and the others did not find their kind of signature, no key matches the signatures.
fn most_relevant(errors: Vec<VerifyError>, secrets: usize) -> VerifyError {
    let rank = |error: &VerifyError| match error {
        VerifyError::EmptyBody => 0,
        VerifyError::Mismatch { .. } => 1,
        VerifyError::WrongPrefix { .. } | VerifyError::UnreadableBody { .. } => 3,
        VerifyError::UnusableSecret { .. } => 4,
        VerifyError::MissingHeader { .. } => 5,
        _ => 2,
    };
    let is_unusable = |error: &VerifyError| matches!(error, VerifyError::UnusableSecret { .. });
    let some_unusable = errors.iter().any(is_unusable);
    let error = errors.into_iter().min_by_key(rank).unwrap_or(VerifyError::MissingSecret);
    match error {
        VerifyError::WrongPrefix { .. } | VerifyError::UnusableSecret { .. } if some_unusable => {
            VerifyError::Mismatch { secrets }
        }
        error => error,
    }
}

impl Way {
    fn check_secret(&self, secret: &Secret) -> Result<(), &'static str> {
        match self.algorithm {
            Algorithm::Token => key::text(secret).map(|_| ()),
            Algorithm::Jwt => {
                let algorithm = self.jwt.algorithms.first().map_or(Algorithm::HmacSha256, |(_, algorithm)| *algorithm);
                Key::parse(secret, &self.key, algorithm).map(|_| ())
            }
            algorithm => Key::parse(secret, &self.key, algorithm).map(|_| ()),
        }
    }

    fn verify(&self, request: Request<'_>, secrets: &[Secret], now: Option<i64>) -> Result<Verified, VerifyError> {
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

    /// Whether a handshake would sign the body or the signed text for anybody.
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

    /// Returns the texts of the signatures, and remembers the other pairs next to them.
    fn signature_texts(&self, reader: &mut Reader<'_>) -> Result<Vec<String>, VerifyError> {
        let mut texts = Vec::new();
        for place in &self.places {
            let Some(value) = reader.value(place)?.map(Cow::into_owned) else { continue };
            match (&self.pairs, &self.separator) {
                (Some(pairs), _) => {
                    let (signatures, others) = pairs.split(self.without_prefix(place, &value)?, place)?;
                    texts.extend(signatures);
                    reader.pairs = others;
                }
                (None, Some(separator)) => {
                    texts.extend(value.split(separator.as_str()).filter(|text| !text.is_empty()).map(str::to_owned));
                }
                (None, None) => texts.push(value),
            }
        }
        if texts.is_empty() {
            return Err(VerifyError::MissingHeader { header: self.location() });
        }
        if texts.len() > MAX_SIGNATURES {
            return Err(VerifyError::TooManySignatures { header: self.location(), limit: MAX_SIGNATURES });
        }
        Ok(texts)
    }

    /// The first place of the signature, for errors.
    fn location(&self) -> String {
        self.places.first().map(Place::to_string).unwrap_or_default()
    }

    /// Removes the prefix. The name of an authentication scheme, such as `Bearer`, is not case-sensitive.
    pub(crate) fn without_prefix<'t>(&self, place: &Place, text: &'t str) -> Result<&'t str, VerifyError> {
        let is_name = self.prefix.ends_with(' ');
        let matches = |start: &str| start == self.prefix || (is_name && start.eq_ignore_ascii_case(&self.prefix));
        let rest =
            text.get(..self.prefix.len()).filter(|start| matches(start)).and_then(|_| text.get(self.prefix.len()..));
        rest.ok_or_else(|| VerifyError::WrongPrefix { header: place.to_string(), prefix: self.prefix.clone() })
    }

    /// Decodes the signatures and skips malformed ones. Returns the first error if none is well-formed.
    fn decode_any(&self, texts: &[String]) -> Result<Vec<Vec<u8>>, VerifyError> {
        let (mut decoded, mut first_error) = (Vec::new(), None);
        for text in texts {
            match self.decode(text) {
                Ok(signature) => decoded.push(signature),
                Err(error) => first_error = first_error.or(Some(error)),
            }
        }
        match first_error {
            Some(error) if decoded.is_empty() => Err(error),
            _ => Ok(decoded),
        }
    }

    fn decode(&self, text: &str) -> Result<Vec<u8>, VerifyError> {
        let place = self.places.first().unwrap_or(&Place::Body);
        let text = if self.pairs.is_some() { text } else { self.without_prefix(place, text)? };
        let text =
            self.after.as_ref().and_then(|after| text.rsplit_once(after.as_str())).map_or(text, |(_, text)| text);
        let signature = self.encoding.decode(text);
        let signature = signature
            .ok_or_else(|| VerifyError::InvalidEncoding { header: self.location(), encoding: self.encoding })?;
        match self.algorithm.bytes() {
            Some(expected) if expected != signature.len() => {
                Err(VerifyError::WrongLength { header: self.location(), length: signature.len(), expected })
            }
            _ => Ok(signature),
        }
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

impl Pairs {
    /// Splits a text into the values of the pairs with signatures, and the other pairs.
    #[expect(clippy::type_complexity, reason = "two lists")]
    fn split(&self, text: &str, place: &Place) -> Result<(Vec<String>, Vec<(String, String)>), VerifyError> {
        let mut pieces = vec![text];
        for separator in &self.separators {
            pieces = pieces.into_iter().flat_map(|piece| piece.split(separator.as_str())).collect();
        }
        let (mut signatures, mut others) = (Vec::new(), Vec::<(String, String)>::new());
        for (name, value) in pieces.into_iter().filter_map(|piece| piece.split_once(self.assignment.as_str())) {
            let pair = (name.to_owned(), value.to_owned());
            if self.names.contains(&pair.0) {
                signatures.push(pair.1);
            } else if !(self.repeated && others.contains(&pair)) {
                others.push(pair);
            }
            if signatures.len() > MAX_SIGNATURES || others.len() > MAX_SIGNATURES {
                return Err(VerifyError::TooManySignatures { header: place.to_string(), limit: MAX_SIGNATURES });
            }
        }
        Ok((signatures, others))
    }
}

/// Parses the keys. After a rotation, one of them may be of another kind.
pub(crate) fn usable_keys(
    secrets: &[Secret],
    parse: impl Fn(&Secret) -> Result<Key, &'static str>,
) -> Result<Vec<Key>, VerifyError> {
    let (keys, problems): (Vec<_>, Vec<_>) = secrets.iter().map(parse).partition(Result::is_ok);
    match problems.into_iter().next() {
        Some(Err(problem)) if keys.is_empty() => Err(VerifyError::UnusableSecret { problem }),
        _ => Ok(keys.into_iter().flatten().collect()),
    }
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn port_is_added_or_removed() {
        assert_eq!(toggle_port("https://a.example/x?y=:443"), "https://a.example:443/x?y=:443");
        assert_eq!(toggle_port("https://a.example:443?x"), "https://a.example?x");
        assert_eq!(toggle_port(""), "");
    }
}
