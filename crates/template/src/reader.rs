//! Reads the values of a request for templates.

use std::borrow::Cow;

use base64::Engine as _;
use sha2::{Digest as _, Sha256};

use crate::encoding::BASE64;
use crate::form;
use crate::json::Pointer;
use crate::template::{Hashed, Part, Place, Template};
use crate::{Encoding, ReadError, Request};

/// The largest body whose values are read before the request is verified, 1 MiB. Senders whose signature covers the complete
/// body have no such limit.
const MAX_UNVERIFIED_BODY: usize = 1024 * 1024;

/// A request with everything that was derived from it so far.
#[derive(Debug, Clone)]
pub struct Reader<'a> {
    /// The request.
    pub request: Request<'a>,
    /// The complete URL that the sender called, with its query.
    pub url: Cow<'a, str>,
    /// The signature's pairs of names and values.
    pub pairs: Vec<(String, String)>,
    /// The JSON text of a JWT's claims.
    pub claims: Vec<u8>,
    /// The element of the body's array that is verified.
    pub item: Option<&'a str>,
    /// Whether the signature was verified.
    pub is_verified: bool,
}

impl<'a> Reader<'a> {
    /// Creates a reader. `url` replaces the received URL.
    #[must_use]
    pub fn new(request: Request<'a>, url: Option<&'a str>) -> Self {
        let url = match (url, request.raw_query) {
            (Some(url), _) => Cow::Borrowed(url),
            (None, "") => Cow::Borrowed(request.url),
            (None, query) => Cow::Owned(format!("{}?{query}", request.url)),
        };
        Self { request, url, pairs: Vec::new(), claims: Vec::new(), item: None, is_verified: false }
    }

    /// Returns the value of a place, which must occur only once.
    ///
    /// # Errors
    ///
    /// [`ReadError`] if it occurs more often, or if the body cannot be read.
    pub fn value(&self, place: &Place) -> Result<Option<Cow<'_, str>>, ReadError> {
        let once = |mut values: std::vec::IntoIter<Cow<'a, str>>| match (values.next(), values.next()) {
            (_, Some(_)) => Err(ReadError::Duplicate { location: place.to_string() }),
            (value, None) => Ok(value),
        };
        match place {
            Place::Header(name) => Ok(self.request.headers.at_most_one(name)?.map(Cow::Borrowed)),
            Place::Query(name) => {
                let matching = self.request.query.iter().filter(|(found, _)| found == name);
                once(matching.map(|(_, value)| Cow::Borrowed(value.as_str())).collect::<Vec<_>>().into_iter())
            }
            Place::Pair(name) => {
                let matching = self.pairs.iter().filter(|(found, _)| found == name);
                once(matching.map(|(_, value)| Cow::Owned(value.clone())).collect::<Vec<_>>().into_iter())
            }
            Place::Json(pointer) => Ok(match self.item {
                Some(item) => pointer.text(item.as_bytes()),
                None => pointer.text(self.readable_body()?),
            }),
            Place::Form(name, pointer) => {
                let fields = self.form()?.into_iter().filter(|(found, _)| found == name);
                let value = once(fields.map(|(_, value)| value).collect::<Vec<_>>().into_iter())?;
                Ok(match (value, pointer) {
                    (Some(value), Some(pointer)) => {
                        pointer.text(value.as_bytes()).map(|text| Cow::Owned(text.into_owned()))
                    }
                    (value, _) => value,
                })
            }
            Place::Claim(name) => {
                let pointer = if name.starts_with('/') { name.clone() } else { format!("/{name}") };
                Ok(Pointer::parse(&pointer).and_then(|pointer| pointer.text(&self.claims)))
            }
            Place::Body => {
                let text = std::str::from_utf8(self.readable_body()?);
                Ok(Some(Cow::Borrowed(text.map_err(|_| ReadError::UnreadableBody { problem: "it is not text" })?)))
            }
        }
    }

    /// Returns the bytes of a template's parts. `timestamp` is the text of the signed time.
    ///
    /// # Errors
    ///
    /// [`ReadError`] if a value cannot be read, or if the text would be ambiguous with it.
    pub fn parts<'r>(&'r self, template: &'r Template, timestamp: &'r str) -> Result<Vec<Cow<'r, [u8]>>, ReadError> {
        let mut parts = Vec::with_capacity(template.0.len());
        for (index, part) in template.0.iter().enumerate() {
            let next = template.0.get(index + 1);
            if !self.is_verified && next.is_some_and(|next| part.is_body_with_value(next)) {
                self.check_boundary(part, next)?;
            }
            parts.push(match part {
                Part::Literal(text) => Cow::Borrowed(text.as_bytes()),
                Part::Value(Place::Body) => Cow::Borrowed(self.request.body),
                Part::Value(place) => bytes(self.signed_value(place, next)?),
                Part::Timestamp => Cow::Borrowed(timestamp.as_bytes()),
                Part::Url => Cow::Borrowed(self.url.as_bytes()),
                Part::UrlWith(name) => Cow::Owned(self.url_with(name)?.into_bytes()),
                Part::Method => Cow::Borrowed(self.request.method.as_bytes()),
                Part::Path => Cow::Borrowed(self.target().split('?').next().unwrap_or_default().as_bytes()),
                Part::Target => Cow::Borrowed(self.target().as_bytes()),
                Part::Hash(of, encoding) => Cow::Owned(self.hash(*of, *encoding).into_bytes()),
                Part::SortedForm => Cow::Owned(self.sorted_form()?.into_bytes()),
                Part::SignedHeaders(name) => Cow::Owned(self.signed_headers(name)?.into_bytes()),
                // The parts of other templates.
                Part::Id | Part::Present(_) | Part::Signed(_) => Cow::Borrowed(&[][..]),
            });
        }
        Ok(parts)
    }

    /// Returns the text of a template whose values are all present and not blank. An object or an array in the body is present, but
    /// no text.
    #[must_use]
    pub fn text(&self, template: &Template) -> Option<String> {
        let value = |place| self.value(place).ok().flatten().filter(|value| !value.trim().is_empty());
        let is_text = |value: Cow<'_, str>| !matches!(value, Cow::Borrowed(json) if json.starts_with(['{', '[']));
        let is_complete = template.0.iter().all(|part| match part {
            Part::Value(place @ Place::Json(_)) => value(place).is_some_and(is_text),
            Part::Value(place) | Part::Present(place) => value(place).is_some(),
            _ => true,
        });
        let parts = if is_complete { self.parts(template, "").ok()? } else { return None };
        String::from_utf8(parts.concat()).ok()
    }

    /// Returns a value of the signed text. A missing value of the body counts as empty. Any other value must be present, and it must
    /// not contain the literal that ends it: the signed text would then be ambiguous.
    fn signed_value(&self, place: &Place, next: Option<&Part>) -> Result<Cow<'_, str>, ReadError> {
        let value = self.value(place)?;
        if self.is_verified || matches!(place, Place::Json(_) | Place::Form(..) | Place::Claim(_)) {
            return Ok(value.unwrap_or_default());
        }
        let malformed = || ReadError::Malformed { location: place.to_string() };
        let value = value.filter(|value| !value.is_empty()).ok_or_else(malformed)?;
        match next {
            Some(Part::Literal(text)) if format!("{value}{text}").find(text) != Some(value.len()) => Err(malformed()),
            _ => Ok(value),
        }
    }

    /// Returns the body if it may be read.
    ///
    /// # Errors
    ///
    /// [`ReadError::UnreadableBody`] for an unverified body that is too large.
    pub fn readable_body(&self) -> Result<&'a [u8], ReadError> {
        if self.is_verified || self.request.body.len() <= MAX_UNVERIFIED_BODY {
            return Ok(self.request.body);
        }
        Err(ReadError::UnreadableBody { problem: "it has more than 1 MiB, and this sender signs values in it" })
    }

    /// Checks that the end of a body next to another signed value is known: the body is an object or an array, and the value has no
    /// brackets.
    fn check_boundary(&self, first: &Part, second: Option<&Part>) -> Result<(), ReadError> {
        let body = self.request.body.trim_ascii();
        let is_enclosed = matches!(body, [b'{', .., b'}'] | [b'[', .., b']']);
        let places = [Some(first), second].into_iter().flatten();
        for place in places.filter_map(|part| if let Part::Value(place) = part { Some(place) } else { None }) {
            let has_brackets = *place != Place::Body
                && self
                    .value(place)?
                    .is_some_and(|value| value.contains(['{', '}', '[', ']']) || value.trim() != value);
            if !is_enclosed || has_brackets {
                return Err(ReadError::Malformed { location: place.to_string() });
            }
        }
        Ok(())
    }

    fn form(&self) -> Result<Vec<form::Field<'a>>, ReadError> {
        form::fields(self.request.headers.first("Content-Type"), self.readable_body()?)
    }

    /// Concatenates the names and values of a form, sorted, each pair once.
    fn sorted_form(&self) -> Result<String, ReadError> {
        let mut fields = self.form()?;
        fields.sort();
        fields.dedup();
        let text: String = fields.iter().flat_map(|(name, value)| [name.as_ref(), value.as_ref()]).collect();
        // A signature of nothing would be valid for each body without fields.
        if text.is_empty() && !self.request.body.is_empty() { Err(ReadError::MissingHash) } else { Ok(text) }
    }

    fn hash(&self, of: Hashed, encoding: Encoding) -> String {
        let digest = match of {
            Hashed::Body => Sha256::digest(self.request.body),
            Hashed::Url => Sha256::digest(self.url.as_bytes()),
        };
        if encoding == Encoding::Hex { hex::encode(digest) } else { BASE64.encode(digest) }
    }

    /// Returns the URL with one parameter of the received query. The rest of that query counts only if the URL is configured.
    fn url_with(&self, parameter: &str) -> Result<String, ReadError> {
        let place = Place::Query(parameter.to_owned());
        let value = self.value(&place)?.ok_or(ReadError::MissingHash)?;
        let (url, query) = (&*self.url, self.request.raw_query);
        if !query.is_empty() && url.ends_with(query) {
            return Ok(url.to_owned());
        }
        let separator = if url.contains('?') { '&' } else { '?' };
        Ok(format!("{url}{separator}{parameter}={value}"))
    }

    /// Returns path and query of the URL.
    fn target(&self) -> &str {
        let rest = self.url.split_once("://").map_or(&*self.url, |(_, rest)| rest);
        rest.find('/').and_then(|at| rest.get(at..)).unwrap_or("/")
    }

    /// Returns the headers that another header lists, as `name:value` joined by semicolons.
    fn signed_headers(&self, list: &str) -> Result<String, ReadError> {
        let malformed = || ReadError::Malformed { location: list.to_owned() };
        let names = self.request.headers.at_most_one(list)?.ok_or_else(malformed)?;
        let mut texts = Vec::new();
        for name in names.split(',').map(str::trim) {
            let value = self.request.headers.at_most_one(name)?.ok_or_else(malformed)?;
            if value.contains(['\n', ';']) {
                return Err(malformed());
            }
            texts.push(format!("{}:{}", name.to_ascii_lowercase(), value.trim()));
        }
        Ok(texts.join(";"))
    }
}

fn bytes(text: Cow<'_, str>) -> Cow<'_, [u8]> {
    match text {
        Cow::Borrowed(text) => Cow::Borrowed(text.as_bytes()),
        Cow::Owned(text) => Cow::Owned(text.into_bytes()),
    }
}
