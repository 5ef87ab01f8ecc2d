use anyhow::{Context, Result};
use aws_sdk_iam::Client;
use percent_encoding::percent_decode_str;
use serde_json::{Value, json};

use super::Stack;

/// A permission that a function's role does not have for now.
#[must_use = "the permission has to be given back"]
pub struct Withdrawn {
    client: Client,
    role: String,
    policy: String,
    original: String,
}

impl Stack {
    /// A policy of a role, as JSON.
    pub(crate) async fn policy(&self, role: &str, policy: &str) -> Result<String> {
        let read = Client::new(&self.sdk).get_role_policy().role_name(role).policy_name(policy).send().await;
        let read = read.with_context(|| format!("cannot read policy {policy} of role {role}"))?;
        Ok(percent_decode_str(&read.policy_document).decode_utf8()?.into_owned())
    }

    /// Takes an action out of the role's policy.
    ///
    /// # Errors
    ///
    /// If the policy cannot be read or written, or does not have the action.
    pub async fn withdraw(&self, role: &str, policy: &str, action: &str) -> Result<Withdrawn> {
        let (client, original) = (Client::new(&self.sdk), self.policy(role, policy).await?);
        let reduced = without(&original, action)?;
        let withdrawn = Withdrawn { client, role: role.to_owned(), policy: policy.to_owned(), original };
        withdrawn.put(&reduced).await?;
        Ok(withdrawn)
    }
}

impl Withdrawn {
    /// Gives the permission back.
    ///
    /// # Errors
    ///
    /// If the policy cannot be written.
    pub async fn give_back(self) -> Result<()> {
        self.put(&self.original).await
    }

    async fn put(&self, document: &str) -> Result<()> {
        let put =
            self.client.put_role_policy().role_name(&self.role).policy_name(&self.policy).policy_document(document);
        put.send().await.with_context(|| format!("cannot write policy {} of role {}", self.policy, self.role))?;
        Ok(())
    }
}

/// The document without the action, in whichever statement allows it.
fn without(document: &str, action: &str) -> Result<String> {
    let mut policy: Value = serde_json::from_str(document).context("the policy is not JSON")?;
    let statements = policy["Statement"].as_array_mut().context("the policy has no statements")?;
    let mut found = false;
    for actions in statements.iter_mut().filter_map(|statement| statement.get_mut("Action")) {
        found |= names(actions, action);
        if let Some(actions) = actions.as_array_mut() {
            actions.retain(|it| it != action);
        }
    }
    anyhow::ensure!(found, "no statement of the policy names {action}");
    statements.retain(|statement| statement["Action"] != action && statement["Action"] != json!([]));
    Ok(policy.to_string())
}

fn names(actions: &Value, action: &str) -> bool {
    actions == action || actions.as_array().is_some_and(|actions| actions.iter().any(|it| it == action))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_action_is_taken_out_and_its_statement_if_it_was_the_only_one() {
        let document = r#"{"Statement":[{"Action":"sqs:SendMessage"},{"Action":["s3:GetObject","s3:PutObject"]}]}"#;
        let both = r#"{"Statement":[{"Action":["s3:GetObject","s3:PutObject"]}]}"#;
        assert_eq!(without(document, "sqs:SendMessage").unwrap(), both);
        let one = without(document, "s3:PutObject").unwrap();
        assert_eq!(one, r#"{"Statement":[{"Action":"sqs:SendMessage"},{"Action":["s3:GetObject"]}]}"#);
        assert_eq!(without(&one, "s3:GetObject").unwrap(), r#"{"Statement":[{"Action":"sqs:SendMessage"}]}"#);
        assert!(without(document, "sqs:DeleteMessage").is_err());
    }
}
