use std::process::Command;
use std::time::Duration;

use anyhow::{Context, Result, ensure};
use aws_types::SdkConfig;

use crate::files::Files;
use crate::sdk::{self, Timeouts};
use crate::stack::{Stack, State};
use crate::terraform::Outputs;

const TIMEOUTS: Timeouts = Timeouts {
    connect: Duration::from_secs(5),
    attempt: Duration::from_secs(20),
    call: Duration::from_secs(60),
    attempts: 4,
};

/// Target of an operator's command: a Terraform workspace on AWS, or a stack on an emulator.
pub(crate) struct Target {
    pub(crate) sdk: SdkConfig,
    pub(crate) outputs: Outputs,
}

impl Target {
    /// Returns the workspace with this name, or the running local stack if there is no name.
    pub(crate) async fn find(workspace: Option<&str>) -> Result<Self> {
        let files = Files::find()?;
        match workspace {
            Some(workspace) => Self::workspace(&files, workspace).await,
            None => {
                let state = State::require(&files).await.context("without --workspace, a local stack is meant")?;
                Ok(Self::of(&state.stack()))
            }
        }
    }

    /// Returns the target for a stack on an emulator.
    pub(crate) fn of(stack: &Stack) -> Self {
        Self { sdk: stack.sdk_config(), outputs: stack.outputs.clone() }
    }

    /// Returns the target for a workspace, with its Terraform outputs and the user's AWS credentials.
    async fn workspace(files: &Files, workspace: &str) -> Result<Self> {
        let mut terraform = Command::new("terraform");
        terraform.current_dir(files.repository.join("terraform")).env("TF_WORKSPACE", workspace);
        let output = terraform.args(["output", "-json", "-no-color"]).output().context("cannot start terraform")?;
        ensure!(
            output.status.success(),
            "workspace {workspace} has no outputs to read (is terraform/ initialised with its backend?): {}",
            String::from_utf8_lossy(&output.stderr).trim()
        );
        let outputs = Outputs::read(&output.stdout).with_context(|| format!("workspace {workspace}"))?;
        let endpoint_url = std::env::var("AWS_ENDPOINT_URL").ok();
        let sdk = sdk::load(region(&outputs.queue_arn), endpoint_url, TIMEOUTS)
            .await
            .with_context(|| format!("cannot access workspace {workspace}"))?;
        Ok(Self { sdk, outputs })
    }
}

/// Region in an ARN such as `arn:aws:sqs:eu-west-1:123456789012:name`.
fn region(arn: &str) -> Option<&str> {
    arn.split(':').nth(3).filter(|region| !region.is_empty())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_region_is_the_queues() {
        assert_eq!(region("arn:aws:sqs:eu-west-1:123456789012:hookline-dev-intake"), Some("eu-west-1"));
        assert_eq!(region("arn:aws:iam::123456789012:role/hookline"), None);
        assert_eq!(region("hookline"), None);
    }
}
