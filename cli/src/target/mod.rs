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

use crate::usage::UsageError;

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
    #[arg(long, value_name = "PREFIX", env = "HOOKLINE_SERVICE", global = true)]
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
        self.selected(&variable).ok().and_then(|(_, workspace)| workspace)
    }

    /// Returns the prefix or the workspace. An option has precedence over the environment variable of the other one, and an
    /// empty value selects nothing.
    fn selected(&self, variable: &dyn Fn(&str) -> Option<String>) -> Result<(Option<&str>, Option<&str>), UsageError> {
        fn given(value: &Option<String>) -> Option<&str> {
            value.as_deref().filter(|value| !value.is_empty())
        }
        let (Some(service), Some(workspace)) = (given(&self.service), given(&self.workspace)) else {
            return Ok((given(&self.service), given(&self.workspace)));
        };
        let is_variable = |name, value| variable(name).as_deref() == Some(value);
        match (is_variable("HOOKLINE_SERVICE", service), is_variable("HOOKLINE_WORKSPACE", workspace)) {
            (true, false) => Ok((None, Some(workspace))),
            (false, true) => Ok((Some(service), None)),
            _ => Err(UsageError(
                "--service and --workspace select two deployments: use one of them. HOOKLINE_SERVICE and HOOKLINE_WORKSPACE \
                 have the same effect"
                    .to_owned(),
            )),
        }
    }

    /// Finds the deployment that the options select. Without `--service` and `--workspace`, that is the running stack on
    /// the local emulator.
    ///
    /// # Errors
    ///
    /// If there is no such deployment, or no valid AWS credentials for it.
    pub async fn find(&self) -> Result<Target> {
        match self.selected(&variable)? {
            (Some(prefix), _) => discovery::find(prefix, self.region.as_deref()).await,
            (None, Some(workspace)) => workspace::find(workspace).await,
            (None, None) => local_stack::find(),
        }
    }
}

fn variable(name: &str) -> Option<String> {
    std::env::var(name).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn option_has_precedence_over_the_variable_of_the_other_one() {
        let options = |service: &str, workspace: &str| TargetOptions {
            service: Some(service.to_owned()),
            workspace: Some(workspace.to_owned()),
            region: None,
        };
        let both = options("hookline-prod", "dev");
        let with = |set: &str, value: &str| both.selected(&|name| (name == set).then(|| value.to_owned()));
        assert_eq!(with("HOOKLINE_SERVICE", "hookline-prod").unwrap(), (None, Some("dev")));
        assert_eq!(with("HOOKLINE_WORKSPACE", "dev").unwrap(), (Some("hookline-prod"), None));
        assert!(with("HOOKLINE_SERVICE", "hookline-dev").is_err(), "both are options");
        let none = |_: &str| None;
        assert_eq!(options("", "dev").selected(&none).unwrap(), (None, Some("dev")));
        assert_eq!(options("", "").selected(&none).unwrap(), (None, None));
    }
}
