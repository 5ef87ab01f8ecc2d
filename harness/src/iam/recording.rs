//! The provider's calls in the phases of a run.

use std::fmt;
use std::path::PathBuf;
use std::sync::{Mutex, PoisonError};

use anyhow::{Context as _, Result};
use serde::Serialize;

use super::call::Call;
use crate::terraform::Terraform;

/// The operation that creates an HTTP API.
const CREATE_HTTP_API: &str = "ApiGatewayV2/CreateApi";

/// What a run does with an environment.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Phase {
    /// The first apply.
    Create,
    /// A plan without an apply.
    Plan,
    /// An apply that changes resources.
    Update,
    /// An apply that replaces a resource.
    Replace,
    /// The apply that replaces the REST API by an HTTP API.
    SwitchApi,
    /// An apply that changes the HTTP API.
    UpdateHttpApi,
    /// The apply that removes the protection against deletion, and the destroy.
    Destroy,
}

/// A call with its phase and environment.
#[derive(Debug, Clone)]
pub(crate) struct RecordedCall {
    pub(crate) environment: String,
    pub(crate) phase: Phase,
    pub(crate) call: Call,
}

/// Calls of concurrent runs.
#[derive(Debug)]
pub(crate) struct Recording {
    folder: PathBuf,
    calls: Mutex<Vec<RecordedCall>>,
}

impl Recording {
    /// Creates an empty recording. `folder` is for the logs of Terraform.
    pub(crate) fn new(folder: PathBuf) -> Self {
        Self { folder, calls: Mutex::default() }
    }

    /// Does `work` with Terraform and records the provider's calls.
    ///
    /// # Errors
    ///
    /// If `work` fails, or the log cannot be read.
    pub(crate) async fn record<T>(
        &self,
        environment: &str,
        phase: Phase,
        terraform: &Terraform,
        work: impl AsyncFnOnce(Terraform) -> Result<T>,
    ) -> Result<T> {
        let log = self.folder.join(format!("calls-{environment}.log"));
        std::fs::write(&log, "").with_context(|| format!("cannot write `{}`", log.display()))?;
        let result = work(terraform.with_call_log(log.clone())).await?;
        let lines = std::fs::read_to_string(&log).with_context(|| format!("cannot read `{}`", log.display()))?;
        let calls = lines.lines().filter_map(Call::from_log_line);
        let calls = calls.map(|call| RecordedCall { environment: environment.to_owned(), phase, call });
        self.calls.lock().unwrap_or_else(PoisonError::into_inner).extend(calls);
        // The log has hundreds of megabytes of other lines.
        std::fs::remove_file(&log).with_context(|| format!("cannot remove `{}`", log.display()))?;
        Ok(result)
    }

    /// Returns the calls of all phases.
    pub(crate) fn into_calls(self) -> Vec<RecordedCall> {
        self.calls.into_inner().unwrap_or_else(PoisonError::into_inner)
    }
}

impl RecordedCall {
    /// Returns the roles that make the call. Workflows plan with the plan role before a merge, and with the apply role
    /// before an apply. An administrator creates an HTTP API; the roles can change it and its parts.
    pub(crate) fn roles(&self) -> Vec<String> {
        let apply = format!("apply-{}", self.environment);
        match self.phase {
            Phase::Plan => vec!["plan".to_owned(), apply],
            Phase::SwitchApi if self.call.operation() == CREATE_HTTP_API => Vec::new(),
            _ => vec![apply],
        }
    }
}

impl fmt::Display for Phase {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(match self {
            Self::Create => "create",
            Self::Plan => "plan",
            Self::Update => "update",
            Self::Replace => "replace",
            Self::SwitchApi => "rest to http",
            Self::UpdateHttpApi => "update of http",
            Self::Destroy => "destroy",
        })
    }
}
