use std::process::ExitCode;

use anyhow::{Result, ensure};
use clap::Args;
use futures_util::future::try_join_all;
use hookline::output::print_line;
use serde_json::{Value, json};

use crate::emulator::EmulatorOptions;
use crate::stack::{check_required_tools, emulator_variables, leftover_resources, start_emulator};
use crate::system::repository::Repository;
use crate::terraform::{Configuration, Terraform};

/// Region of the committed environments.
const REGION: &str = "eu-west-1";

#[derive(Debug, Args)]
pub(super) struct Environments {
    /// Names of the environments, as in terraform/environments
    #[arg(value_name = "ENVIRONMENT", default_values = ["dev", "prod"])]
    workspaces: Vec<String>,
    #[command(flatten)]
    emulator: EmulatorOptions,
}

impl Environments {
    /// Applies the bootstrap module, and then all environments at the same time. Checks that a second plan is empty, and
    /// that no resource remains after the destroy.
    pub(super) async fn run(self) -> Result<ExitCode> {
        check_required_tools()?;
        let repository = Repository::find()?;
        let _lock = repository.lock()?;
        let (packages, mut emulator) = start_emulator(&repository, &self.emulator).await?;
        let variables = emulator_variables(&packages, &emulator.capabilities);
        let endpoint = emulator.info.endpoint.clone();
        let run = async {
            let boundaries = bootstrap(&repository, &endpoint, &self.workspaces).await?;
            let prepared = self.workspaces.iter().map(|workspace| {
                Terraform::prepare(&repository, &endpoint, Configuration::environment(workspace), true)
            });
            let environments = try_join_all(prepared).await?;
            let runs = self.workspaces.iter().zip(&environments).map(|(workspace, environment)| {
                let mut variables = variables.clone();
                variables["permissions_boundary"] = boundaries[workspace].clone();
                apply_and_destroy(environment, variables)
            });
            try_join_all(runs).await?;
            let prefixes = self.workspaces.iter().map(|workspace| format!("hookline-{workspace}-"));
            leftover_resources(&endpoint, REGION, &Vec::from_iter(prefixes)).await
        };
        let leftovers = emulator.while_running(run).await?;
        ensure!(
            leftovers.is_empty(),
            "resources remain after terraform destroy: {}",
            Vec::from_iter(leftovers).join(", ")
        );
        let names = self.workspaces.join(", ");
        print_line(format_args!("{names}: applied, second plan empty, destroyed, no resources remain"));
        Ok(ExitCode::SUCCESS)
    }
}

/// Applies the bootstrap module. Returns the ARN of each environment's permissions boundary.
async fn bootstrap(repository: &Repository, endpoint: &str, workspaces: &[String]) -> Result<Value> {
    let bootstrap = Terraform::prepare(repository, endpoint, Configuration::bootstrap(), true).await?;
    let variables = json!({
        "region": REGION, "environments": workspaces, "github_owner": "octo-org", "github_repository": "hookline",
    });
    bootstrap.apply(&variables).await?;
    let changes = bootstrap.plan(&variables).await?;
    ensure!(changes.is_empty(), "a second plan of the bootstrap would change {}", changes.join(", "));
    bootstrap.output("permissions_boundary_arns").await
}

/// Applies an environment, checks that a second plan is empty, and destroys the environment.
async fn apply_and_destroy(environment: &Terraform, mut variables: Value) -> Result<()> {
    environment.apply(&variables).await?;
    let changes = environment.plan(&variables).await?;
    ensure!(changes.is_empty(), "a second plan would change {}", changes.join(", "));
    // The protection against deletion must be removed before the destroy.
    variables["force_destroy"] = json!(true);
    variables["secret_recovery_days"] = json!(0);
    environment.apply(&variables).await?;
    environment.destroy().await
}
