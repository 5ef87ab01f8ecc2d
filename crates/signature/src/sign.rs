//! Signs messages as the senders do, for tests and tools. The signed text is composed by the code that verifies.

use std::borrow::Cow;

use hookline_template::{Part, Place, Pointer, Reader};
use serde_json::{Value, json};

use crate::algorithm::Algorithm;
use crate::draft::{Draft, NOT_SIGNABLE, set_json};
use crate::key::{self, SigningKey};
use crate::scheme::Scheme;
use crate::signing_method::SigningMethod;
use crate::{Message, Secret, SignError, Signed, time};

/// The name of the key in front of a signature for senders that send one.
const KEY_NAME: &str = "1";

impl Scheme {
    /// Signs a message as the sender does, in the first way for which the secret is a key.
    ///
    /// # Errors
    ///
    /// Returns [`SignError`] if the secret is not a key of the sender, or if the body cannot carry the signature.
    pub fn sign(&self, message: Message<'_>, secret: &Secret) -> Result<Signed, SignError> {
        let mut methods: Vec<&SigningMethod> = self.methods.iter().collect();
        methods.sort_by_key(|method| method.signs_form() != message.is_form);
        let mut first_error = None;
        for method in methods {
            match method.sign(message, secret) {
                Ok(signed) => return Ok(signed),
                Err(error) => first_error = first_error.or(Some(error)),
            }
        }
        Err(first_error.unwrap_or(SignError { problem: "the sender is unknown" }))
    }

    /// Returns the value to store for a sender's signing key: its public key, or the same key of an HMAC or a token.
    ///
    /// # Errors
    ///
    /// Returns [`SignError`] if the secret is not a signing key of the sender.
    pub fn stored_key(&self, signing_key: &Secret) -> Result<Secret, SignError> {
        let mut problem = "the sender is unknown";
        for method in &self.methods {
            match method.stored_key(signing_key) {
                Ok(secret) => return Ok(secret),
                Err(error) => problem = error,
            }
        }
        Err(SignError { problem })
    }
}

impl SigningMethod {
    fn signs_form(&self) -> bool {
        let places = self.places.iter().chain(self.message.0.iter().filter_map(|part| match part {
            Part::Value(place) => Some(place),
            _ => None,
        }));
        self.message.has(&Part::SortedForm) || places.into_iter().any(|place| matches!(place, Place::Form(..)))
    }

    fn stored_key(&self, signing_key: &Secret) -> Result<Secret, &'static str> {
        let algorithm = self.key_algorithm();
        if algorithm == Algorithm::Token {
            return Ok(signing_key.clone());
        }
        let key = SigningKey::parse(signing_key, &self.key, algorithm)?;
        if matches!(key, SigningKey::Shared(_)) {
            return Ok(signing_key.clone());
        }
        let public = key.public_key(algorithm).ok_or("the key is of another kind than the algorithm")?;
        let prefix = self.key.prefix.as_deref().unwrap_or_default();
        Secret::new(format!("{prefix}{public}")).map_err(|_| "the key is empty")
    }

    fn sign(&self, message: Message<'_>, secret: &Secret) -> Result<Signed, SignError> {
        let mut draft = Draft { headers: message.headers.to_vec(), body: message.body.to_vec(), ..Draft::default() };
        if self.signs_form() && !draft.headers.iter().any(|(name, _)| name.eq_ignore_ascii_case("Content-Type")) {
            draft.set_header("Content-Type", "application/x-www-form-urlencoded".to_owned());
        }
        match &self.each {
            None => self.sign_unit(&mut draft, message, secret)?,
            Some(pointer) => self.sign_elements(&mut draft, pointer, message, secret)?,
        }
        let given = |header: &(String, String)| message.headers.contains(header);
        draft.headers.retain(|header| !given(header));
        draft.headers.sort_by_key(|(name, _)| name == "Content-Type");
        let body = (draft.body != message.body).then_some(draft.body);
        Ok(Signed { headers: draft.headers, query: draft.query, body })
    }

    /// Signs each element of the body's array. Without the array, the body becomes its only element.
    fn sign_elements(
        &self,
        draft: &mut Draft,
        pointer: &Pointer,
        message: Message<'_>,
        secret: &Secret,
    ) -> Result<(), SignError> {
        let not_signable = || SignError { problem: NOT_SIGNABLE };
        let mut body: Value = serde_json::from_slice(&draft.body).map_err(|_| not_signable())?;
        let pointer = format!("/{}", pointer.tokens().join("/"));
        if body.pointer(&pointer).is_none() {
            let mut wrapped = json!({});
            set_json(&mut wrapped, pointer.trim_start_matches('/').split('/'), json!([body]))
                .ok_or_else(not_signable)?;
            body = wrapped;
        }
        let items = body.pointer_mut(&pointer).and_then(Value::as_array_mut).ok_or_else(not_signable)?;
        for item in items {
            let mut part = Draft { body: item.to_string().into_bytes(), ..Draft::default() };
            self.sign_unit(&mut part, message, secret)?;
            *item = serde_json::from_slice(&part.body).map_err(|_| not_signable())?;
        }
        draft.body = body.to_string().into_bytes();
        Ok(())
    }

    /// Puts the time into its place, unless the body already has one. Returns its text.
    fn set_time(&self, draft: &mut Draft, message: Message<'_>) -> Result<String, SignError> {
        let Some(timestamp) = &self.timestamp else { return Ok(String::new()) };
        let time = time::format(timestamp.unit, message.now);
        if matches!(timestamp.place, Place::Json(_) | Place::Form(..)) {
            let own = draft.with_reader(self, message, |reader| {
                Ok(Reader { is_verified: true, ..reader.clone() }.value(&timestamp.place)?.map(Cow::into_owned))
            })?;
            if let Some(own) = own {
                return Ok(own);
            }
        }
        match draft.set(&timestamp.place, &time) {
            // A body that cannot have a time is signed without one, which the receiver rejects.
            Err(_) if !self.message.has(&Part::Timestamp) => Ok(time),
            result => result.map(|()| time),
        }
    }

    fn sign_unit(&self, draft: &mut Draft, message: Message<'_>, secret: &Secret) -> Result<(), SignError> {
        let time = self.set_time(draft, message)?;
        for part in &self.message.0 {
            match part {
                Part::Value(place @ (Place::Header(_) | Place::Query(_) | Place::Pair(_))) if !draft.has(place) => {
                    draft.set(place, message.id)?;
                }
                Part::SignedHeaders(name) => {
                    let time = self.timestamp.as_ref().map(|timestamp| timestamp.place.to_string());
                    let names: Vec<_> = [Some(name.clone()), time].into_iter().flatten().collect();
                    draft.set_header(name, names.join(",").to_ascii_lowercase());
                }
                _ => {}
            }
        }
        for (place, template) in &self.bind {
            let is_unbound_claim = message.body.is_empty() && matches!(place, Place::Claim(_));
            if !is_unbound_claim {
                let bound = draft.with_reader(self, message, |reader| Ok(reader.parts(template, "")?.concat()))?;
                draft.set(place, &String::from_utf8_lossy(&bound))?;
            }
        }
        let text = match self.algorithm {
            Algorithm::Token => {
                key::text(secret).map_err(|problem| SignError { problem })?;
                self.encoding.encode(secret.expose())
            }
            Algorithm::Jwt => {
                if self.places.contains(&Place::Body) {
                    draft.claims.insert("data".to_owned(), String::from_utf8_lossy(message.body).into());
                }
                self.jwt.sign(self, secret, std::mem::take(&mut draft.claims), message.now)?
            }
            algorithm => {
                let key = SigningKey::parse(secret, &self.key, algorithm).map_err(|problem| SignError { problem })?;
                let parts = draft.with_reader(self, message, |reader| {
                    let parts = self.signed_parts(reader, &time)?;
                    Ok(parts.into_iter().map(Cow::into_owned).collect::<Vec<_>>())
                })?;
                let signature = algorithm.sign(&key, &parts);
                self.encoding
                    .encode(&signature.ok_or(SignError { problem: "the key is of another kind than the algorithm" })?)
            }
        };
        let text = match &self.after {
            Some(after) => format!("{KEY_NAME}{after}{text}"),
            None => text,
        };
        let text = match &self.pairs {
            None => text,
            Some(pairs) => {
                let name = pairs.names.first().cloned().unwrap_or_default();
                let all = draft.pairs.drain(..).chain([(name, text)]);
                let all: Vec<_> = all.map(|(name, value)| format!("{name}{}{value}", pairs.assignment)).collect();
                all.join(pairs.separators.first().map_or(",", String::as_str))
            }
        };
        let place = self.places.first().ok_or(SignError { problem: "the sender has no place for a signature" })?;
        draft.set(place, &format!("{}{text}", self.prefix))
    }
}
