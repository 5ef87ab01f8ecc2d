//! Virtual environments with Python packages. `pip` installs exactly the packages of a requirements file and checks their
//! hashes.

use std::path::PathBuf;
use std::process::Command;

use anyhow::{Context, Result, bail};
use hookline::output::Step;
use sha2::{Digest, Sha256};

use crate::system::repository::{Repository, tail};
use crate::system::supervisor::SupervisedProcess;

/// Returns the folder with the executables of an environment. The function creates one environment for each content of
/// `requirements`. `description` names the packages in messages.
///
/// # Errors
///
/// If Python is missing or the packages cannot be installed.
pub async fn environment(repository: &Repository, description: &str, requirements: &str) -> Result<PathBuf> {
    let name: String = hex::encode(Sha256::digest(requirements)).chars().take(12).collect();
    let folder = repository.harness_directory.join(format!("python-{name}"));
    let (programs, complete) = (folder.join("bin"), folder.join("complete"));
    let python = programs.join("python");
    // An environment stops working when its Python is replaced.
    if complete.exists() && Command::new(&python).arg("--version").output().is_ok_and(|output| output.status.success())
    {
        return Ok(programs);
    }
    let step = Step::start(format!("install {description} (once)"));
    let _ = std::fs::remove_dir_all(&folder);
    let file = repository.harness_directory.join(format!("requirements-{name}.txt"));
    std::fs::write(&file, requirements).with_context(|| format!("cannot write `{}`", file.display()))?;
    let log = repository.log("python");
    std::fs::write(&log, "")?;

    let mut venv = Command::new("python3");
    venv.args(["-m", "venv"]).arg(&folder);
    run(repository, &venv, "`python3 -m venv` failed (on Debian, install the package python3-venv)").await?;
    let mut pip = Command::new(&python);
    pip.args(["-m", "pip", "install", "--quiet", "--require-hashes", "--only-binary", ":all:", "--requirement"]);
    let failure = format!("cannot install {description}: check the connection to the package index");
    run(repository, pip.arg(&file), &failure).await?;
    std::fs::write(complete, "")?;
    step.done("");
    Ok(programs)
}

async fn run(repository: &Repository, command: &Command, failure: &str) -> Result<()> {
    let log = repository.log("python");
    let status = SupervisedProcess::start(command, &log, None)?.wait().await?;
    if !status.success() {
        bail!("{failure}; the complete log is {}\n{}", log.display(), tail(&log, 15));
    }
    Ok(())
}
