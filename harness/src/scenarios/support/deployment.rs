use std::path::Path;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Mutex, PoisonError};

use anyhow::{Context, Result};
use serde_json::{Value, json};

use crate::build::package;
use crate::terraform::{Outputs, ScriptResult, Terraform};

/// The Terraform configuration of the stack, for scenarios that change it.
pub(crate) struct Deployment {
    terraform: Terraform,
    /// The variables at the beginning of the run.
    variables: Value,
    /// The applied variables.
    current: Mutex<Value>,
    /// False if the run uses a stack that was up to date, without an apply.
    pub(crate) applied: bool,
    changed: AtomicBool,
}

impl Deployment {
    pub(crate) fn new(terraform: Terraform, variables: Value, applied: bool) -> Self {
        let current = Mutex::new(variables.clone());
        Self { terraform, variables, current, applied, changed: AtomicBool::new(false) }
    }

    /// Returns true if the stack differs from the beginning of the run.
    pub(crate) fn is_changed(&self) -> bool {
        self.changed.load(Ordering::Relaxed)
    }

    /// Returns the changes of a plan with the variables of the beginning.
    pub(crate) async fn drift(&self) -> Result<Vec<String>> {
        self.terraform.plan(&self.variables).await
    }

    pub(crate) async fn outputs(&self) -> Result<Outputs> {
        self.terraform.outputs().await
    }

    /// Returns the variables at the beginning of the run.
    pub(crate) fn variables(&self) -> &Value {
        &self.variables
    }

    /// Returns the applied variables.
    pub(crate) fn current(&self) -> Value {
        self.current.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// Returns the applied variables with other packages, which have the same programs and other hashes.
    pub(crate) fn with_new_packages(&self) -> Result<Value> {
        let mut variables = self.current();
        for function in ["ingest", "process"] {
            let original = &self.variables["packages"][function];
            let path = original.as_str().context("a package has no path")?;
            variables["packages"][function] = match variables["packages"][function] == *original {
                true => json!(package::copy_with_new_hash(Path::new(path))?),
                false => original.clone(),
            };
        }
        Ok(variables)
    }

    pub(crate) async fn plan(&self, variables: &Value) -> Result<Vec<String>> {
        self.terraform.plan(variables).await
    }

    /// Applies the variables. This publishes versions and moves no traffic. Scenarios restore each resource that they
    /// change, so Terraform does not read them first.
    pub(crate) async fn apply(&self, variables: &Value) -> Result<()> {
        self.set_current(variables);
        self.terraform.apply_without_refresh(variables).await
    }

    /// Applies only one module.
    pub(crate) async fn apply_module(&self, variables: &Value, module: &str) -> Result<()> {
        self.changed.store(true, Ordering::Relaxed);
        self.terraform.apply_only(variables, &[module]).await
    }

    /// Applies the last plan, which was made with these variables.
    pub(crate) async fn apply_planned(&self, variables: &Value) -> Result<()> {
        self.set_current(variables);
        self.terraform.apply_planned().await
    }

    /// Releases the published versions. `smoke_secret` is the secret of the source `github`.
    pub(crate) async fn release(&self, smoke_secret: &str, options: &[&str]) -> Result<ScriptResult> {
        self.changed.store(true, Ordering::Relaxed);
        let environment = [("SMOKE_SECRET", smoke_secret), ("SMOKE_SOURCE", "github")];
        self.terraform.try_script("release.sh", &self.current(), options, &environment).await
    }

    /// Runs a script of `scripts/` for the stack. Returns what the script prints.
    pub(crate) async fn run_script(&self, script: &str, variables: &Value, arguments: &[&str]) -> Result<String> {
        self.changed.store(true, Ordering::Relaxed);
        self.terraform.run_script(script, variables, arguments).await
    }

    fn set_current(&self, variables: &Value) {
        self.changed.store(true, Ordering::Relaxed);
        *self.current.lock().unwrap_or_else(PoisonError::into_inner) = variables.clone();
    }
}
