//! Python packages, in virtual environments of the harness's own: exactly those that a list of requirements names, by hash.

use std::path::PathBuf;
use std::process::Command;

use anyhow::{Context, Result, bail};
use sha2::{Digest, Sha256};

use crate::system::repository::{Repository, tail};
use crate::system::supervisor::SupervisedProcess;
use hookline::output::Step;

/// The folder of an environment's programs. Made once for each content of the requirements; `what` they are, a person reads.
pub async fn environment(files: &Repository, what: &str, requirements: &str) -> Result<PathBuf> {
    let name: String = hex::encode(Sha256::digest(requirements)).chars().take(12).collect();
    let folder = files.own.join(format!("python-{name}"));
    let (programs, complete) = (folder.join("bin"), folder.join("complete"));
    let python = programs.join("python");
    // An environment whose Python was replaced since does not run.
    if complete.exists() && Command::new(&python).arg("--version").output().is_ok_and(|it| it.status.success()) {
        return Ok(programs);
    }
    let step = Step::start(format!("install {what} (once)"));
    let _ = std::fs::remove_dir_all(&folder);
    let file = files.own.join(format!("requirements-{name}.txt"));
    std::fs::write(&file, requirements).with_context(|| format!("cannot write {}", file.display()))?;
    let log = files.log("python");
    std::fs::write(&log, "")?;

    let mut venv = Command::new("python3");
    venv.args(["-m", "venv"]).arg(&folder);
    run(files, &venv, "python3 -m venv fails (on Debian it is the package python3-venv)").await?;
    let mut pip = Command::new(&python);
    pip.args(["-m", "pip", "install", "--quiet", "--require-hashes", "--only-binary", ":all:", "--requirement"]);
    let failure = format!("{what} cannot be installed (is the package index in reach?)");
    run(files, pip.arg(&file), &failure).await?;
    std::fs::write(complete, "")?;
    step.done("");
    Ok(programs)
}

async fn run(files: &Repository, command: &Command, failure: &str) -> Result<()> {
    let log = files.log("python");
    let status = SupervisedProcess::start(command, &log, None)?.wait().await?;
    if !status.success() {
        bail!("{failure}; the whole log is {}\n{}", log.display(), tail(&log, 15));
    }
    Ok(())
}
