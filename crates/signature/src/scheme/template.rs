//! What a source of the scheme `hmac` signs: text with `{timestamp}`, `{id}` and `{body}` in it.

use std::str::FromStr;

/// What is signed, part by part.
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

/// Not a template.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum TemplateError {
    /// Without the body anybody could change it; with two, nobody signs like that.
    #[error("it must have {{body}} exactly once")]
    BodyCount,
    /// A name in braces that is none of the three.
    #[error("it may have {{timestamp}}, {{id}} and {{body}}, each once, and no other braces")]
    UnknownPlaceholder,
    /// Where one ends and the other begins would be anybody's guess.
    #[error("{{timestamp}}, {{id}} and {{body}} need something between them, such as a dot")]
    AdjacentPlaceholders,
}

impl Template {
    /// The body alone.
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
        let signed =
            text.parse::<Template>().map(|it| String::from_utf8_lossy(&it.parts(b"B", "T", "I").concat()).into_owned());
        assert_eq!(signed.as_deref(), expected.as_ref().map(|text| *text), "{text}");
    }

    #[test]
    fn a_template_says_what_is_signed() {
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
