use std::path::Path;
use std::sync::atomic::{AtomicBool, Ordering};

use anyhow::{Context, Result};
use serde_json::{Value, json};

use crate::build::package;
use crate::terraform::{Functions, Outputs, Terraform};

/// What the stack was made by, for scenarios that change it.
pub(crate) struct Deployment {
    terraform: Terraform,
    /// As they are applied at the beginning of a run.
    variables: Value,
    /// Whether this run has applied anything, or found all as it should be.
    pub(crate) applied: bool,
    changed: AtomicBool,
}

impl Deployment {
    pub(crate) fn new(terraform: Terraform, variables: Value, applied: bool) -> Self {
        Self { terraform, variables, applied, changed: AtomicBool::new(false) }
    }

    /// Whether something else is applied than at the beginning.
    pub(crate) fn is_changed(&self) -> bool {
        self.changed.load(Ordering::Relaxed)
    }

    /// What a second plan would change.
    pub(crate) async fn drift(&self) -> Result<Vec<String>> {
        self.terraform.plan(&self.variables).await
    }

    pub(crate) async fn outputs(&self) -> Result<Outputs> {
        self.terraform.outputs().await
    }

    /// Both functions anew: the same programs in packages with another content.
    pub(crate) fn renewed(&self) -> Result<Value> {
        let mut variables = self.variables.clone();
        for function in ["ingest", "process"] {
            let path = self.variables["packages"][function].as_str().context("a package has a path")?;
            variables["packages"][function] = json!(package::renew(Path::new(path))?);
        }
        Ok(variables)
    }

    /// The same, with the aliases held at versions.
    pub(crate) fn pinned(variables: &Value, versions: &Functions) -> Value {
        let mut variables = variables.clone();
        variables["pinned_versions"] = json!({ "ingest": versions.ingest, "process": versions.process });
        variables
    }

    pub(crate) async fn plan(&self, variables: &Value) -> Result<Vec<String>> {
        self.terraform.plan(variables).await
    }

    pub(crate) async fn apply(&self, variables: &Value) -> Result<Outputs> {
        self.changed.store(true, Ordering::Relaxed);
        self.terraform.apply(variables).await
    }

    /// As at the beginning.
    pub(crate) async fn restore(&self) -> Result<()> {
        self.terraform.apply(&self.variables).await?;
        self.changed.store(false, Ordering::Relaxed);
        Ok(())
    }
}
