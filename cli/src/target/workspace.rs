use std::process::Command;

use anyhow::{Context, Result, ensure};

use super::deployment::{TIMEOUTS, Target, endpoint_url};
use super::local_stack::working_repository;
use super::resources::Resources;
use crate::aws;

/// Returns the deployment of a Terraform workspace, from the outputs of the repository's root module.
pub(super) async fn find(workspace: &str) -> Result<Target> {
    let repository = working_repository().context("--workspace needs the repository; --service PREFIX does not")?;
    let mut terraform = Command::new("terraform");
    terraform.current_dir(repository.join("terraform")).env("TF_WORKSPACE", workspace);
    let output = terraform.args(["output", "-json", "-no-color"]).output().context("cannot start terraform")?;
    ensure!(
        output.status.success(),
        "cannot read the outputs of workspace `{workspace}` (is terraform/ initialised with its backend?): {}",
        String::from_utf8_lossy(&output.stderr).trim()
    );
    let resources =
        Resources::from_terraform_outputs(&output.stdout).with_context(|| format!("workspace `{workspace}`"))?;
    let sdk = aws::load(region(&resources.queue_arn), endpoint_url(), TIMEOUTS)
        .await
        .with_context(|| format!("cannot access workspace `{workspace}`"))?;
    Ok(Target { sdk, resources })
}

/// Returns the region of an ARN such as `arn:aws:sqs:eu-west-1:123456789012:name`.
fn region(arn: &str) -> Option<&str> {
    arn.split(':').nth(3).filter(|region| !region.is_empty())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn region_is_the_queues_region() {
        assert_eq!(region("arn:aws:sqs:eu-west-1:123456789012:hookline-dev-intake"), Some("eu-west-1"));
        assert_eq!(region("arn:aws:iam::123456789012:role/hookline"), None);
        assert_eq!(region("hookline"), None);
    }
}
