//! AWS's service authorization reference: the resources and condition keys of each action.

use std::collections::BTreeMap;

use anyhow::{Context as _, Result};
use serde::Deserialize;

use super::policy::matches;

/// `.ci/iam-reference --write` makes this file from the data of the linter parliament.
const FILE: &str = include_str!("../../testdata/iam/reference.json");

/// Condition keys that every action supports.
const GLOBAL_KEYS: [&str; 10] = [
    "aws:calledvia",
    "aws:principalaccount",
    "aws:principalarn",
    "aws:principaltag/*",
    "aws:requestedregion",
    "aws:resourceaccount",
    "aws:securetransport",
    "aws:sourceip",
    "aws:sourcevpc",
    "aws:useragent",
];

/// The reference of the actions that the policies and the data file have.
#[derive(Debug, Clone, Deserialize)]
#[serde(transparent)]
pub(crate) struct Reference(BTreeMap<String, ActionReference>);

/// What AWS documents about an action.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
struct ActionReference {
    /// Patterns of ARNs. Without one, the resource in a policy must be `*`.
    resources: Vec<String>,
    /// Condition keys; `${TagKey}` stands for any text.
    conditions: Vec<String>,
}

impl Reference {
    /// Reads the committed file.
    pub(crate) fn committed() -> Result<Self> {
        serde_json::from_str(FILE).context("cannot parse harness/testdata/iam/reference.json")
    }

    /// Returns whether the action is in the reference.
    pub(crate) fn has(&self, action: &str) -> bool {
        self.0.contains_key(action)
    }

    /// Returns whether the action can have the resource.
    pub(crate) fn allows_resource(&self, action: &str, resource: &str) -> bool {
        self.0.get(action).is_some_and(|reference| match reference.resources.as_slice() {
            [] => resource == "*",
            formats => formats.iter().any(|format| matches(&as_pattern(format), resource)),
        })
    }

    /// Returns whether a condition of a statement with the action can have the key.
    pub(crate) fn supports_key(&self, action: &str, key: &str) -> bool {
        let key = key.to_ascii_lowercase();
        let documented = self.0.get(action).into_iter().flat_map(|reference| reference.conditions.iter());
        GLOBAL_KEYS.iter().any(|global| matches(global, &key))
            || documented.map(|name| as_pattern(&name.to_ascii_lowercase())).any(|pattern| matches(&pattern, &key))
    }

    /// Returns all actions of a service, such as `sqs`.
    pub(crate) fn actions_of(&self, service: &str) -> impl Iterator<Item = &str> {
        let prefix = format!("{service}:");
        self.0.keys().map(String::as_str).filter(move |action| action.starts_with(&prefix))
    }
}

/// Replaces each `${Name}` by a wildcard.
fn as_pattern(format: &str) -> String {
    let mut parts = format.split("${");
    let first = parts.next().unwrap_or_default().to_owned();
    parts.fold(first, |pattern, part| pattern + "*" + part.split_once('}').map_or("", |(_, rest)| rest))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn placeholders_become_wildcards() {
        assert_eq!(as_pattern("arn:${Partition}:sqs:${Region}:${Account}:${QueueName}"), "arn:*:sqs:*:*:*");
        assert_eq!(as_pattern("aws:RequestTag/${TagKey}"), "aws:RequestTag/*");
        assert_eq!(as_pattern("lambda:Principal"), "lambda:Principal");
    }

    #[test]
    fn keys_and_resources_of_an_action() {
        let reference = Reference::committed().unwrap();
        assert!(reference.supports_key("lambda:AddPermission", "lambda:Principal"));
        assert!(!reference.supports_key("lambda:UpdateAlias", "lambda:Principal"));
        assert!(reference.supports_key("lambda:UpdateAlias", "aws:SecureTransport"));
        assert!(reference.allows_resource("sqs:CreateQueue", "arn:aws:sqs:eu-west-1:000000000000:a"));
        assert!(!reference.allows_resource("sqs:CreateQueue", "arn:aws:sns:eu-west-1:000000000000:a"));
        assert!(reference.allows_resource("logs:DescribeQueryDefinitions", "*"));
    }
}
