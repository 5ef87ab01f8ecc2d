//! Applies the production Terraform in a copy with an override file. The override sets a local state and access to the
//! emulator.

mod configuration;
mod copy;
mod drift;
mod mirror;
mod outputs;
mod script;

use std::ffi::OsStr;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result, bail};
use hookline::output::Step;
use serde_json::{Value, json};
use sha2::{Digest, Sha256};

pub(crate) use self::configuration::Configuration;
use self::configuration::VARIABLES_FILE;
pub use self::outputs::{Functions, Outputs};
pub(crate) use self::script::ScriptResult;
use crate::system::log::tail;
use crate::system::repository::{self, Repository};
use crate::system::supervisor::SupervisedProcess;

const OVERRIDE: &str = include_str!("override.tf");

/// The file of the last plan, in the copy.
const PLAN_FILE: &str = "second.tfplan";

/// A copy of `terraform/` with its state.
#[derive(Debug, Clone)]
pub(crate) struct Terraform {
    repository: Repository,
    configuration: Configuration,
    folder: PathBuf,
    endpoint: String,
    cli_config: Option<PathBuf>,
    /// The file to which Terraform appends its log, if the provider's calls are recorded.
    call_log: Option<PathBuf>,
}

impl Terraform {
    /// Creates or updates the copy and initialises Terraform. With `fresh`, removes the state of an earlier emulator.
    pub(crate) async fn prepare(
        repository: &Repository,
        endpoint: &str,
        configuration: Configuration,
        fresh: bool,
    ) -> Result<Self> {
        Self::prepare_with(repository, endpoint, configuration, fresh, async |_: &Path| Ok(())).await
    }

    /// Like [`Self::prepare`]. Calls `write` with the folder of the root module, before Terraform is initialised.
    pub(crate) async fn prepare_with(
        repository: &Repository,
        endpoint: &str,
        configuration: Configuration,
        fresh: bool,
        write: impl AsyncFnOnce(&Path) -> Result<()>,
    ) -> Result<Self> {
        let step = Step::start(format!("prepare {}", configuration.name));
        let (cli_config, provider) = mirror::cli_config(repository).await?;
        let terraform = Self { cli_config, ..Self::new(repository, endpoint, configuration) };
        let copy = repository.harness_directory.join(&terraform.configuration.name);
        copy::refresh(&repository.root.join("terraform"), &copy, fresh)?;
        copy::link_senders(repository)?;
        write(&terraform.folder).await?;
        terraform.write_overrides()?;
        std::fs::create_dir_all(repository.harness_directory.join("terraform-plugins"))?;
        terraform.run("init", &["init", "-input=false"]).await?;
        let workspace = &terraform.configuration.workspace;
        terraform.run("workspace", &["workspace", "select", "-or-create", workspace]).await?;
        step.done(&provider);
        Ok(terraform)
    }

    fn write_overrides(&self) -> Result<()> {
        std::fs::write(self.folder.join("harness_override.tf"), OVERRIDE)?;
        if let Some(arguments) = &self.configuration.module_arguments {
            let module = json!({ "module": { "hookline": arguments } });
            std::fs::write(self.folder.join("module_override.tf.json"), serde_json::to_vec_pretty(&module)?)?;
        }
        Ok(())
    }

    /// Returns the folder of the root module.
    pub(crate) fn folder(&self) -> &Path {
        &self.folder
    }

    /// Returns the local stack's copy of an earlier run, without changes.
    pub(crate) fn existing(repository: &Repository, endpoint: &str) -> Self {
        Self::new(repository, endpoint, Configuration::local())
    }

    fn new(repository: &Repository, endpoint: &str, configuration: Configuration) -> Self {
        let folder = repository.harness_directory.join(&configuration.name).join(&configuration.module);
        let (repository, endpoint) = (repository.clone(), endpoint.to_owned());
        Self { repository, configuration, folder, endpoint, cli_config: None, call_log: None }
    }

    /// Returns the same configuration with a JSON log, in which the provider logs each call of AWS's API. The calls of all
    /// following commands are appended to the file.
    pub(crate) fn with_call_log(&self, file: PathBuf) -> Self {
        Self { call_log: Some(file), ..self.clone() }
    }

    /// Applies the configuration and returns the outputs of the root module.
    pub(crate) async fn apply_and_read_outputs(&self, variables: &Value) -> Result<Outputs> {
        self.apply(variables).await?;
        self.outputs().await
    }

    /// Applies the configuration.
    pub(crate) async fn apply(&self, variables: &Value) -> Result<()> {
        self.apply_with(variables, &["-auto-approve"]).await
    }

    /// Applies the configuration without reading the state of each resource first. This saves most of the time of a small
    /// change, if nothing else has changed the resources since the last plan or apply.
    pub(crate) async fn apply_without_refresh(&self, variables: &Value) -> Result<()> {
        self.apply_with(variables, &["-auto-approve", "-refresh=false"]).await
    }

    /// Applies only some modules or resources, without reading their state first.
    pub(crate) async fn apply_only(&self, variables: &Value, addresses: &[&str]) -> Result<()> {
        let targets: Vec<_> = addresses.iter().map(|address| format!("-target={address}")).collect();
        let targets = targets.iter().map(String::as_str);
        self.apply_with(variables, &Vec::from_iter(["-auto-approve", "-refresh=false"].into_iter().chain(targets)))
            .await
    }

    /// Applies the configuration and replaces a resource, without reading the state of each resource first.
    pub(crate) async fn apply_replacing(&self, variables: &Value, address: &str) -> Result<()> {
        self.apply_with(variables, &["-auto-approve", "-refresh=false", &format!("-replace={address}")]).await
    }

    /// Applies exactly the changes of the last call of [`Self::plan`].
    pub(crate) async fn apply_planned(&self) -> Result<()> {
        let step = Step::start(format!("apply the plan of {}", self.configuration.name));
        self.run("apply", &["apply", "-input=false", PLAN_FILE]).await?;
        step.done("");
        Ok(())
    }

    async fn apply_with(&self, variables: &Value, options: &[&str]) -> Result<()> {
        let step = Step::start(format!("apply {}", self.configuration.name));
        self.write_variables(variables)?;
        let arguments = [&["apply", "-input=false"], options].concat();
        self.run("apply", &self.configuration.with_variables(&arguments)).await?;
        step.done("");
        Ok(())
    }

    fn write_variables(&self, variables: &Value) -> Result<()> {
        let file = self.folder.join(VARIABLES_FILE);
        let written = std::fs::write(&file, serde_json::to_vec_pretty(variables)?);
        written.with_context(|| format!("cannot write `{}`", file.display()))
    }

    /// Destroys all resources.
    pub(crate) async fn destroy(&self) -> Result<()> {
        let step = Step::start(format!("destroy {}", self.configuration.name));
        self.run("destroy", &self.configuration.with_variables(&["destroy", "-input=false", "-auto-approve"])).await?;
        step.done("");
        Ok(())
    }

    /// Returns the outputs of the root module.
    pub(crate) async fn outputs(&self) -> Result<Outputs> {
        Outputs::from_json(&self.read(&["output", "-json"]).await?)
    }

    /// Returns the state with the values of all resources.
    pub(crate) async fn state(&self) -> Result<Value> {
        serde_json::from_slice(&self.read(&["show", "-json"]).await?).context("the state is not JSON")
    }

    /// Returns one output.
    pub(crate) async fn output(&self, name: &str) -> Result<Value> {
        let json = self.read(&["output", "-json", name]).await?;
        serde_json::from_slice(&json).with_context(|| format!("output `{name}` is not JSON"))
    }

    /// Plans and returns the changes, without the differences that an emulator is known to cause.
    pub(crate) async fn plan(&self, variables: &Value) -> Result<Vec<String>> {
        self.write_variables(variables)?;
        let out = format!("-out={PLAN_FILE}");
        self.run("plan", &self.configuration.with_variables(&["plan", "-input=false", &out])).await?;
        let plan = self.read(&["show", "-json", PLAN_FILE]).await?;
        // Policy linters read this file.
        let file = self.repository.harness_directory.join(format!("{}-plan.json", self.configuration.name));
        std::fs::write(file, &plan)?;
        Ok(drift::unexpected_changes(&serde_json::from_slice(&plan)?))
    }

    /// Returns a fingerprint of the configuration, the packages, the variables and the emulator's version. An apply with
    /// the same fingerprint changes nothing.
    pub(crate) fn fingerprint(repository: &Repository, packages: &[&Path], variables: &Value) -> Result<String> {
        let mut sources = copy::configuration_files(&repository.root.join("terraform"))?;
        sources.extend(copy::configuration_files(&repository.root.join(copy::SENDERS))?);
        let paths: Vec<&Path> = sources.iter().map(PathBuf::as_path).chain(packages.iter().copied()).collect();
        let versions = hex::encode(Sha256::digest([OVERRIDE, crate::emulator::VERSION_FILES].concat()));
        Ok(format!("{} {versions} {variables}", repository::fingerprint(&paths)?))
    }

    async fn run<A: AsRef<OsStr>>(&self, name: &str, arguments: &[A]) -> Result<()> {
        let log = self.repository.log(&format!("{}-{name}", self.configuration.name));
        std::fs::write(&log, "")?;
        let mut command = self.command();
        command.args(arguments).arg("-no-color");
        if let Some(file) = &self.call_log {
            // The format follows Terraform's own level. The provider logs its calls on the level DEBUG.
            command.env("TF_LOG_CORE", "JSON").env("TF_LOG_PROVIDER", "DEBUG").env("TF_LOG_PATH", file);
        }
        let status = SupervisedProcess::start(&command, &log, None)?.wait().await?;
        if !status.success() {
            let emulator_log = self.repository.log("emulator");
            bail!(
                "terraform {name} failed; the complete log is {}\n{}the emulator's log is {}\n{}",
                log.display(),
                tail(&log, 25),
                emulator_log.display(),
                tail(&emulator_log, 8)
            );
        }
        Ok(())
    }

    async fn read(&self, arguments: &[&str]) -> Result<Vec<u8>> {
        let mut command = tokio::process::Command::from(self.command());
        let output = command.args(arguments).kill_on_drop(true).output().await.context("cannot start terraform")?;
        if !output.status.success() {
            bail!("terraform {} failed: {}", arguments.join(" "), String::from_utf8_lossy(&output.stderr));
        }
        Ok(output.stdout)
    }

    fn command(&self) -> Command {
        let mut command = self.program("terraform");
        command.current_dir(&self.folder);
        command
    }

    /// Returns a program that uses the emulator as AWS.
    fn program(&self, program: impl AsRef<OsStr>) -> Command {
        let mut command = Command::new(program);
        // The user's settings for real accounts must not affect a local run.
        for (name, _) in std::env::vars_os() {
            let name = name.to_string_lossy().into_owned();
            if name.starts_with("AWS_") || name.starts_with("TF_") {
                command.env_remove(name);
            }
        }
        // A quarter of Terraform's CPU time is garbage collection, which this value halves for more memory.
        command.env("GOGC", "400");
        command.env("AWS_ENDPOINT_URL", &self.endpoint).env("TF_IN_AUTOMATION", "1").env("CHECKPOINT_DISABLE", "1");
        match &self.cli_config {
            Some(config) => command.env("TF_CLI_CONFIG_FILE", config),
            // The provider has hundreds of megabytes, so all copies share one download.
            None => command.env("TF_PLUGIN_CACHE_DIR", self.repository.harness_directory.join("terraform-plugins")),
        };
        command
    }
}
