//! The deployment that a command works on: a stack on a local emulator, a Terraform workspace, or a deployment that is
//! found by the names of its AWS resources.

mod configuration;
mod delivery_configuration;
mod deployment;
mod discovery;
mod function_environment;
mod local_stack;
mod recovery;
mod resources;
mod workspace;

use anyhow::Result;
use clap::Args;

pub use self::configuration::EmailAddresses;
pub use self::delivery_configuration::{BreakerSettings, DeliveryConfiguration};
pub use self::deployment::Target;
pub use self::local_stack::{LocalStack, working_repository};
pub use self::recovery::RecoverySecret;
pub use self::resources::{FunctionNames, LogGroupNames, Resources};

/// Options that select the deployment.
#[derive(Debug, Clone, Default, Args)]
#[command(next_help_heading = "Deployment")]
pub struct TargetOptions {
    /// Prefix of the deployment's AWS resources, such as `hookline-prod`; needs AWS credentials only
    #[arg(long, value_name = "PREFIX", env = "HOOKLINE_SERVICE", conflicts_with = "workspace", global = true)]
    service: Option<String>,
    /// Terraform workspace whose outputs name the AWS resources; needs the repository with an initialised terraform/
    #[arg(long, value_name = "NAME", env = "HOOKLINE_WORKSPACE", global = true)]
    workspace: Option<String>,
    /// AWS region of the deployment that --service selects; default: the region of the AWS profile
    #[arg(long, value_name = "REGION", env = "AWS_REGION", global = true)]
    region: Option<String>,
}

impl TargetOptions {
    /// Returns the name of the Terraform workspace, if the options select one.
    #[must_use]
    pub fn workspace(&self) -> Option<&str> {
        self.workspace.as_deref()
    }

    /// Finds the deployment that the options select. Without `--service` and `--workspace`, that is the running stack on
    /// the local emulator.
    ///
    /// # Errors
    ///
    /// If there is no such deployment, or no valid AWS credentials for it.
    pub async fn find(&self) -> Result<Target> {
        match (&self.service, &self.workspace) {
            (Some(prefix), _) => discovery::find(prefix, self.region.as_deref()).await,
            (None, Some(workspace)) => workspace::find(workspace).await,
            (None, None) => local_stack::find(),
        }
    }
}
