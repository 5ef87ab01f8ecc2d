//! Policies and roles, as IAM evaluates them.

use std::collections::BTreeMap;

use anyhow::{Context as _, Result};
use serde::{Deserialize, Deserializer, Serialize};
use serde_json::Value;

use super::condition::{self, Context};
use super::pattern::matches;

/// What one call needs: an action on a resource.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub(crate) struct Need {
    /// The action, such as `sqs:CreateQueue`.
    pub(crate) action: String,
    /// The ARN of the resource; `*` if the action has none.
    pub(crate) resource: String,
    pub(crate) context: Context,
}

/// A statement of a policy. `NotAction`, `NotResource` and `Principal` are errors: no policy of a role has them.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
pub(crate) struct Statement {
    #[serde(default)]
    pub(crate) sid: String,
    pub(crate) effect: Effect,
    #[serde(deserialize_with = "one_or_many")]
    pub(crate) action: Vec<String>,
    #[serde(deserialize_with = "one_or_many")]
    pub(crate) resource: Vec<String>,
    #[serde(default)]
    pub(crate) condition: BTreeMap<String, BTreeMap<String, Values>>,
}

/// The values of a condition key in a policy.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(transparent)]
pub(crate) struct Values(#[serde(deserialize_with = "one_or_many")] pub(crate) Vec<String>);

/// Whether a statement allows or denies.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
pub(crate) enum Effect {
    Allow,
    Deny,
}

/// The statements of all policies of a role.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Role {
    /// Name of the role without the prefix of the bootstrap, such as `apply-dev`.
    pub(crate) name: String,
    pub(crate) statements: Vec<Statement>,
}

/// The result of an evaluation.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Decision {
    /// Indexes of the statements that allow the need. Each of them is sufficient.
    Allowed(Vec<usize>),
    /// No statement allows the need.
    NotAllowed,
    /// Index of the statement that denies the need.
    Denied(usize),
}

impl Role {
    /// Creates a role from policy documents.
    ///
    /// # Errors
    ///
    /// If a document is not a policy, or has an element that this module does not evaluate.
    pub(crate) fn new<'d>(name: &str, documents: impl IntoIterator<Item = &'d str>) -> Result<Self> {
        let mut statements = Vec::new();
        for document in documents {
            let parsed = parse(document).with_context(|| format!("cannot evaluate a policy of the role `{name}`"))?;
            statements.extend(parsed);
        }
        Ok(Self { name: name.to_owned(), statements })
    }

    /// Returns the statements that allow something.
    pub(super) fn allowing(&self) -> impl Iterator<Item = &Statement> {
        self.statements.iter().filter(|statement| statement.effect == Effect::Allow)
    }

    /// Returns each allowed action on each of its resources, for the check of another policy that limits this one.
    /// Patterns stay as they are: a pattern of the other policy that covers them also matches their text.
    pub(crate) fn permissions(&self) -> impl Iterator<Item = Need> {
        self.allowing().flat_map(|statement| {
            let pairs =
                statement.action.iter().flat_map(|action| statement.resource.iter().map(move |arn| (action, arn)));
            pairs.map(|(action, arn)| Need { action: action.clone(), resource: arn.clone(), context: Context::new() })
        })
    }

    /// Evaluates a need, as IAM does: a denial wins over every permission.
    pub(crate) fn decide(&self, need: &Need) -> Decision {
        let matching = |effect| {
            let statements = self.statements.iter().enumerate();
            statements.filter(move |(_, statement)| statement.effect == effect && statement.applies_to(need))
        };
        if let Some((index, _)) = matching(Effect::Deny).next() {
            return Decision::Denied(index);
        }
        let allowing: Vec<_> = matching(Effect::Allow).map(|(index, _)| index).collect();
        if allowing.is_empty() { Decision::NotAllowed } else { Decision::Allowed(allowing) }
    }
}

impl Statement {
    fn applies_to(&self, need: &Need) -> bool {
        self.has_action(&need.action)
            && self.resource.iter().any(|pattern| matches(pattern, &need.resource))
            && self.conditions().all(|(operator, key, values)| condition::holds(operator, key, values, &need.context))
    }

    /// Returns whether the statement has an action, which IAM compares without case.
    pub(crate) fn has_action(&self, action: &str) -> bool {
        self.action.iter().any(|pattern| {
            pattern.eq_ignore_ascii_case(action)
                || (pattern.contains('*') && matches(&pattern.to_ascii_lowercase(), &action.to_ascii_lowercase()))
        })
    }

    /// Returns operator, key and values of each condition.
    pub(crate) fn conditions(&self) -> impl Iterator<Item = (&str, &str, &[String])> {
        let operators = self.condition.iter();
        operators.flat_map(|(operator, keys)| {
            keys.iter().map(move |(key, Values(values))| (operator.as_str(), key.as_str(), values.as_slice()))
        })
    }
}

fn parse(document: &str) -> Result<Vec<Statement>> {
    let document: Value = serde_json::from_str(document).context("the policy is not JSON")?;
    let statements = match document.get("Statement") {
        Some(Value::Array(statements)) => statements.clone(),
        Some(statement) => vec![statement.clone()],
        None => anyhow::bail!("the policy has no statement"),
    };
    let statements: Vec<Statement> = serde_json::from_value(Value::Array(statements))?;
    for (operator, key, _) in statements.iter().flat_map(Statement::conditions) {
        anyhow::ensure!(condition::is_supported(operator), "the operator `{operator}` of `{key}` is not supported");
    }
    Ok(statements)
}

pub(super) fn one_or_many<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Vec<String>, D::Error> {
    #[derive(Deserialize)]
    #[serde(untagged)]
    enum OneOrMany {
        One(String),
        Many(Vec<String>),
    }
    Ok(match OneOrMany::deserialize(deserializer)? {
        OneOrMany::One(value) => vec![value],
        OneOrMany::Many(values) => values,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    const POLICY: &str = r#"{ "Version": "2012-10-17", "Statement": [
        { "Sid": "Manage", "Effect": "Allow", "Action": ["sqs:*Queue", "sqs:Get*"], "Resource": "arn:aws:sqs:::a-*" },
        { "Sid": "Tagged", "Effect": "Allow", "Action": "sqs:CreateQueue", "Resource": ["*"],
          "Condition": { "StringEquals": { "aws:RequestTag/Team": ["a", "b"] } } },
        { "Sid": "Guard", "Effect": "Deny", "Action": ["SQS:*"], "Resource": ["arn:aws:sqs:::a-guarded"] }
    ] }"#;

    fn need(action: &str, resource: &str, context: &[(&str, &str)]) -> Need {
        let context = context.iter().map(|(key, value)| ((*key).to_owned(), vec![(*value).to_owned()])).collect();
        Need { action: action.to_owned(), resource: resource.to_owned(), context }
    }

    #[track_caller]
    fn case(need: &Need, expected: &Decision) {
        assert_eq!(&Role::new("test", [POLICY]).unwrap().decide(need), expected, "{need:?}");
    }

    #[test]
    fn denial_wins_and_every_allowing_statement_is_returned() {
        case(&need("sqs:DeleteQueue", "arn:aws:sqs:::a-1", &[]), &Decision::Allowed(vec![0]));
        case(&need("sqs:getqueueurl", "arn:aws:sqs:::a-1", &[]), &Decision::Allowed(vec![0]));
        case(&need("sqs:DeleteQueue", "arn:aws:sqs:::b-1", &[]), &Decision::NotAllowed);
        case(&need("sqs:TagQueues", "arn:aws:sqs:::a-1", &[]), &Decision::NotAllowed);
        case(&need("sqs:DeleteQueue", "arn:aws:sqs:::a-guarded", &[]), &Decision::Denied(2));
        let team = [("aws:requesttag/team", "b")];
        case(&need("sqs:CreateQueue", "arn:aws:sqs:::a-1", &team), &Decision::Allowed(vec![0, 1]));
        case(&need("sqs:CreateQueue", "arn:aws:sqs:::b-1", &team), &Decision::Allowed(vec![1]));
        case(&need("sqs:CreateQueue", "arn:aws:sqs:::b-1", &[]), &Decision::NotAllowed);
    }

    #[test]
    fn elements_that_are_not_evaluated_are_errors() {
        let error = |document: &str| format!("{:#}", Role::new("test", [document]).unwrap_err());
        let not_action = r#"{"Statement":{"Effect":"Allow","NotAction":"a:b","Resource":"*"}}"#;
        assert!(error(not_action).contains("unknown field `NotAction`"), "{}", error(not_action));
        let operator =
            r#"{"Statement":{"Effect":"Allow","Action":"a:b","Resource":"*","Condition":{"DateEquals":{"k":"v"}}}}"#;
        assert_eq!(
            error(operator),
            "cannot evaluate a policy of the role `test`: the operator `DateEquals` of `k` is not supported"
        );
        assert_eq!(error("{}"), "cannot evaluate a policy of the role `test`: the policy has no statement");
    }
}
