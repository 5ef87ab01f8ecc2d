use std::process::ExitCode;

use anyhow::{Context as _, Result, ensure};
use clap::Args;
use futures_util::future::try_join_all;
use hookline::output::print_line;
use serde_json::{Value, json};

use crate::build::package;
use crate::emulator::{ACCOUNT, Capability, EmulatorOptions};
use crate::iam::{Account, Phase, Recording, Report, assess};
use crate::stack::{check_required_tools, emulator_variables, leftover_resources, start_emulator};
use crate::system::repository::Repository;
use crate::terraform::{Configuration, Terraform};

/// Region of the committed environments.
const REGION: &str = "eu-west-1";

/// Beginning of the names of the bootstrap's resources, as in the committed environments.
const BOOTSTRAP: &str = "hookline-bootstrap";

/// The resource that a run replaces. No other resource disappears with it.
const REPLACED: &str = "module.hookline.aws_lambda_event_source_mapping.intake";

#[derive(Debug, Args)]
pub(super) struct Environments {
    /// Names of the environments, as in terraform/environments. The first one is also updated and gets an HTTP API
    #[arg(value_name = "ENVIRONMENT", default_values = ["dev", "prod"])]
    workspaces: Vec<String>,
    /// Print JSON
    #[arg(long)]
    json: bool,
    #[command(flatten)]
    emulator: EmulatorOptions,
}

/// The bootstrap and the environments of one account.
struct Run<'a> {
    workspaces: &'a [String],
    bootstrap: Terraform,
    recording: Recording,
    /// Variables of every environment.
    variables: Value,
    /// The service that the emulator does not have.
    missing_service: Option<String>,
}

impl Environments {
    /// Applies the bootstrap module, and then all environments at the same time. Checks that a second plan is empty,
    /// that no resource remains after the destroy, and that the roles of the bootstrap allow what Terraform did and no
    /// more.
    pub(super) async fn run(self) -> Result<ExitCode> {
        check_required_tools()?;
        let repository = Repository::find()?;
        let _lock = repository.lock()?;
        let (packages, mut emulator) = start_emulator(&repository, &self.emulator).await?;
        let endpoint = emulator.info.endpoint.clone();
        let mut variables = emulator_variables(&packages, &emulator.capabilities);
        if emulator.capabilities.unavailable_reason(Capability::Dynamodb).is_none() {
            // The boundaries of all environments allow the event log.
            variables["event_log"] = json!({});
        }
        let needed = [Capability::Cognito, Capability::Dynamodb];
        let missing_service =
            needed.iter().find_map(|capability| emulator.capabilities.unavailable_reason(*capability));
        let run = async {
            let run = Run {
                workspaces: &self.workspaces,
                bootstrap: Terraform::prepare(&repository, &endpoint, Configuration::bootstrap(), true).await?,
                recording: Recording::new(repository.harness_directory.clone()),
                variables,
                missing_service,
            };
            let report = run.all(&repository, &endpoint).await?;
            let prefixes = self.workspaces.iter().map(|workspace| format!("hookline-{workspace}-"));
            Ok((report, leftover_resources(&endpoint, REGION, &Vec::from_iter(prefixes)).await?))
        };
        let (report, leftovers) = emulator.while_running(run).await?;
        self.print(&report)?;
        ensure!(
            leftovers.is_empty(),
            "resources remain after terraform destroy: {}",
            Vec::from_iter(leftovers).join(", ")
        );
        Ok(if report.is_clean() { ExitCode::SUCCESS } else { ExitCode::FAILURE })
    }

    fn print(&self, report: &Report) -> Result<()> {
        if self.json {
            print_line(format_args!("{}", serde_json::to_string_pretty(report)?));
            return Ok(());
        }
        print_line(format_args!("{report}"));
        let names = self.workspaces.join(", ");
        print_line(format_args!("{names}: applied, second plan empty, destroyed, no resources remain"));
        Ok(())
    }
}

impl Run<'_> {
    /// Applies the bootstrap module, changes all environments at the same time, and checks the roles.
    async fn all(self, repository: &Repository, endpoint: &str) -> Result<Report> {
        self.apply_bootstrap().await?;
        let prepared = self
            .workspaces
            .iter()
            .map(|workspace| Terraform::prepare(repository, endpoint, Configuration::environment(workspace), true));
        let environments = try_join_all(prepared).await?;
        let runs = self.workspaces.iter().zip(&environments).enumerate();
        let runs = runs.map(|(index, (workspace, environment))| self.environment(workspace, environment, index == 0));
        try_join_all(runs).await?;
        self.assess().await
    }

    /// Applies the bootstrap module as an administrator. Its calls are not recorded.
    async fn apply_bootstrap(&self) -> Result<()> {
        let variables = self.bootstrap_variables(&json!({}));
        self.bootstrap.apply(&variables).await?;
        let changes = self.bootstrap.plan(&variables).await?;
        ensure!(changes.is_empty(), "a second plan of the bootstrap would change {}", changes.join(", "));
        Ok(())
    }

    /// Returns the variables of the bootstrap: with a domain and a web ACL for the first environment, so that their
    /// statements are checked as well.
    fn bootstrap_variables(&self, http_api_ids: &Value) -> Value {
        let first = self.workspaces.first().cloned().unwrap_or_default();
        json!({
            "region": REGION,
            "environments": self.workspaces,
            "github_owner": "octo-org",
            "github_repository": "hookline",
            "http_api_ids": http_api_ids,
            "domains": { &first: { "name": "hooks.example.com", "truststore": "truststore.example/ca.pem" } },
            "web_acl_arns": { &first: format!("arn:aws:wafv2:{REGION}:{ACCOUNT}:regional/webacl/hooks/0a1b2c3d") },
            "budgets": true,
            "recovery": true,
        })
    }

    /// Applies an environment, checks that a second plan is empty, and destroys the environment. With `changes`, also
    /// changes it in each way that makes other calls.
    async fn environment(&self, name: &str, environment: &Terraform, changes: bool) -> Result<()> {
        let mut variables = self.variables.clone();
        self.record(name, Phase::Create, environment, async |it| it.apply(&variables).await).await?;
        self.expect_empty_plan(name, environment, &variables).await?;
        if changes {
            variables = self.change(name, environment).await?;
            self.expect_empty_plan(name, environment, &variables).await?;
        }
        self.record(name, Phase::Destroy, environment, async |it| {
            // The protection against deletion must be removed before the destroy.
            variables["force_destroy"] = json!(true);
            variables["secret_recovery_days"] = json!(0);
            it.apply_without_refresh(&variables).await?;
            it.destroy().await
        })
        .await
    }

    /// Updates resources, replaces one, and replaces the REST API by an HTTP API. Returns the last variables.
    async fn change(&self, name: &str, environment: &Terraform) -> Result<Value> {
        let mut variables = self.updated_variables()?;
        self.record(name, Phase::Update, environment, async |it| it.apply_without_refresh(&variables).await).await?;
        variables = self.variables.clone();
        let replace = async |it: Terraform| it.apply_replacing(&variables, REPLACED).await;
        self.record(name, Phase::Replace, environment, replace).await?;
        variables["api_type"] = json!("http");
        let switch = async |it: Terraform| it.apply_without_refresh(&variables).await;
        self.record(name, Phase::SwitchApi, environment, switch).await?;
        // An administrator allows the apply role to change this API.
        let id = environment.output("api_id").await?;
        self.bootstrap.apply_without_refresh(&self.bootstrap_variables(&json!({ name: [id] }))).await?;
        // Another throttle would be deleted first, and MiniStack would delete the stage instead.
        variables["sources"] = json!({
            "billing": { "scheme": { "signature": { "in": ["header:X-Billing-Signature"] } } },
            "github": { "sender": "github", "recover": { "webhook": "orgs/octo-org/hooks/1" } },
            "meta": { "sender": "meta" },
            "stripe": { "sender": "stripe" },
            "trello": { "sender": "trello" },
        });
        let routes = ["billing", "events", "github", "meta", "stripe", "trello"];
        let routes = routes.map(|source| (source, json!({ "source": source, "destinations": ["ci", "ledger"] })));
        variables["routes"] = routes.into_iter().collect();
        let update = async |it: Terraform| it.apply_without_refresh(&variables).await;
        self.record(name, Phase::UpdateHttpApi, environment, update).await?;
        Ok(variables)
    }

    /// Returns variables that differ from those of each environment: other settings, another package, and other
    /// sources, destinations and routes. The provider waits 25 s after a change of a queue and 55 s after one of a
    /// bucket's lifecycle rules, and makes the same calls for new ones, so neither is changed.
    fn updated_variables(&self) -> Result<Value> {
        let mut variables = self.variables.clone();
        let ingest = variables["packages"]["ingest"].as_str().context("the package has no path")?;
        variables["packages"]["ingest"] = json!(package::copy_with_new_hash(ingest.as_ref())?);
        let changes = json!({
            "log_level": "warn",
            "log_retention_days": 14,
            "functions": { "ingest": { "memory_mb": 384, "reserved_concurrency": 3 } },
            "queue": { "maximum_concurrency": 3 },
            "throttle": { "rate": 30, "burst": 50 },
            "runbook_url": "https://runbooks.example.com/hookline",
            "alarms": { "emails": ["oncall@example.com"], "silent_sources": { "github": 60 } },
            "sources": {
                "github": {
                    "sender": "github",
                    "allowed_ips": ["192.30.252.0/22"],
                    "recover": { "webhook": "orgs/octo-org/hooks/1" },
                },
                // These two have the methods GET and HEAD.
                "meta": { "sender": "meta" },
                "trello": { "sender": "trello" },
            },
            "destinations": {
                "ci": { "kind": "http", "url": "https://ci.example.com/hooks" },
                "chat": { "kind": "slack" },
                "mail": { "kind": "email", "from": "hooks@example.com", "to": ["ops@example.com"] },
            },
            "routes": {
                "github": { "source": "github", "destinations": ["ci", "chat"] },
                "meta": { "source": "meta", "destinations": ["mail"] },
                "trello": { "source": "trello", "destinations": ["mail"] },
            },
        });
        for (name, value) in changes.as_object().into_iter().flatten() {
            variables[name] = value.clone();
        }
        Ok(variables)
    }

    async fn expect_empty_plan(&self, name: &str, environment: &Terraform, variables: &Value) -> Result<()> {
        let plan = async |it: Terraform| it.plan(variables).await;
        let changes = self.record(name, Phase::Plan, environment, plan).await?;
        ensure!(changes.is_empty(), "a second plan would change {}", changes.join(", "));
        Ok(())
    }

    async fn record<T>(
        &self,
        name: &str,
        phase: Phase,
        environment: &Terraform,
        work: impl AsyncFnOnce(Terraform) -> Result<T>,
    ) -> Result<T> {
        let recorded = self.recording.record(name, phase, environment, work).await;
        recorded.with_context(|| format!("environment `{name}`, phase `{phase}`"))
    }

    /// Checks the roles of the applied bootstrap against the recorded calls.
    async fn assess(self) -> Result<Report> {
        let state = self.bootstrap.state().await?;
        let account = Account::from_state(&state, REGION, self.workspaces, BOOTSTRAP)?;
        assess(&account, &self.recording.into_calls(), self.missing_service)
    }
}
