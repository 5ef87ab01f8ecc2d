//! Conditions of a route's filter on the payload.

use std::fmt;

use serde::Deserialize;

use crate::payload::{PointedValue, Unreadable, are_equal_numbers};

/// A condition on one value of a payload, selected by a JSON Pointer
/// ([RFC 6901](https://www.rfc-editor.org/rfc/rfc6901)).
///
/// A condition has exactly one operator: `equals`, `in`, `prefix` or `exists`. Numbers are compared by their exact value
/// in any notation, `true`, `false` and `null` by their JSON notation, so `equals = "true"` matches both `true` and
/// `"true"`. Arrays and objects match no comparison.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(crate) struct Condition {
    /// The JSON Pointer, for instance `/repository/full_name`; an empty pointer selects the whole payload.
    pub(crate) pointer: String,
    /// The value equals this text.
    pub(crate) equals: Option<String>,
    /// The value equals one of these texts.
    pub(crate) r#in: Option<Vec<String>>,
    /// The value is a string that begins with this text.
    pub(crate) prefix: Option<String>,
    /// Whether the value must exist (`true`) or must not exist (`false`).
    pub(crate) exists: Option<bool>,
}

/// Why a condition is invalid.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub(crate) enum InvalidCondition {
    /// The condition has no operator or more than one.
    #[error("route `{route}`: a condition needs exactly one of `equals`, `in`, `prefix` and `exists`, but has {count}")]
    OperatorCount {
        /// The route's name.
        route: String,
        /// The number of operators.
        count: usize,
    },
    /// The pointer is not a JSON Pointer.
    #[error("route `{route}`: `{pointer}` is not a JSON Pointer, which must be empty or begin with a slash")]
    Pointer {
        /// The route's name.
        route: String,
        /// The configured pointer.
        pointer: String,
    },
}

impl fmt::Display for Condition {
    /// Writes the condition as in Terraform: `/ref equals "refs/heads/main"`.
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let pointer = if self.pointer.is_empty() { "the whole payload" } else { &self.pointer };
        match self {
            Self { equals: Some(text), .. } => write!(formatter, "{pointer} equals {text:?}"),
            Self { r#in: Some(texts), .. } => write!(formatter, "{pointer} in {texts:?}"),
            Self { prefix: Some(text), .. } => write!(formatter, "{pointer} prefix {text:?}"),
            Self { exists, .. } => write!(formatter, "{pointer} exists {}", exists.unwrap_or_default()),
        }
    }
}

impl Condition {
    /// Checks the operators and the pointer.
    pub(crate) fn validate(&self, route: &str) -> Result<(), InvalidCondition> {
        let Self { pointer, equals, r#in, prefix, exists } = self;
        let operators = [equals.is_some(), r#in.is_some(), prefix.is_some(), exists.is_some()];
        let (count, route) = (operators.into_iter().filter(|is_set| *is_set).count(), route.to_owned());
        if count != 1 {
            return Err(InvalidCondition::OperatorCount { route, count });
        }
        if !pointer.is_empty() && !pointer.starts_with('/') {
            return Err(InvalidCondition::Pointer { route, pointer: pointer.clone() });
        }
        Ok(())
    }

    /// Whether the pointed value of a payload meets the condition. `None` means that there is no such value.
    ///
    /// # Errors
    ///
    /// [`Unreadable::Text`]: the condition compares the text of a string that is not Unicode.
    pub(crate) fn matches(&self, value: Option<&PointedValue<'_>>) -> Result<bool, Unreadable> {
        if let Some(exists) = self.exists {
            return Ok(value.is_some() == exists);
        }
        let mut expected = self.equals.iter().chain(self.r#in.iter().flatten());
        match value {
            None | Some(PointedValue::Composite) => Ok(false),
            Some(PointedValue::InvalidText) => Err(Unreadable::Text),
            Some(PointedValue::Number(number)) => Ok(expected.any(|expected| are_equal_numbers(expected, number))),
            Some(PointedValue::Literal(literal)) => Ok(expected.any(|expected| expected == literal)),
            Some(PointedValue::Text(text)) => {
                let has_prefix = self.prefix.as_ref().is_some_and(|prefix| text.starts_with(prefix.as_str()));
                Ok(has_prefix || expected.any(|expected| expected == text))
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;
    use crate::payload::{Pointers, ReadablePayload};

    fn matches(payload: &[u8], condition: Value) -> Result<bool, Unreadable> {
        let condition: Condition = serde_json::from_value(condition).unwrap();
        condition.validate("r").unwrap();
        let payload = ReadablePayload::read(payload, None, None).unwrap();
        let mut values = payload.find(&Pointers::new([condition.pointer.as_str()]));
        condition.matches(values.remove(0).as_ref())
    }

    #[track_caller]
    fn case(condition: Value, expected: bool) {
        let payload = br#"{
            "action": "opened", "draft": false, "number": 7, "ratio": 1.5, "none": null, "a/b": { "~": ["x", { "y": "z" }] },
            "price": 19.90, "id": 12345678901234567890123, "half": "\ud800", "escaped": "\u006fpen", "true": true
        }"#;
        assert_eq!(matches(payload, condition), Ok(expected));
    }

    #[test]
    fn matches_one_value_of_the_payload() {
        case(json!({ "pointer": "/action", "equals": "opened" }), true);
        case(json!({ "pointer": "/action", "equals": "open" }), false);
        case(json!({ "pointer": "/action", "in": ["closed", "opened"] }), true);
        case(json!({ "pointer": "/action", "in": [] }), false);
        case(json!({ "pointer": "/action", "prefix": "open" }), true);
        case(json!({ "pointer": "/action", "prefix": "" }), true);
        case(json!({ "pointer": "/number", "prefix": "7" }), false);
        case(json!({ "pointer": "/number", "equals": "7" }), true);
        case(json!({ "pointer": "/ratio", "equals": "1.5" }), true);
        case(json!({ "pointer": "/draft", "equals": "false" }), true);
        case(json!({ "pointer": "/none", "equals": "null" }), true);
        case(json!({ "pointer": "/none", "exists": true }), true);
        case(json!({ "pointer": "/nothing", "exists": true }), false);
        case(json!({ "pointer": "/nothing", "exists": false }), true);
        case(json!({ "pointer": "/nothing", "equals": "null" }), false);
        case(json!({ "pointer": "/a~1b/~0/0", "equals": "x" }), true);
        case(json!({ "pointer": "/a~1b/~0/1/y", "equals": "z" }), true);
        case(json!({ "pointer": "/a~1b", "equals": "{}" }), false);
        case(json!({ "pointer": "", "exists": true }), true);
        case(json!({ "pointer": "/escaped", "equals": "open" }), true);
        case(json!({ "pointer": "/true", "equals": "true" }), true);
        case(json!({ "pointer": "/true", "prefix": "t" }), false);
    }

    /// Earlier versions compared the notation, so `19.90` did not match `19.90`.
    #[test]
    fn numbers_are_compared_by_value() {
        case(json!({ "pointer": "/price", "equals": "19.90" }), true);
        case(json!({ "pointer": "/price", "equals": "19.9" }), true);
        case(json!({ "pointer": "/price", "in": ["1", "1990e-2"] }), true);
        case(json!({ "pointer": "/price", "equals": "19.91" }), false);
        case(json!({ "pointer": "/id", "equals": "12345678901234567890123" }), true);
        case(json!({ "pointer": "/id", "equals": "12345678901234567890124" }), false);
        case(json!({ "pointer": "/number", "equals": "07" }), false);
    }

    #[test]
    fn text_that_is_not_unicode_cannot_be_compared() {
        let payload = br#"{ "half": "\ud800", "action": "opened" }"#;
        assert_eq!(matches(payload, json!({ "pointer": "/half", "equals": "x" })), Err(Unreadable::Text));
        assert_eq!(matches(payload, json!({ "pointer": "/half", "prefix": "" })), Err(Unreadable::Text));
        assert_eq!(matches(payload, json!({ "pointer": "/half", "exists": true })), Ok(true));
        assert_eq!(matches(payload, json!({ "pointer": "/action", "equals": "opened" })), Ok(true));
    }

    #[test]
    fn invalid_condition_is_reported() {
        let error_text = |condition: Value| {
            let condition: Condition = serde_json::from_value(condition).unwrap();
            condition.validate("r").unwrap_err().to_string()
        };
        let needs_one = "route `r`: a condition needs exactly one of `equals`, `in`, `prefix` and `exists`, but has";
        assert_eq!(error_text(json!({ "pointer": "/a" })), format!("{needs_one} 0"));
        assert_eq!(error_text(json!({ "pointer": "/a", "equals": "1", "exists": true })), format!("{needs_one} 2"));
        assert_eq!(
            error_text(json!({ "pointer": "a", "exists": true })),
            "route `r`: `a` is not a JSON Pointer, which must be empty or begin with a slash"
        );
    }
}
