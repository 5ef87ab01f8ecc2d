//! The template of the text that the scheme `hmac` signs, with the placeholders `{timestamp}`, `{id}` and `{body}`.

use std::str::FromStr;

/// The parts of the signed text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Template(pub(super) Vec<Part>);

/// A part of a [`Template`].
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Part {
    Literal(String),
    Timestamp,
    Id,
    Body,
}

/// An invalid template.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum TemplateError {
    /// The template does not contain `{body}` exactly once. Without it the body would not be signed.
    #[error("it must contain {{body}} exactly once")]
    BodyCount,
    /// A placeholder is unknown or occurs twice, or a brace has no counterpart.
    #[error("it may contain {{timestamp}}, {{id}} and {{body}}, each once, and no other braces")]
    UnknownPlaceholder,
    /// Two placeholders are adjacent, so the end of the first is ambiguous.
    #[error("{{timestamp}}, {{id}} and {{body}} need a separator between them, such as a dot")]
    AdjacentPlaceholders,
}

impl Template {
    /// Returns a template with only the body.
    #[must_use]
    pub fn body() -> Self {
        Self(vec![Part::Body])
    }

    /// Whether the time is signed.
    #[must_use]
    pub fn signs_time(&self) -> bool {
        self.0.contains(&Part::Timestamp)
    }

    /// Whether the id is signed.
    #[must_use]
    pub fn signs_id(&self) -> bool {
        self.0.contains(&Part::Id)
    }

    /// Returns the parts of the signed text for one message.
    pub(super) fn parts<'a>(&'a self, body: &'a [u8], time: &'a str, id: &'a str) -> Vec<&'a [u8]> {
        let part = |part: &'a Part| match part {
            Part::Literal(text) => text.as_bytes(),
            Part::Timestamp => time.as_bytes(),
            Part::Id => id.as_bytes(),
            Part::Body => body,
        };
        self.0.iter().map(part).collect()
    }
}

impl FromStr for Template {
    type Err = TemplateError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let (mut parts, mut rest) = (Vec::new(), text);
        while let Some((before, after)) = rest.split_once('{') {
            let (name, after) = after.split_once('}').ok_or(TemplateError::UnknownPlaceholder)?;
            if !before.is_empty() {
                parts.push(Part::Literal(before.to_owned()));
            }
            let part = match name {
                "timestamp" => Part::Timestamp,
                "id" => Part::Id,
                "body" => Part::Body,
                _ => return Err(TemplateError::UnknownPlaceholder),
            };
            if parts.contains(&part) {
                return Err(if part == Part::Body {
                    TemplateError::BodyCount
                } else {
                    TemplateError::UnknownPlaceholder
                });
            }
            if matches!(parts.last(), Some(Part::Timestamp | Part::Id | Part::Body)) {
                return Err(TemplateError::AdjacentPlaceholders);
            }
            parts.push(part);
            rest = after;
        }
        if !rest.is_empty() {
            parts.push(Part::Literal(rest.to_owned()));
        }
        if text.matches('}').count() != text.matches('{').count() {
            return Err(TemplateError::UnknownPlaceholder);
        }
        if parts.contains(&Part::Body) { Ok(Self(parts)) } else { Err(TemplateError::BodyCount) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn case(text: &str, expected: Result<&str, TemplateError>) {
        let signed = text
            .parse::<Template>()
            .map(|template| String::from_utf8_lossy(&template.parts(b"B", "T", "I").concat()).into_owned());
        assert_eq!(signed.as_deref(), expected.as_ref().map(|text| *text), "{text}");
    }

    #[test]
    fn template_defines_the_signed_text() {
        case("{body}", Ok("B"));
        case("v0:{timestamp}:{body}", Ok("v0:T:B"));
        case("{id}.{timestamp}.{body}!", Ok("I.T.B!"));
        case("{body}{body}", Err(TemplateError::BodyCount));
        case("{timestamp}", Err(TemplateError::BodyCount));
        case("", Err(TemplateError::BodyCount));
        case("{timestamp}{body}", Err(TemplateError::AdjacentPlaceholders));
        case("{url}.{body}", Err(TemplateError::UnknownPlaceholder));
        case("{body", Err(TemplateError::UnknownPlaceholder));
        case("{body}}", Err(TemplateError::UnknownPlaceholder));
        case("{id}.{id}.{body}", Err(TemplateError::UnknownPlaceholder));
    }
}
