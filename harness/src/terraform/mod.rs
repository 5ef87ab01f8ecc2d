//! Applies the production Terraform, in a copy with one override file: a state on disk and the emulator's endpoint.

mod configuration;
mod copy;
mod drift;
mod mirror;
mod outputs;

use std::ffi::OsStr;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result, bail};
use serde_json::Value;
use sha2::{Digest, Sha256};

pub(crate) use self::configuration::Configuration;
use self::configuration::VARIABLES;
pub use self::outputs::{Functions, Outputs};
use crate::system::repository::{Repository, tail};
use crate::system::supervisor::SupervisedProcess;
use hookline::output::Step;

const OVERRIDE: &str = include_str!("override.tf");

/// A copy of `terraform/` with its state.
pub(crate) struct Terraform {
    files: Repository,
    which: Configuration,
    folder: PathBuf,
    endpoint: String,
    cli_config: Option<PathBuf>,
}

impl Terraform {
    /// Copies the files and initialises; `fresh` forgets the state of an emulator that is gone.
    pub(crate) async fn prepare(files: &Repository, endpoint: &str, which: Configuration, fresh: bool) -> Result<Self> {
        let step = Step::start(format!("prepare {}", which.name));
        let (cli_config, provider) = mirror::cli_config(files).await?;
        let terraform = Self { cli_config, ..Self::at(files, endpoint, which) };
        copy::refresh(&files.repository.join("terraform"), &files.own.join(&terraform.which.name), fresh)?;
        std::fs::write(terraform.folder.join("harness_override.tf"), OVERRIDE)?;
        std::fs::create_dir_all(files.own.join("terraform-plugins"))?;
        // The committed lock has the provider's checksum for one platform; on another, a local run goes without.
        if !cfg!(all(target_os = "linux", target_arch = "x86_64")) {
            let _ = std::fs::remove_file(terraform.folder.join(".terraform.lock.hcl"));
        }
        terraform.run("init", &["init", "-input=false"]).await?;
        terraform.run("workspace", &["workspace", "select", "-or-create", &terraform.which.workspace]).await?;
        step.done(&provider);
        Ok(terraform)
    }

    /// The copy of an earlier run, for a stack that needs no change.
    pub(crate) fn as_it_was(files: &Repository, endpoint: &str) -> Self {
        Self::at(files, endpoint, Configuration::local())
    }

    fn at(files: &Repository, endpoint: &str, which: Configuration) -> Self {
        let folder = files.own.join(&which.name).join(which.module);
        Self { files: files.clone(), which, folder, endpoint: endpoint.to_owned(), cli_config: None }
    }

    /// The local stack, and what came of it.
    pub(crate) async fn apply(&self, variables: &Value) -> Result<Outputs> {
        self.make(variables).await?;
        self.outputs().await
    }

    pub(crate) async fn make(&self, variables: &Value) -> Result<()> {
        let step = Step::start(format!("apply {}", self.which.name));
        self.write(variables)?;
        self.run("apply", &self.which.with_variables(&["apply", "-input=false", "-auto-approve"])).await?;
        step.done("");
        Ok(())
    }

    fn write(&self, variables: &Value) -> Result<()> {
        let file = self.folder.join(VARIABLES);
        let written = std::fs::write(&file, serde_json::to_vec_pretty(variables)?);
        written.with_context(|| format!("cannot write {}", file.display()))
    }

    /// Removes what an apply has made, where ending the emulator is not ours.
    pub(crate) async fn destroy(&self) -> Result<()> {
        let step = Step::start(format!("destroy {}", self.which.name));
        self.run("destroy", &self.which.with_variables(&["destroy", "-input=false", "-auto-approve"])).await?;
        step.done("");
        Ok(())
    }

    pub(crate) async fn outputs(&self) -> Result<Outputs> {
        Outputs::read(&self.read(&["output", "-json"]).await?)
    }

    /// One output.
    pub(crate) async fn output(&self, name: &str) -> Result<Value> {
        serde_json::from_slice(&self.read(&["output", "-json", name]).await?).context("an output is JSON")
    }

    /// What a plan would change, apart from what the emulator is known to report wrongly.
    pub(crate) async fn plan(&self, variables: &Value) -> Result<Vec<String>> {
        self.write(variables)?;
        self.run("plan", &self.which.with_variables(&["plan", "-input=false", "-out=second.tfplan"])).await?;
        let plan = self.read(&["show", "-json", "second.tfplan"]).await?;
        // For whoever looks at plans: linters, for instance.
        std::fs::write(self.files.own.join(format!("{}-plan.json", self.which.name)), &plan)?;
        Ok(drift::changes(&serde_json::from_slice(&plan)?))
    }

    /// What makes an apply needless: the same files, packages, variables and emulator.
    pub(crate) fn fingerprint(files: &Repository, packages: &[&Path], variables: &Value) -> Result<String> {
        let sources = copy::files(&files.repository.join("terraform"))?;
        let paths: Vec<&Path> = sources.iter().map(PathBuf::as_path).chain(packages.iter().copied()).collect();
        let pins = hex::encode(Sha256::digest([OVERRIDE, crate::emulator::PINS].concat()));
        Ok(format!("{} {pins} {variables}", crate::system::repository::fingerprint(&paths)?))
    }

    async fn run<A: AsRef<OsStr>>(&self, name: &str, arguments: &[A]) -> Result<()> {
        let log = self.files.log(&format!("{}-{name}", self.which.name));
        std::fs::write(&log, "")?;
        let mut command = self.command();
        command.args(arguments).arg("-no-color");
        let status = SupervisedProcess::start(&command, &log, None)?.wait().await?;
        if !status.success() {
            let emulator = self.files.log("emulator");
            bail!(
                "terraform {name} fails; the whole log is {}\n{}the emulator's log is {}\n{}",
                log.display(),
                tail(&log, 25),
                emulator.display(),
                tail(&emulator, 8)
            );
        }
        Ok(())
    }

    async fn read(&self, arguments: &[&str]) -> Result<Vec<u8>> {
        let mut command = tokio::process::Command::from(self.command());
        let output = command.args(arguments).kill_on_drop(true).output().await.context("cannot start terraform")?;
        if !output.status.success() {
            bail!("terraform {} fails: {}", arguments.join(" "), String::from_utf8_lossy(&output.stderr));
        }
        Ok(output.stdout)
    }

    fn command(&self) -> Command {
        let mut command = Command::new("terraform");
        command.current_dir(&self.folder);
        // Whatever a person has set for real accounts must not leak into a local run.
        for (name, _) in std::env::vars_os() {
            let name = name.to_string_lossy().into_owned();
            if name.starts_with("AWS_") || name.starts_with("TF_") {
                command.env_remove(name);
            }
        }
        command.env("AWS_ENDPOINT_URL", &self.endpoint).env("TF_IN_AUTOMATION", "1").env("CHECKPOINT_DISABLE", "1");
        match &self.cli_config {
            Some(config) => command.env("TF_CLI_CONFIG_FILE", config),
            // From the registry the provider is hundreds of megabytes: once is enough.
            None => command.env("TF_PLUGIN_CACHE_DIR", self.files.own.join("terraform-plugins")),
        };
        command
    }
}
