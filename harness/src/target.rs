use std::process::Command;
use std::time::Duration;

use anyhow::{Context, Result, bail, ensure};
use aws_credential_types::Credentials;
use aws_types::SdkConfig;
use serde::Deserialize;

use crate::files::Files;
use crate::sdk::{self, Patience};
use crate::stack::{Stack, State};
use crate::terraform::Outputs;

const PATIENCE: Patience = Patience {
    connect: Duration::from_secs(5),
    attempt: Duration::from_secs(20),
    call: Duration::from_secs(60),
    attempts: 4,
};

/// What an operator works on: a stack on an emulator, or a workspace.
pub(crate) struct Target {
    pub(crate) sdk: SdkConfig,
    pub(crate) outputs: Outputs,
}

/// As `aws configure export-credentials` prints them.
#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Exported {
    access_key_id: String,
    secret_access_key: String,
    session_token: Option<String>,
}

impl Target {
    /// The workspace's, or without one the stack's that is up.
    pub(crate) async fn find(workspace: Option<&str>) -> Result<Self> {
        let files = Files::find()?;
        match workspace {
            Some(workspace) => Self::workspace(&files, workspace),
            None => {
                let state = State::require(&files).await.context("without --workspace, a local stack is meant")?;
                Ok(Self::of(&state.stack()))
            }
        }
    }

    /// A stack's on an emulator.
    pub(crate) fn of(stack: &Stack) -> Self {
        Self { sdk: stack.sdk_config(), outputs: stack.outputs.clone() }
    }

    /// By its Terraform outputs, with the caller's own credentials.
    fn workspace(files: &Files, workspace: &str) -> Result<Self> {
        let mut terraform = Command::new("terraform");
        terraform.current_dir(files.repository.join("terraform")).env("TF_WORKSPACE", workspace);
        let output = terraform.args(["output", "-json", "-no-color"]).output().context("cannot start terraform")?;
        ensure!(
            output.status.success(),
            "workspace {workspace} has no outputs to read (is terraform/ initialised with its backend?): {}",
            String::from_utf8_lossy(&output.stderr).trim()
        );
        let outputs = Outputs::read(&output.stdout).with_context(|| format!("workspace {workspace}"))?;
        let region = region(&outputs.queue_arn)?;
        let endpoint_url = std::env::var("AWS_ENDPOINT_URL").ok();
        Ok(Self { sdk: sdk::config(&region, credentials()?, endpoint_url, PATIENCE), outputs })
    }
}

/// `arn:aws:sqs:eu-west-1:123456789012:name`
fn region(arn: &str) -> Result<String> {
    Ok(arn.split(':').nth(3).context("a queue's ARN has a region")?.to_owned())
}

/// From the environment, or from wherever the AWS CLI has them: a profile, single sign-on, a container.
fn credentials() -> Result<Credentials> {
    let variable = |name: &str| std::env::var(name).ok().filter(|value| !value.is_empty());
    if let (Some(key), Some(secret)) = (variable("AWS_ACCESS_KEY_ID"), variable("AWS_SECRET_ACCESS_KEY")) {
        return Ok(Credentials::new(key, secret, variable("AWS_SESSION_TOKEN"), None, "environment"));
    }
    let exported = Command::new("aws").args(["configure", "export-credentials", "--format", "process"]).output();
    let Ok(exported) = exported else {
        bail!("no credentials: set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, or install the AWS CLI and log in")
    };
    ensure!(exported.status.success(), "no credentials: {}", String::from_utf8_lossy(&exported.stderr).trim());
    let Exported { access_key_id, secret_access_key, session_token } =
        serde_json::from_slice(&exported.stdout).context("the AWS CLI's credentials")?;
    Ok(Credentials::new(access_key_id, secret_access_key, session_token, None, "aws configure export-credentials"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_region_is_the_queues() {
        assert_eq!(region("arn:aws:sqs:eu-west-1:123456789012:hookline-dev-intake").unwrap(), "eu-west-1");
        assert!(region("hookline").is_err());
    }
}
