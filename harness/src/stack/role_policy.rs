use anyhow::{Context, Result};
use percent_encoding::percent_decode_str;
use serde_json::{Value, json};

use super::Stack;
use crate::emulator::query_api::{QueryService, element_text};

const IAM: QueryService = QueryService { name: "iam", version: "2010-05-08" };

/// An action that was removed from a role policy.
#[must_use = "the permission must be restored"]
pub struct RemovedPermission {
    role: String,
    policy: String,
    original: String,
}

impl Stack {
    /// Returns an inline policy of a role as JSON.
    pub(crate) async fn role_policy(&self, role: &str, policy: &str) -> Result<String> {
        let names = [("RoleName", role), ("PolicyName", policy)];
        let response = IAM.call(&self.http, &self.endpoint, "GetRolePolicy", &names).await;
        let response = response.with_context(|| format!("cannot read policy `{policy}` of role `{role}`"))?;
        let document = element_text(&response, &["GetRolePolicyResult", "PolicyDocument"])?;
        Ok(percent_decode_str(&document).decode_utf8()?.into_owned())
    }

    /// Writes an inline policy of a role.
    pub(super) async fn put_role_policy(&self, role: &str, policy: &str, document: &str) -> Result<()> {
        let parameters = [("RoleName", role), ("PolicyName", policy), ("PolicyDocument", document)];
        let response = IAM.call(&self.http, &self.endpoint, "PutRolePolicy", &parameters).await;
        response.with_context(|| format!("cannot write policy `{policy}` of role `{role}`"))?;
        Ok(())
    }

    /// Removes an action from an inline policy of a role.
    ///
    /// # Errors
    ///
    /// If the policy cannot be read or written, or does not have the action.
    pub async fn remove_permission(&self, role: &str, policy: &str, action: &str) -> Result<RemovedPermission> {
        let original = self.role_policy(role, policy).await?;
        self.put_role_policy(role, policy, &without_action(&original, action)?).await?;
        Ok(RemovedPermission { role: role.to_owned(), policy: policy.to_owned(), original })
    }

    /// Restores the policy as it was before a permission was removed.
    ///
    /// # Errors
    ///
    /// If the policy cannot be written.
    pub async fn restore_permission(&self, removed: RemovedPermission) -> Result<()> {
        self.put_role_policy(&removed.role, &removed.policy, &removed.original).await
    }
}

/// Returns the policy document without an action. Removes statements that have no other action.
fn without_action(document: &str, action: &str) -> Result<String> {
    let mut policy: Value = serde_json::from_str(document).context("the policy is not JSON")?;
    let statements = policy["Statement"].as_array_mut().context("the policy has no statements")?;
    let mut found = false;
    for actions in statements.iter_mut().filter_map(|statement| statement.get_mut("Action")) {
        found |= contains(actions, action);
        if let Some(actions) = actions.as_array_mut() {
            actions.retain(|other| other != action);
        }
    }
    anyhow::ensure!(found, "no statement of the policy has the action `{action}`");
    statements.retain(|statement| statement["Action"] != action && statement["Action"] != json!([]));
    Ok(policy.to_string())
}

fn contains(actions: &Value, action: &str) -> bool {
    actions == action || actions.as_array().is_some_and(|actions| actions.iter().any(|other| other == action))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn removes_action_and_empty_statement() {
        let document = r#"{"Statement":[{"Action":"sqs:SendMessage"},{"Action":["s3:GetObject","s3:PutObject"]}]}"#;
        let both = r#"{"Statement":[{"Action":["s3:GetObject","s3:PutObject"]}]}"#;
        assert_eq!(without_action(document, "sqs:SendMessage").unwrap(), both);
        let one = without_action(document, "s3:PutObject").unwrap();
        assert_eq!(one, r#"{"Statement":[{"Action":"sqs:SendMessage"},{"Action":["s3:GetObject"]}]}"#);
        assert_eq!(without_action(&one, "s3:GetObject").unwrap(), r#"{"Statement":[{"Action":"sqs:SendMessage"}]}"#);
        assert!(without_action(document, "sqs:DeleteMessage").is_err());
    }
}
