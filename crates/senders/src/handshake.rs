//! The requests with which senders check an endpoint before they send events, and the responses to them.
//!
//! Most of them are not authenticated: any caller can send them. So they are never events, what they return is limited, and a
//! value that the source's secret signs can only consist of characters that no event consists of.

use std::collections::BTreeMap;

use hookline_signature::{ConfigError, Request, Scheme, Secret, VerifyError, invalid, parsed, verify_token};
use hookline_template::{Part, Place, Reader, Template};
use serde_json::{Map, Value};
use subtle::ConstantTimeEq as _;

use crate::handshake_description::HandshakeDescription;

/// The longest value that a response returns, in bytes.
const MAX_ECHO: usize = 1024;

/// The largest body of a request that may be a handshake, in bytes.
const MAX_BODY: usize = 16 * 1024;

/// A handshake of a sender.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Handshake {
    method: String,
    /// Each place with its value, or `None` for any value.
    when: Vec<(Place, Option<String>)>,
    is_signed: bool,
    token: Option<Place>,
    key: Option<Place>,
    status: u16,
    content_type: String,
    body: Body,
    headers: Vec<(String, Template)>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
enum Body {
    Text(Template),
    Json(Vec<(String, Member)>),
}

#[derive(Debug, Clone, PartialEq, Eq)]
enum Member {
    Text(Template),
    Value(Value),
}

/// The response to a handshake.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct HandshakeResponse {
    /// The status.
    pub status: u16,
    /// The content type.
    pub content_type: String,
    /// The body.
    pub body: String,
    /// Further headers.
    pub headers: BTreeMap<String, String>,
    /// A key that the request has brought. It is not authenticated: an operator decides whether to store it.
    pub key: Option<String>,
}

impl Handshake {
    pub(crate) fn new(description: &HandshakeDescription) -> Result<Self, ConfigError> {
        let HandshakeDescription { method, when, signed, token, key, status, content_type, body, json, headers } =
            description;
        let is_post = method == "POST";
        if !is_post && !["GET", "HEAD"].contains(&method.as_str()) {
            return Err(invalid("handshakes.method", "must be GET, HEAD or POST"));
        }
        let is_signed = signed.unwrap_or_default();
        if is_signed && !is_post {
            return Err(invalid("handshakes.signed", "is only for POST"));
        }
        if is_post && when.is_empty() {
            return Err(invalid("handshakes.when", "is missing: each POST would be a handshake"));
        }
        if body.is_some() && !json.is_empty() {
            return Err(invalid("handshakes.body", "and `json` exclude each other"));
        }
        if !(200..300).contains(&status.unwrap_or(200)) {
            return Err(invalid("handshakes.status", "must be 200 to 299"));
        }
        let place = |member, place: &Option<String>| place.as_deref().map(|text| parsed(member, text)).transpose();
        let condition = |(place, value): (&String, &String)| {
            Ok((parsed("handshakes.when", place)?, (value != "*").then(|| value.clone())))
        };
        let member = |(name, value): (&String, &Value)| {
            let value = match value {
                Value::String(text) => Member::Text(parsed("handshakes.json", text)?),
                value => Member::Value(value.clone()),
            };
            Ok((name.clone(), value))
        };
        let header = |(name, text): (&String, &String)| Ok((name.clone(), parsed("handshakes.headers", text)?));
        let default_type = if json.is_empty() { "text/plain; charset=utf-8" } else { "application/json" };
        Ok(Self {
            method: method.clone(),
            when: when.iter().map(condition).collect::<Result<_, ConfigError>>()?,
            is_signed,
            token: place("handshakes.token", token)?,
            key: place("handshakes.key", key)?,
            status: status.unwrap_or(200),
            content_type: content_type.clone().unwrap_or_else(|| default_type.to_owned()),
            body: match body {
                _ if !json.is_empty() => Body::Json(json.iter().map(member).collect::<Result<_, ConfigError>>()?),
                text => Body::Text(parsed("handshakes.body", text.as_deref().unwrap_or_default())?),
            },
            headers: headers.iter().map(header).collect::<Result<_, ConfigError>>()?,
        })
    }

    /// Whether the request is signed like an event, and must be verified first.
    #[must_use]
    pub fn is_signed(&self) -> bool {
        self.is_signed
    }

    /// Whether the response needs the source's secret.
    #[must_use]
    pub fn needs_secret(&self) -> bool {
        self.token.is_some() || self.is_computed()
    }

    /// The method of the request.
    #[must_use]
    pub fn method(&self) -> &str {
        &self.method
    }

    /// Whether the request has a verify token, [`hookline_signature::verify_token`].
    #[must_use]
    pub fn has_token(&self) -> bool {
        self.token.is_some()
    }

    /// Whether the request brings a key.
    #[must_use]
    pub fn brings_key(&self) -> bool {
        self.key.is_some()
    }

    /// Whether the response has a signature of a value of the request.
    pub(crate) fn is_computed(&self) -> bool {
        self.templates().flat_map(|template| &template.0).any(|part| matches!(part, Part::Signed(_)))
    }

    fn templates(&self) -> impl Iterator<Item = &Template> {
        let (text, members) = match &self.body {
            Body::Text(template) => (Some(template), &[][..]),
            Body::Json(members) => (None, members.as_slice()),
        };
        let members = members.iter().filter_map(|(_, member)| match member {
            Member::Text(template) => Some(template),
            Member::Value(_) => None,
        });
        text.into_iter().chain(members).chain(self.headers.iter().map(|(_, template)| template))
    }

    pub(crate) fn matches(&self, request: Request<'_>) -> bool {
        let reader = Reader::new(request, None);
        let has_value = |(place, wanted): &(Place, Option<String>)| match (reader.value(place), wanted) {
            (Ok(Some(value)), Some(wanted)) => value == wanted.as_str(),
            (Ok(value), None) => value.is_some(),
            _ => false,
        };
        self.method == request.method && request.body.len() <= MAX_BODY && self.when.iter().all(has_value)
    }

    /// Returns the response.
    ///
    /// # Errors
    ///
    /// [`VerifyError`] if the verify token is wrong, a value cannot be returned, or the secret cannot be used.
    pub(crate) fn respond(
        &self,
        scheme: &Scheme,
        request: Request<'_>,
        secrets: &[Secret],
    ) -> Result<HandshakeResponse, VerifyError> {
        let reader = Reader::new(request, None);
        if let Some(place) = &self.token {
            let token = reader.value(place)?.unwrap_or_default();
            let is_token = |secret: &Secret| bool::from(verify_token(secret).as_bytes().ct_eq(token.as_bytes()));
            if !secrets.iter().any(is_token) {
                return Err(VerifyError::Mismatch { secrets: secrets.len() });
            }
        }
        let render = |template: &Template| render(scheme, template, &reader, secrets);
        let body = match &self.body {
            Body::Text(template) => render(template)?,
            Body::Json(members) => {
                let rendered = members.iter().map(|(name, member)| {
                    let value = match member {
                        Member::Text(template) => Value::String(render(template)?),
                        Member::Value(value) => value.clone(),
                    };
                    Ok((name.clone(), value))
                });
                Value::Object(rendered.collect::<Result<Map<_, _>, VerifyError>>()?).to_string()
            }
        };
        let headers = self.headers.iter().map(|(name, template)| Ok((name.clone(), render(template)?)));
        Ok(HandshakeResponse {
            status: self.status,
            content_type: self.content_type.clone(),
            body,
            headers: headers.collect::<Result<_, VerifyError>>()?,
            key: self.key.as_ref().map(|place| echo(place, &reader)).transpose()?,
        })
    }
}

fn render(
    scheme: &Scheme,
    template: &Template,
    reader: &Reader<'_>,
    secrets: &[Secret],
) -> Result<String, VerifyError> {
    let mut text = String::new();
    for part in &template.0 {
        match part {
            Part::Literal(literal) => text.push_str(literal),
            Part::Value(place) => text.push_str(&echo(place, reader)?),
            Part::Signed(place) => {
                text.push_str(&scheme.sign_challenge(&place.to_string(), &echo(place, reader)?, secrets)?);
            }
            _ => return Err(VerifyError::InvalidChallenge { location: "the response".to_owned() }),
        }
    }
    Ok(text)
}

/// Returns a value that may be returned to an unauthenticated sender: it is short and has no control characters.
fn echo(place: &Place, reader: &Reader<'_>) -> Result<String, VerifyError> {
    let value = reader.value(place)?.unwrap_or_default();
    let is_allowed = !value.is_empty() && value.len() <= MAX_ECHO && !value.contains(char::is_control);
    if is_allowed { Ok(value.into_owned()) } else { Err(VerifyError::InvalidChallenge { location: place.to_string() }) }
}
