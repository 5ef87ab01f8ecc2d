//! The request that is being signed.

use hookline_template::{Headers, Place, Pointer, Reader, Request, fields};
use serde_json::{Map, Value, json};

use crate::signing_method::SigningMethod;
use crate::{Message, SignError, VerifyError};

pub(crate) const NOT_SIGNABLE: &str = "the values that the sender signs cannot be put into this body";

/// The values of the request so far.
#[derive(Default)]
pub(crate) struct Draft {
    pub(crate) headers: Vec<(String, String)>,
    pub(crate) query: Vec<(String, String)>,
    pub(crate) pairs: Vec<(String, String)>,
    pub(crate) claims: Map<String, Value>,
    pub(crate) body: Vec<u8>,
}

impl Draft {
    pub(crate) fn set_header(&mut self, name: &str, value: String) {
        self.headers.retain(|(key, _)| !key.eq_ignore_ascii_case(name));
        self.headers.push((name.to_owned(), value));
    }

    pub(crate) fn has(&self, place: &Place) -> bool {
        match place {
            Place::Header(name) => self.headers.iter().any(|(key, _)| key.eq_ignore_ascii_case(name)),
            Place::Query(name) => self.query.iter().any(|(found, _)| found == name),
            Place::Pair(name) => self.pairs.iter().any(|(found, _)| found == name),
            _ => false,
        }
    }

    /// Puts a value into a place of the request.
    pub(crate) fn set(&mut self, place: &Place, value: &str) -> Result<(), SignError> {
        let value = value.to_owned();
        let not_signable = || SignError { problem: NOT_SIGNABLE };
        match place {
            Place::Header(name) => self.set_header(name, value),
            Place::Query(name) => self.query.push((name.clone(), value)),
            Place::Pair(name) => self.pairs.push((name.clone(), value)),
            Place::Claim(name) => drop(self.claims.insert(name.clone(), value.into())),
            Place::Body => self.body = value.into_bytes(),
            Place::Json(pointer) => self.body = with_json(&self.body, pointer, value).ok_or_else(not_signable)?,
            Place::Form(name, pointer) => {
                let mut fields = fields(None, &self.body).map_err(|_| not_signable())?;
                let current =
                    fields.iter().find(|(found, _)| found == name).map(|(_, value)| value.clone().into_owned());
                let value = match pointer {
                    None => value,
                    Some(pointer) => {
                        let json = current.unwrap_or_else(|| "{}".to_owned());
                        let json = with_json(json.as_bytes(), pointer, value).ok_or_else(not_signable)?;
                        String::from_utf8(json).map_err(|_| not_signable())?
                    }
                };
                fields.retain(|(found, _)| found != name);
                let mut form = form_urlencoded::Serializer::new(String::new());
                form.extend_pairs(&fields).append_pair(name, &value);
                self.body = form.finish().into_bytes();
            }
        }
        Ok(())
    }

    /// Calls a function with a reader of the request as it is now.
    pub(crate) fn with_reader<T>(
        &self,
        method: &SigningMethod,
        message: Message<'_>,
        read: impl FnOnce(&Reader<'_>) -> Result<T, VerifyError>,
    ) -> Result<T, SignError> {
        let headers = Headers::from_iter(self.headers.clone());
        let raw_query = form_urlencoded::Serializer::new(String::new()).extend_pairs(&self.query).finish();
        let request = Request {
            method: "POST",
            headers: &headers,
            body: &self.body,
            url: message.url,
            query: &self.query,
            raw_query: &raw_query,
        };
        let mut reader = Reader::new(request, method.url.as_deref());
        reader.pairs.clone_from(&self.pairs);
        read(&reader).map_err(|_| SignError { problem: NOT_SIGNABLE })
    }
}

/// Sets a text in a JSON document, which becomes an object where it has to.
fn with_json(json: &[u8], pointer: &Pointer, value: String) -> Option<Vec<u8>> {
    let mut document: Value = serde_json::from_slice(json).ok()?;
    let is_number = !value.is_empty() && value.len() < 16 && value.bytes().all(|byte| byte.is_ascii_digit());
    let value = if is_number { value.parse::<u64>().ok()?.into() } else { Value::String(value) };
    set_json(&mut document, pointer.tokens().iter().map(String::as_str), value)?;
    Some(document.to_string().into_bytes())
}

pub(crate) fn set_json<'t>(document: &mut Value, tokens: impl Iterator<Item = &'t str>, value: Value) -> Option<()> {
    let mut target = document;
    for token in tokens {
        if target.is_null() {
            *target = json!({});
        }
        target = match target {
            Value::Object(members) => members.entry(token).or_insert(Value::Null),
            Value::Array(elements) => elements.get_mut(token.parse::<usize>().ok()?)?,
            _ => return None,
        };
    }
    *target = value;
    Some(())
}
