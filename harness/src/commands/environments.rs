use std::process::ExitCode;

use anyhow::{Result, ensure};
use clap::Args;
use futures_util::future::try_join_all;
use serde_json::{Value, json};

use crate::emulator::Options;
use crate::stack::{check_tools, start};
use crate::stack::{given_variables, left};
use crate::system::repository::Repository;
use crate::terraform::{Configuration, Terraform};
use hookline::output::print_line;

/// What the committed environments say.
const REGION: &str = "eu-west-1";

#[derive(Debug, Args)]
pub(super) struct Environments {
    /// Workspaces to bring up side by side, by their files in terraform/environments
    #[arg(default_values = ["dev", "prod"])]
    workspaces: Vec<String>,
    #[command(flatten)]
    emulator: Options,
}

impl Environments {
    /// Each as it is committed, from nothing: what an account needs first, then all at the same time; a second plan
    /// changes nothing, and a destroy leaves nothing.
    pub(super) async fn run(self) -> Result<ExitCode> {
        check_tools()?;
        let files = Repository::find()?;
        let _lock = files.lock()?;
        let (packages, mut emulator) = start(&files, &self.emulator).await?;
        let variables = given_variables(&packages, &emulator.capabilities);
        let endpoint = emulator.emulator_info.endpoint.clone();
        let all = async {
            let boundaries = bootstrap(&files, &endpoint, &self.workspaces).await?;
            let prepared = self
                .workspaces
                .iter()
                .map(|workspace| Terraform::prepare(&files, &endpoint, Configuration::environment(workspace), true));
            let environments = try_join_all(prepared).await?;
            let each = self.workspaces.iter().zip(&environments).map(|(workspace, environment)| {
                let mut variables = variables.clone();
                variables["permissions_boundary"] = boundaries[workspace].clone();
                up_and_down(environment, variables)
            });
            try_join_all(each).await?;
            let of_these = self.workspaces.iter().map(|workspace| format!("hookline-{workspace}-"));
            left(&endpoint, REGION, &Vec::from_iter(of_these)).await
        };
        let left = emulator.while_alive(all).await?;
        ensure!(left.is_empty(), "after destroy there is still {}", Vec::from_iter(left).join(", "));
        print_line(format_args!("{}: applied, nothing to change, destroyed, nothing left", self.workspaces.join(", ")));
        Ok(ExitCode::SUCCESS)
    }
}

/// What an account needs before its first environment; gives the boundary of each one's roles.
async fn bootstrap(files: &Repository, endpoint: &str, workspaces: &[String]) -> Result<Value> {
    let bootstrap = Terraform::prepare(files, endpoint, Configuration::bootstrap(), true).await?;
    let variables = json!({
        "region": REGION, "environments": workspaces, "github_owner": "octo-org", "github_repository": "hookline",
    });
    bootstrap.make(&variables).await?;
    let changes = bootstrap.plan(&variables).await?;
    ensure!(changes.is_empty(), "a second plan of the bootstrap would change {}", changes.join(", "));
    bootstrap.output("permissions_boundary_arns").await
}

async fn up_and_down(environment: &Terraform, mut variables: Value) -> Result<()> {
    environment.make(&variables).await?;
    let changes = environment.plan(&variables).await?;
    ensure!(changes.is_empty(), "a second plan would change {}", changes.join(", "));
    // What protects an environment has to be taken off first.
    variables["force_destroy"] = json!(true);
    variables["secret_recovery_days"] = json!(0);
    environment.make(&variables).await?;
    environment.destroy().await
}
