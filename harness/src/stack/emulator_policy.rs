use anyhow::Result;
use serde_json::json;

use super::Stack;

/// Name of the inline policy that [`Stack::add_emulator_policy`] adds.
pub(crate) const EMULATOR_POLICY: &str = "emulator";

impl Stack {
    /// Allows the process function two actions that MiniStack checks differently from AWS. MiniStack checks
    /// `ses:SendEmail` on the resource `*`, whatever the sender address is. It checks `dynamodb:BatchExecuteStatement`,
    /// where AWS checks the action of each statement. The policies of Terraform are for AWS and allow neither.
    pub(crate) async fn add_emulator_policy(&self) -> Result<()> {
        let allow = |action: &str| json!({ "Effect": "Allow", "Action": action, "Resource": "*" });
        let statements = ["ses:SendEmail", "dynamodb:BatchExecuteStatement"].map(allow);
        let policy = json!({ "Version": "2012-10-17", "Statement": statements });
        self.put_role_policy(&self.outputs.role_names.process, EMULATOR_POLICY, &policy.to_string()).await
    }
}
