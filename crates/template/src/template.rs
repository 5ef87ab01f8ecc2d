//! Places of a request and templates of texts that are made of them.

use std::fmt;
use std::str::FromStr;

use crate::Encoding;
use crate::json::Pointer;

/// A place of a request that has a value.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Place {
    /// A header.
    Header(String),
    /// A parameter of the query.
    Query(String),
    /// A value in a JSON body.
    Json(Pointer),
    /// A field of a form, or a value in a field that is JSON.
    Form(String, Option<Pointer>),
    /// A pair of the signature's place.
    Pair(String),
    /// A claim of the JWT.
    Claim(String),
    /// The complete body.
    Body,
}

/// A part of a [`Template`].
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Part {
    /// The text itself.
    Literal(String),
    /// The value of a place.
    Value(Place),
    /// The signed time.
    Timestamp,
    /// Replaced by the first id's place.
    Id,
    /// The URL with its query.
    Url,
    /// The configured URL with one parameter of the received query; without a configured URL, the received one, which must have
    /// the parameter.
    UrlWith(String),
    /// The request's method.
    Method,
    /// The URL's path.
    Path,
    /// Path and query.
    Target,
    /// The hash of the body or of the URL.
    Hash(Hashed, Encoding),
    /// The fields of the form, sorted by name; names and values without separators.
    SortedForm,
    /// The headers that are listed in a header.
    SignedHeaders(String),
    /// Renders nothing, but the place must have a value.
    Present(Place),
    /// The scheme's own signature of a value.
    Signed(Place),
}

/// What [`Part::Hash`] covers.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Hashed {
    /// The body.
    Body,
    /// The URL.
    Url,
}

/// The parts of a text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Template(pub Vec<Part>);

/// An invalid place or template.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum TemplateError {
    /// The place is unknown or malformed.
    #[error(
        "`{place}` is no place: use header:NAME, query:NAME, json:/POINTER, form:NAME, pair:NAME, claim:NAME or body"
    )]
    UnknownPlace {
        /// The text.
        place: String,
    },
    /// The placeholder is unknown.
    #[error("`{{{name}}}` is no placeholder")]
    UnknownPlaceholder {
        /// The text between the braces.
        name: String,
    },
    /// A brace has no counterpart.
    #[error("a brace has no counterpart; write {{{{ or }}}} for a literal one")]
    UnpairedBrace,
}

impl FromStr for Place {
    type Err = TemplateError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let unknown = || TemplateError::UnknownPlace { place: text.to_owned() };
        if text == "body" {
            return Ok(Self::Body);
        }
        let (kind, name) = text.split_once(':').filter(|(_, name)| !name.is_empty()).ok_or_else(unknown)?;
        Ok(match kind {
            "header" if is_header_name(name) => Self::Header(name.to_owned()),
            "query" => Self::Query(name.to_owned()),
            "json" => Self::Json(Pointer::parse(name).ok_or_else(unknown)?),
            "form" => match name.find('/') {
                None => Self::Form(name.to_owned(), None),
                Some(at) => {
                    let (name, pointer) = name.split_at(at);
                    Self::Form(name.to_owned(), Some(Pointer::parse(pointer).ok_or_else(unknown)?))
                }
            },
            "pair" => Self::Pair(name.to_owned()),
            "claim" => Self::Claim(name.to_owned()),
            _ => return Err(unknown()),
        })
    }
}

/// For errors: what is missing or malformed.
impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Header(name) => f.write_str(name),
            Self::Query(name) => write!(f, "query parameter {name}"),
            Self::Json(pointer) | Self::Form(_, Some(pointer)) => write!(f, "/{}", pointer.tokens().join("/")),
            Self::Form(name, None) => write!(f, "form field {name}"),
            Self::Pair(name) => write!(f, "{name} of the signature"),
            Self::Claim(name) => write!(f, "claim {name}"),
            Self::Body => f.write_str("body"),
        }
    }
}

/// Whether a text can be the name of a header ([RFC 9110](https://www.rfc-editor.org/rfc/rfc9110#name-tokens)).
fn is_header_name(name: &str) -> bool {
    name.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"!#$%&'*+-.^_`|~".contains(&byte))
}

impl FromStr for Template {
    type Err = TemplateError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let (mut parts, mut literal, mut rest) = (Vec::new(), String::new(), text);
        while let Some(at) = rest.find(['{', '}']) {
            let (before, after) = rest.split_at(at);
            literal.push_str(before);
            if let Some(after) = after.strip_prefix("{{").or_else(|| after.strip_prefix("}}")) {
                literal.push_str(&rest[at..=at]);
                rest = after;
                continue;
            }
            let inner = after.strip_prefix('{').and_then(|after| after.split_once('}'));
            let (name, after) = inner.ok_or(TemplateError::UnpairedBrace)?;
            if !literal.is_empty() {
                parts.push(Part::Literal(std::mem::take(&mut literal)));
            }
            parts.push(name.parse()?);
            rest = after;
        }
        literal.push_str(rest);
        if !literal.is_empty() {
            parts.push(Part::Literal(literal));
        }
        Ok(Self(parts))
    }
}

impl FromStr for Part {
    type Err = TemplateError;

    fn from_str(name: &str) -> Result<Self, Self::Err> {
        let unknown = || TemplateError::UnknownPlaceholder { name: name.to_owned() };
        let call = |function: &str| name.strip_prefix(function)?.strip_prefix('(')?.strip_suffix(')');
        let hashed = |of: &str| match of {
            "body" => Ok(Hashed::Body),
            "url" => Ok(Hashed::Url),
            _ => Err(unknown()),
        };
        Ok(match name {
            "body" => Self::Value(Place::Body),
            "timestamp" => Self::Timestamp,
            "id" => Self::Id,
            "url" => Self::Url,
            "method" => Self::Method,
            "path" => Self::Path,
            "target" => Self::Target,
            "sorted_form" => Self::SortedForm,
            _ => {
                if let Some(of) = call("sha256") {
                    Self::Hash(hashed(of)?, Encoding::Hex)
                } else if let Some(of) = call("sha256_base64") {
                    Self::Hash(hashed(of)?, Encoding::Base64)
                } else if let Some(place) = call("signed") {
                    Self::Signed(place.parse()?)
                } else if let Some(place) = name.strip_prefix('?') {
                    Self::Present(place.parse()?)
                } else if let Some(parameter) = name.strip_prefix("url+").filter(|name| !name.is_empty()) {
                    Self::UrlWith(parameter.to_owned())
                } else if let Some(header) = name.strip_prefix("signed_headers:").filter(|name| is_header_name(name)) {
                    Self::SignedHeaders(header.to_owned())
                } else {
                    Self::Value(name.parse().map_err(|_| unknown())?)
                }
            }
        })
    }
}

impl Template {
    /// Whether the template has this part.
    #[must_use]
    pub fn has(&self, part: &Part) -> bool {
        self.0.contains(part)
    }

    /// Whether the text depends on the request.
    #[must_use]
    pub fn is_constant(&self) -> bool {
        self.0.iter().all(|part| matches!(part, Part::Literal(_)))
    }
}

impl Part {
    /// Whether the part covers every byte of the body, or of the form's fields.
    #[must_use]
    pub fn covers_body(&self) -> bool {
        matches!(self, Self::Value(Place::Body) | Self::SortedForm | Self::Hash(Hashed::Body, _))
    }

    /// Whether one part is the body and the other a value of the request next to it. The reader checks where the body ends.
    #[must_use]
    pub fn is_body_with_value(&self, next: &Self) -> bool {
        let is_body = |part: &Self| *part == Self::Value(Place::Body);
        matches!((self, next), (Self::Value(_), Self::Value(_))) && is_body(self) != is_body(next)
    }

    /// Whether the part depends on the URL that received the request.
    #[must_use]
    pub fn uses_url(&self) -> bool {
        matches!(self, Self::Url | Self::UrlWith(_) | Self::Path | Self::Target | Self::Hash(Hashed::Url, _))
    }

    /// Whether another value cannot end or begin differently in a text where the part is next to it: the part has a fixed
    /// length, or one form at a given time, or the operator sets it.
    #[must_use]
    pub fn is_delimited(&self) -> bool {
        match self {
            Self::Literal(_) | Self::Timestamp | Self::Method | Self::Hash(..) | Self::Present(_) => true,
            part => part.uses_url(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn case(text: &str, expected: &str) {
        let parsed =
            text.parse::<Template>().map_or_else(|error| error.to_string(), |template| format!("{:?}", template.0));
        assert_eq!(parsed, expected, "{text}");
    }

    #[test]
    fn template_has_literals_and_placeholders() {
        case("v0:{timestamp}:{body}", r#"[Literal("v0:"), Timestamp, Literal(":"), Value(Body)]"#);
        case("{{\"a\":{json:/b/0}}}", r#"[Literal("{\"a\":"), Value(Json(Pointer(["b", "0"]))), Literal("}")]"#);
        case(
            "{form:payload/type}{?query:x}",
            r#"[Value(Form("payload", Some(Pointer(["type"])))), Present(Query("x"))]"#,
        );
        case("{sha256_base64(body)}{url+h}", r#"[Hash(Body, Base64), UrlWith("h")]"#);
        case("{signed(header:X-A)}", r#"[Signed(Header("X-A"))]"#);
        case("", "[]");
    }

    #[test]
    fn rejects_other_placeholders() {
        for name in ["", "bodY", "header:", "header:a b", "json:a", "sha256(x)", "md5(body)", "cookie:a", "url+"] {
            case(&format!("{{{name}}}"), &format!("`{{{name}}}` is no placeholder"));
        }
        for text in ["{body", "body}", "{body}}", "{{body}"] {
            case(text, "a brace has no counterpart; write {{ or }} for a literal one");
        }
    }
}
