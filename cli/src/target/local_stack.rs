use std::collections::BTreeMap;
use std::fmt;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, bail};
use serde::Deserialize;

use super::deployment::{TIMEOUTS, Target};
use super::resources::Resources;
use crate::aws;

/// The part of the harness's state file that operators' commands need. The harness writes it to
/// `target/harness/stack.json` and removes it when the stack ends.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct LocalStack {
    emulator: Emulator,
    outputs: Outputs,
    /// The generated secrets. Other members of the file are ignored.
    #[serde(default)]
    secrets: Secrets,
}

#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
struct Outputs {
    /// Names of the stack's AWS resources.
    #[serde(flatten)]
    resources: Resources,
    #[serde(default)]
    api_id: String,
    #[serde(default)]
    stage_name: String,
}

#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize)]
struct Secrets {
    #[serde(default)]
    sources: BTreeMap<String, SecretPair>,
}

/// The sender's side of a source's secret. It is never printed.
#[derive(Clone, PartialEq, Eq, Deserialize)]
struct SecretPair {
    sender: String,
}

impl fmt::Debug for SecretPair {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("SecretPair(redacted)")
    }
}

#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
struct Emulator {
    /// Endpoint of all AWS services.
    endpoint: String,
}

impl LocalStack {
    /// Parses the state file of a running stack.
    ///
    /// # Errors
    ///
    /// If the text is not the state of a stack.
    pub fn from_json(json: &[u8]) -> Result<Self> {
        serde_json::from_slice(json).context("cannot parse the state of the local stack")
    }

    /// Returns the endpoint of all AWS services.
    #[must_use]
    pub fn endpoint(&self) -> &str {
        &self.emulator.endpoint
    }

    /// Returns the names of the stack's AWS resources.
    #[must_use]
    pub fn resources(&self) -> &Resources {
        &self.outputs.resources
    }

    /// Returns the stack of the repository that contains the working directory, or `None` if none is running.
    ///
    /// # Errors
    ///
    /// If the state of the stack cannot be read.
    pub fn running() -> Result<Option<Self>> {
        let Some(file) = state_file()? else { return Ok(None) };
        let json = std::fs::read(&file).with_context(|| format!("cannot read `{}`", file.display()))?;
        Self::from_json(&json).map(Some)
    }

    /// Returns the stack as the deployment that operators' commands work on.
    #[must_use]
    pub fn target(&self) -> Target {
        let sdk = aws::emulator_config(self.emulator.endpoint.clone(), TIMEOUTS);
        Target { sdk, resources: self.outputs.resources.clone() }
    }

    /// Returns the URL of a source. AWS finds the API by its host name; an emulator finds it by a path prefix.
    #[must_use]
    pub fn webhook_url(&self, source: &str) -> String {
        let Outputs { api_id, stage_name, .. } = &self.outputs;
        format!("{}/restapis/{api_id}/{stage_name}/_user_request_/webhooks/{source}", self.emulator.endpoint)
    }

    /// Returns the sender's signing key of a source, if it has one.
    #[must_use]
    pub fn signing_key(&self, source: &str) -> Option<&str> {
        self.secrets.sources.get(source).map(|pair| pair.sender.as_str())
    }
}

/// Returns the running local stack of the repository that contains the working directory.
pub(super) fn find() -> Result<Target> {
    let Some(stack) = LocalStack::running()? else {
        bail!(
            "no deployment selected and no local stack is running: use --service PREFIX or --workspace NAME, or start a \
             stack with `cargo harness up`"
        )
    };
    Ok(stack.target())
}

/// Path of the state file, if there is one.
fn state_file() -> Result<Option<PathBuf>> {
    let working_directory = std::env::current_dir().context("cannot find the working directory")?;
    let target = std::env::var_os("CARGO_TARGET_DIR").map(PathBuf::from);
    let target = target.or_else(|| Some(repository(&working_directory)?.join("target")));
    Ok(target.map(|target| target.join("harness/stack.json")).filter(|file| file.exists()))
}

/// Returns the Hookline repository that contains the working directory.
///
/// # Errors
///
/// If the working directory is not in a repository.
pub fn working_repository() -> Result<PathBuf> {
    let working_directory = std::env::current_dir().context("cannot find the working directory")?;
    let repository = repository(&working_directory).map(Path::to_owned);
    repository.context("the command needs the repository: run it inside the repository")
}

/// Returns the closest parent directory that is a Hookline repository.
fn repository(directory: &Path) -> Option<&Path> {
    directory.ancestors().find(|parent| parent.join("terraform/modules/hookline").is_dir())
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn state_has_the_url_and_the_signing_key_of_a_source() {
        let state = json!({
            "emulator": { "kind": "ministack", "endpoint": "http://127.0.0.1:4566" },
            "outputs": {
                "api_id": "a1", "stage_name": "live", "queue_url": "", "queue_arn": "", "retry_queue_url": "",
                "retry_queue_arn": "", "dlq_url": "", "dlq_arn": "", "api_log_group_name": null,
                "function_names": { "ingest": "hookline-e2e-ingest", "process": "" },
                "log_group_names": { "ingest": "", "process": "" },
            },
            "secrets": { "sources": { "github": { "sender": "not-a-real-key", "store": "x" } }, "destinations": {} },
        });
        let stack = LocalStack::from_json(state.to_string().as_bytes()).unwrap();
        let url = "http://127.0.0.1:4566/restapis/a1/live/_user_request_/webhooks/github";
        assert_eq!(stack.webhook_url("github"), url);
        assert_eq!((stack.signing_key("github"), stack.signing_key("none")), (Some("not-a-real-key"), None));
        assert_eq!(stack.target().resources.prefix(), "hookline-e2e");
        assert!(!format!("{stack:?}").contains("not-a-real-key"));
    }
}
