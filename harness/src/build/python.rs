//! Virtual environments with Python packages, which the launcher's library installs.

use std::path::PathBuf;

use anyhow::{Context, Result};
use hookline::output::Step;
use launcher::python::Environment;
use tokio::sync::oneshot;

use crate::system::repository::Repository;

/// Returns the folder with the executables of a virtual environment with these packages. Installs it at the first use.
/// `description` names the packages in messages.
///
/// # Errors
///
/// If Python is missing or the packages cannot be installed.
pub async fn environment(repository: &Repository, description: &str, requirements: &'static str) -> Result<PathBuf> {
    let environment = Environment::new(&repository.harness_directory, requirements);
    let programs = environment.programs();
    if environment.is_installed() {
        return Ok(programs);
    }
    let step = Step::start(format!("install {description} (once)"));
    let (sender, installed) = oneshot::channel();
    // Not `spawn_blocking`: after Ctrl-C the runtime would wait for the end of the installation.
    std::thread::spawn(move || sender.send(environment.install()));
    installed.await.context("the installation ended")?.with_context(|| format!("cannot install {description}"))?;
    step.done("");
    Ok(programs)
}
