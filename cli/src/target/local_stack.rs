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
    /// Names of the stack's AWS resources.
    #[serde(rename = "outputs")]
    resources: Resources,
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
        &self.resources
    }
}

/// Returns the running local stack of the repository that contains the working directory.
pub(super) async fn find() -> Result<Target> {
    let Some(file) = state_file()? else {
        bail!(
            "no deployment selected and no local stack is running: use --service PREFIX or --workspace NAME, or start a \
             stack with `cargo harness up`"
        )
    };
    let json = std::fs::read(&file).with_context(|| format!("cannot read `{}`", file.display()))?;
    let LocalStack { emulator, resources } = LocalStack::from_json(&json)?;
    Ok(Target { sdk: aws::emulator_config(emulator.endpoint, TIMEOUTS), resources })
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
