//! The data file: which IAM actions the recorded operations need, and which actions are needed that no run records.

use std::collections::BTreeMap;

use anyhow::{Context as _, Result};
use serde::Deserialize;
use serde_json::Value;

use super::call::Call;
use super::condition::Context;
use super::policy::Need;
use super::template::{Names, expand, values};

const FILE: &str = include_str!("../../testdata/iam/operations.json");

/// The contents of `testdata/iam/operations.json`.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Operations {
    /// The permissions of each operation, by `Service/Operation`. `Service/*` is for all others of the service.
    operations: BTreeMap<String, Vec<Permission>>,
    /// Permissions that no run records.
    pub(crate) cases: Vec<Case>,
    /// What AWS supports and its reference does not list, with the reason: an action, or an action and a pattern of its
    /// resource.
    pub(crate) unlisted: BTreeMap<String, String>,
}

/// Permissions that no run records, and why they are needed.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Case {
    pub(crate) reason: String,
    /// Beginnings of the names of the roles that need the permissions: `plan`, `apply`, `boundary`, `ingest`,
    /// `process`.
    pub(crate) roles: Vec<String>,
    /// Whether only the first environment has what the permissions are for.
    #[serde(default)]
    pub(crate) optional: bool,
    pub(crate) permissions: Vec<Permission>,
}

/// An IAM action with the templates of its resource and of its condition keys.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Permission {
    #[serde(deserialize_with = "super::policy::one_or_many")]
    pub(crate) action: Vec<String>,
    #[serde(deserialize_with = "super::policy::one_or_many")]
    pub(crate) resource: Vec<String>,
    /// Paths of a request. The permission is needed if one of them has a value.
    #[serde(default, deserialize_with = "super::policy::one_or_many")]
    when: Vec<String>,
    /// Path of a request to the new tags of a resource.
    #[serde(default)]
    request_tags: Option<String>,
    /// Whether AWS provides the tags of the resource to conditions, and the resource has those of the environment.
    #[serde(default)]
    pub(crate) tagged: bool,
    /// Templates of condition keys. A key without a value is missing in the request.
    #[serde(default)]
    pub(crate) context: BTreeMap<String, String>,
}

/// A call that the data file does not explain.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub(crate) enum UnexplainedCall {
    /// The data file does not have the operation.
    #[error("`{operation}` is not in harness/testdata/iam/operations.json")]
    UnknownOperation { operation: String },
    /// The request has no value for a placeholder of a resource.
    #[error("a request of `{operation}` has no value for `{template}`")]
    UnknownResource { operation: String, template: String },
}

impl Operations {
    /// Reads the committed data file.
    pub(crate) fn committed() -> Result<Self> {
        serde_json::from_str(FILE).context("cannot parse harness/testdata/iam/operations.json")
    }

    /// Returns what a call needs.
    ///
    /// # Errors
    ///
    /// If the data file does not have the operation, or a resource is not in the request.
    pub(crate) fn needs(&self, call: &Call, names: &Names) -> Result<Vec<Need>, UnexplainedCall> {
        let operation = call.operation();
        let permissions = self.operations.get(&operation);
        let permissions = permissions.or_else(|| self.operations.get(&format!("{}/*", call.service)));
        let permissions =
            permissions.ok_or_else(|| UnexplainedCall::UnknownOperation { operation: operation.clone() })?;
        let applicable = permissions.iter().filter(|permission| permission.applies_to(&call.request));
        let mut needs = Vec::new();
        for permission in applicable {
            let found = permission.needs(&call.request, names);
            needs.extend(
                found
                    .map_err(|template| UnexplainedCall::UnknownResource { operation: operation.clone(), template })?,
            );
        }
        Ok(needs)
    }

    /// Returns all permissions of the file for tests, with the name of the operation or the reason of the case.
    #[cfg(test)]
    pub(crate) fn permissions(&self) -> impl Iterator<Item = (&str, &Permission)> {
        let of_operations = self.operations.iter().map(|(name, permissions)| (name.as_str(), permissions));
        let of_cases = self.cases.iter().map(|case| (case.reason.as_str(), &case.permissions));
        of_operations.chain(of_cases).flat_map(|(name, permissions)| permissions.iter().map(move |entry| (name, entry)))
    }
}

impl Case {
    /// Returns what the case needs.
    pub(crate) fn needs(&self, names: &Names) -> impl Iterator<Item = Need> {
        let needs = self.permissions.iter().filter_map(|permission| permission.needs(&Value::Null, names).ok());
        needs.flatten()
    }

    /// Returns whether a role needs the permissions.
    pub(crate) fn is_for(&self, role: &str) -> bool {
        self.roles.iter().any(|name| role == name || role.strip_prefix(name).is_some_and(|rest| rest.starts_with('-')))
    }
}

impl Permission {
    fn applies_to(&self, request: &Value) -> bool {
        self.when.is_empty() || self.when.iter().any(|path| !values(path, request).is_empty())
    }

    /// Returns the needs of one request, or the template that has no value in the request.
    fn needs(&self, request: &Value, names: &Names) -> Result<Vec<Need>, String> {
        let context = self.context(request, names);
        let mut needs = Vec::new();
        for template in &self.resource {
            let resources = expand(template, request, names);
            if resources.is_empty() {
                return Err(template.clone());
            }
            for action in self.action.iter().flat_map(|action| expand(action, request, names)) {
                let of_action = resources.iter().map(|resource| Need {
                    action: action.clone(),
                    resource: resource.clone(),
                    context: context.clone(),
                });
                needs.extend(of_action);
            }
        }
        Ok(needs)
    }

    fn context(&self, request: &Value, names: &Names) -> Context {
        let templates = self.context.iter().map(|(key, template)| (key.clone(), expand(template, request, names)));
        let mut context: Context = templates
            .filter(|(_, values)| !values.is_empty())
            .map(|(key, values)| (key.to_lowercase(), values))
            .collect();
        if self.tagged {
            context.insert("aws:resourcetag/project".to_owned(), vec!["hookline".to_owned()]);
            context.insert("aws:resourcetag/environment".to_owned(), vec![names.environment.clone()]);
        }
        let tags = self.request_tags.iter().flat_map(|path| tags(path, request));
        context.extend(tags.map(|(key, value)| (format!("aws:requesttag/{}", key.to_lowercase()), vec![value])));
        context
    }
}

/// Returns the tags at a path of a request: a map, or a list of objects with a key and a value.
fn tags(path: &str, request: &Value) -> Vec<(String, String)> {
    let text = |tag: &Value, names: [&str; 2]| names.iter().find_map(|name| tag[*name].as_str()).map(str::to_owned);
    let tag = |(key, value): (Option<String>, &Value)| match value {
        Value::String(value) => Some((key?, value.clone())),
        object => Some((text(object, ["Key", "TagKey"])?, text(object, ["Value", "TagValue"])?)),
    };
    let found = values(path, request).into_iter().flat_map(|found| match found {
        Value::Object(members) => members.iter().filter_map(|(key, value)| tag((Some(key.clone()), value))).collect(),
        Value::Array(elements) => elements.iter().filter_map(|element| tag((None, element))).collect::<Vec<_>>(),
        _ => Vec::new(),
    });
    found.collect()
}
