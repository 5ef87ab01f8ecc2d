//! Conditions of statements.

use std::collections::BTreeMap;

use super::pattern::matches;

/// The values of condition keys in one request. Keys are in lower case, because IAM compares them without case.
pub(crate) type Context = BTreeMap<String, Vec<String>>;

/// How the values of a request are compared with those of a policy.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Comparison {
    /// The value is equal to one of the policy.
    Equal,
    /// The value matches a pattern of the policy.
    Like,
    /// Whether the key is missing.
    Null,
}

/// An operator such as `ForAllValues:StringLike`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Operator {
    comparison: Comparison,
    negated: bool,
    if_exists: bool,
    for_all: bool,
    for_any: bool,
}

/// Returns whether [`holds`] evaluates an operator.
pub(super) fn is_supported(operator: &str) -> bool {
    Operator::parse(operator).is_some()
}

/// Returns whether a condition holds for a request. An operator that is not supported never holds.
pub(super) fn holds(operator: &str, key: &str, expected: &[String], context: &Context) -> bool {
    let Some(operator) = Operator::parse(operator) else { return false };
    let values = context.get(&key.to_ascii_lowercase());
    if operator.comparison == Comparison::Null {
        return expected.iter().any(|text| text == if values.is_none() { "true" } else { "false" });
    }
    let Some(values) = values else {
        // Without the key, a negated operator and `ForAllValues` hold as well.
        return operator.if_exists || operator.for_all || (operator.negated && !operator.for_any);
    };
    let holds_for = |value: &String| {
        let equal = match operator.comparison {
            Comparison::Like => expected.iter().any(|pattern| matches(pattern, value)),
            Comparison::Equal | Comparison::Null => expected.contains(value),
        };
        equal != operator.negated
    };
    if operator.for_all { values.iter().all(holds_for) } else { values.iter().any(holds_for) }
}

impl Operator {
    fn parse(text: &str) -> Option<Self> {
        let (text, for_all, for_any) = match (text.strip_prefix("ForAllValues:"), text.strip_prefix("ForAnyValue:")) {
            (Some(rest), _) => (rest, true, false),
            (None, Some(rest)) => (rest, false, true),
            (None, None) => (text, false, false),
        };
        let (text, if_exists) = text.strip_suffix("IfExists").map_or((text, false), |rest| (rest, true));
        let (comparison, negated) = match text {
            "StringEquals" | "Bool" => (Comparison::Equal, false),
            "StringNotEquals" => (Comparison::Equal, true),
            // Both operators for ARNs accept patterns.
            "StringLike" | "ArnLike" | "ArnEquals" => (Comparison::Like, false),
            "StringNotLike" | "ArnNotLike" | "ArnNotEquals" => (Comparison::Like, true),
            "Null" => (Comparison::Null, false),
            _ => return None,
        };
        Some(Self { comparison, negated, if_exists, for_all, for_any })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn case(operator: &str, expected: &[&str], values: Option<&[&str]>, holds_expected: bool) {
        let strings = |texts: &[&str]| texts.iter().map(|text| (*text).to_owned()).collect::<Vec<_>>();
        let context = values.map(|values| ("a:key".to_owned(), strings(values))).into_iter().collect();
        assert_eq!(holds(operator, "a:Key", &strings(expected), &context), holds_expected, "{operator} {values:?}");
    }

    #[test]
    fn operators_compare_as_iam_does() {
        case("StringEquals", &["x", "y"], Some(&["y"]), true);
        case("StringEquals", &["x*"], Some(&["xy"]), false);
        case("StringEquals", &["x"], None, false);
        case("StringEqualsIfExists", &["x"], None, true);
        case("StringEqualsIfExists", &["x"], Some(&["y"]), false);
        case("StringNotEquals", &["x"], Some(&["y"]), true);
        case("StringNotEquals", &["x"], None, true);
        case("ArnLike", &["arn:a:*"], Some(&["arn:a:b"]), true);
        case("ArnNotLike", &["arn:a:*"], Some(&["arn:a:b"]), false);
        case("ForAllValues:StringLike", &["x*"], Some(&["xy", "z"]), false);
        case("ForAllValues:StringLike", &["x*"], Some(&["xy", "xz"]), true);
        case("ForAllValues:StringLike", &["x*"], None, true);
        case("ForAnyValue:StringLike", &["x*"], Some(&["xy", "z"]), true);
        case("ForAnyValue:StringNotEquals", &["x"], None, false);
        case("Null", &["true"], None, true);
        case("Null", &["true"], Some(&["x"]), false);
        case("Null", &["false"], Some(&["x"]), true);
        case("Bool", &["true"], Some(&["true"]), true);
        case("NumericLessThan", &["3"], Some(&["2"]), false);
        assert!(!is_supported("NumericLessThan"));
    }
}
