use anyhow::{Context, Result};
use aws_sdk_iam::Client;
use serde_json::json;

use super::Stack;

/// Where [`Stack::allow_what_is_asked_otherwise`] allows it.
pub(crate) const EMULATOR_POLICY: &str = "emulator";

impl Stack {
    /// What MiniStack asks IAM in other words than AWS: whether mail may be sent as `*`, whoever the sender is, and whether
    /// several statements may be executed at once, instead of what each of them does. Policies as Terraform makes them, and
    /// AWS reads them, never allow that there.
    pub(crate) async fn allow_what_is_asked_otherwise(&self) -> Result<()> {
        let allow = |action: &str| json!({ "Effect": "Allow", "Action": action, "Resource": "*" });
        let statements = ["ses:SendEmail", "dynamodb:BatchExecuteStatement"].map(allow);
        let policy = json!({ "Version": "2012-10-17", "Statement": statements });
        let put = Client::new(&self.sdk).put_role_policy().role_name(&self.outputs.role_names.process);
        let put = put.policy_name(EMULATOR_POLICY).policy_document(policy.to_string());
        put.send().await.context("cannot allow what this emulator asks in its own words")?;
        Ok(())
    }
}
