//! AWS's service authorization reference: the resources and condition keys of each action.

use std::collections::BTreeMap;

use anyhow::{Context as _, Result};
use serde::Deserialize;

use super::pattern::matches;

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
#[derive(Debug, Clone)]
pub(crate) struct Reference {
    actions: BTreeMap<String, ActionReference>,
    /// What AWS supports and its reference does not list: an action, or an action and a pattern of its resource.
    unlisted: BTreeMap<String, String>,
}

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
    /// Reads the committed file. `unlisted` has what the file lacks, with the reasons.
    pub(crate) fn committed(unlisted: &BTreeMap<String, String>) -> Result<Self> {
        let actions = serde_json::from_str(FILE).context("cannot parse harness/testdata/iam/reference.json")?;
        Ok(Self { actions, unlisted: unlisted.clone() })
    }

    /// Returns whether the action is in the reference.
    pub(crate) fn has(&self, action: &str) -> bool {
        self.actions.contains_key(action) || self.unlisted.contains_key(action)
    }

    /// Returns whether the action can have the resource.
    pub(crate) fn allows_resource(&self, action: &str, resource: &str) -> bool {
        let is_listed = |reference: &ActionReference| match reference.resources.as_slice() {
            [] => resource == "*",
            formats => formats.iter().any(|format| matches(&as_pattern(format), resource)),
        };
        let mut unlisted = self.unlisted.keys().filter_map(|key| match key.split_once(' ') {
            Some((name, pattern)) => (name == action).then_some(pattern),
            None => (key == action).then_some("*"),
        });
        self.actions.get(action).is_some_and(is_listed) || unlisted.any(|pattern| matches(pattern, resource))
    }

    /// Returns whether a condition of a statement with the action can have the key.
    pub(crate) fn supports_key(&self, action: &str, key: &str) -> bool {
        let key = key.to_ascii_lowercase();
        let documented = self.actions.get(action).into_iter().flat_map(|reference| reference.conditions.iter());
        self.unlisted.contains_key(action)
            || GLOBAL_KEYS.iter().any(|global| matches(global, &key))
            || documented.map(|name| as_pattern(&name.to_ascii_lowercase())).any(|pattern| matches(&pattern, &key))
    }

    /// Returns all actions of a service, such as `sqs`.
    pub(crate) fn actions_of(&self, service: &str) -> impl Iterator<Item = &str> {
        let prefix = format!("{service}:");
        self.actions.keys().map(String::as_str).filter(move |action| action.starts_with(&prefix))
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
        let reference = Reference::committed(&BTreeMap::new()).unwrap();
        assert!(reference.supports_key("lambda:AddPermission", "lambda:Principal"));
        assert!(!reference.supports_key("lambda:UpdateAlias", "lambda:Principal"));
        assert!(reference.supports_key("lambda:UpdateAlias", "aws:SecureTransport"));
        assert!(reference.allows_resource("sqs:CreateQueue", "arn:aws:sqs:eu-west-1:000000000000:a"));
        assert!(!reference.allows_resource("sqs:CreateQueue", "arn:aws:sns:eu-west-1:000000000000:a"));
        assert!(reference.allows_resource("logs:DescribeQueryDefinitions", "*"));
    }
}
