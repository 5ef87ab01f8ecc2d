use std::path::Path;
use std::sync::atomic::{AtomicBool, Ordering};

use anyhow::{Context, Result};
use serde_json::{Value, json};

use crate::build::package;
use crate::terraform::{Functions, Outputs, Terraform};

/// The Terraform configuration of the stack, for scenarios that change it.
pub(crate) struct Deployment {
    terraform: Terraform,
    /// The variables at the beginning of the run.
    variables: Value,
    /// False if the run uses a stack that was up to date, without an apply.
    pub(crate) applied: bool,
    changed: AtomicBool,
}

impl Deployment {
    pub(crate) fn new(terraform: Terraform, variables: Value, applied: bool) -> Self {
        Self { terraform, variables, applied, changed: AtomicBool::new(false) }
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

    /// Returns variables for a deployment of both functions: the same programs in packages with other hashes.
    pub(crate) fn with_new_packages(&self) -> Result<Value> {
        let mut variables = self.variables.clone();
        for function in ["ingest", "process"] {
            let path = self.variables["packages"][function].as_str().context("a package has no path")?;
            variables["packages"][function] = json!(package::copy_with_new_hash(Path::new(path))?);
        }
        Ok(variables)
    }

    /// Returns variables that pin the aliases to versions.
    pub(crate) fn with_pinned_versions(mut variables: Value, versions: &Functions) -> Value {
        variables["pinned_versions"] = json!({ "ingest": versions.ingest, "process": versions.process });
        variables
    }

    pub(crate) async fn plan(&self, variables: &Value) -> Result<Vec<String>> {
        self.terraform.plan(variables).await
    }

    /// Applies the variables. Scenarios restore each resource that they change, so Terraform does not read them first.
    pub(crate) async fn apply(&self, variables: &Value) -> Result<Outputs> {
        self.changed.store(true, Ordering::Relaxed);
        self.terraform.apply_without_refresh(variables).await?;
        self.terraform.outputs().await
    }

    /// Applies the last plan.
    pub(crate) async fn apply_planned(&self) -> Result<Outputs> {
        self.changed.store(true, Ordering::Relaxed);
        self.terraform.apply_planned().await?;
        self.terraform.outputs().await
    }
}
