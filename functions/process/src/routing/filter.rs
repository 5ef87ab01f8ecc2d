//! What a route can ask of a payload.

use serde::Deserialize;
use serde_json::Value;

/// A condition on one place of a payload, given by a JSON Pointer ([RFC 6901](https://www.rfc-editor.org/rfc/rfc6901)).
/// Exactly one of the questions is asked. Numbers, `true`, `false` and `null` are compared as JSON writes them, so
/// `equals = "true"` holds of `true` and of `"true"`; arrays and objects equal nothing.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(crate) struct Condition {
    /// Where: `/repository/full_name`, or empty for the whole.
    pub(crate) pointer: String,
    /// It is this.
    pub(crate) equals: Option<String>,
    /// It is one of these.
    pub(crate) r#in: Option<Vec<String>>,
    /// It is text that begins with this.
    pub(crate) prefix: Option<String>,
    /// It is there, or (`false`) it is not.
    pub(crate) exists: Option<bool>,
}

/// A condition that cannot be asked.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub(crate) enum BadCondition {
    /// None, or more than one.
    #[error("route `{route}`: a condition asks exactly one of equals, in, prefix and exists, not {questions}")]
    Questions {
        /// The route's name.
        route: String,
        /// How many it asks.
        questions: usize,
    },
    /// Not a JSON Pointer.
    #[error("route `{route}`: `{pointer}` is no JSON Pointer, which is empty or begins with a slash")]
    Pointer {
        /// The route's name.
        route: String,
        /// What was given.
        pointer: String,
    },
}

impl Condition {
    /// Whether it can be asked.
    pub(crate) fn check(&self, route: &str) -> Result<(), BadCondition> {
        let Self { pointer, equals, r#in, prefix, exists } = self;
        let asked = [equals.is_some(), r#in.is_some(), prefix.is_some(), exists.is_some()];
        let (questions, route) = (asked.into_iter().filter(|asked| *asked).count(), route.to_owned());
        if questions != 1 {
            return Err(BadCondition::Questions { route, questions });
        }
        if !pointer.is_empty() && !pointer.starts_with('/') {
            return Err(BadCondition::Pointer { route, pointer: pointer.clone() });
        }
        Ok(())
    }

    /// Whether a payload meets it.
    pub(crate) fn holds(&self, payload: &Value) -> bool {
        let found = payload.pointer(&self.pointer);
        if let Some(exists) = self.exists {
            return found.is_some() == exists;
        }
        let Some(text) = found.and_then(text) else { return false };
        let equals = self.equals.iter().chain(self.r#in.iter().flatten()).any(|wanted| *wanted == text);
        equals
            || self
                .prefix
                .as_ref()
                .is_some_and(|prefix| matches!(found, Some(Value::String(_))) && text.starts_with(prefix))
    }
}

fn text(value: &Value) -> Option<String> {
    match value {
        Value::String(text) => Some(text.clone()),
        Value::Array(_) | Value::Object(_) => None,
        scalar => Some(scalar.to_string()),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[track_caller]
    fn case(condition: Value, expected: bool) {
        let payload = json!({
            "action": "opened", "draft": false, "number": 7, "ratio": 1.5, "none": null, "a/b": { "~": ["x", { "y": "z" }] },
        });
        let condition: Condition = serde_json::from_value(condition).unwrap();
        condition.check("r").unwrap();
        assert_eq!(condition.holds(&payload), expected, "{condition:?}");
    }

    #[test]
    fn a_condition_is_asked_of_one_place() {
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
    }

    #[test]
    fn what_cannot_be_asked_is_told() {
        let fault = |condition: Value| {
            let condition: Condition = serde_json::from_value(condition).unwrap();
            condition.check("r").unwrap_err().to_string()
        };
        let questions = "route `r`: a condition asks exactly one of equals, in, prefix and exists, not";
        assert_eq!(fault(json!({ "pointer": "/a" })), format!("{questions} 0"));
        assert_eq!(fault(json!({ "pointer": "/a", "equals": "1", "exists": true })), format!("{questions} 2"));
        assert_eq!(
            fault(json!({ "pointer": "a", "exists": true })),
            "route `r`: `a` is no JSON Pointer, which is empty or begins with a slash"
        );
    }
}
