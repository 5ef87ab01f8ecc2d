//! The emulator's Python packages, in a virtual environment of the harness's own: exactly those that `requirements.txt`
//! names, by hash.

use std::path::PathBuf;
use std::process::Command;

use anyhow::{Context, Result, bail};
use sha2::{Digest, Sha256};

use crate::files::{Files, tail};
use crate::guarded::Guarded;
use crate::progress::Step;

const REQUIREMENTS: &str = include_str!("requirements.txt");

/// The environment's interpreter. Made once for each content of the requirements.
pub(super) async fn make(files: &Files) -> Result<PathBuf> {
    let name: String = hex::encode(Sha256::digest(REQUIREMENTS)).chars().take(12).collect();
    let folder = files.own.join(format!("python-{name}"));
    let (python, complete) = (folder.join("bin/python"), folder.join("complete"));
    // An environment whose Python was replaced since does not run.
    if complete.exists() && Command::new(&python).arg("--version").output().is_ok_and(|it| it.status.success()) {
        return Ok(python);
    }
    let step = Step::start("install the emulator (once)");
    let _ = std::fs::remove_dir_all(&folder);
    let requirements = files.own.join("requirements.txt");
    std::fs::write(&requirements, REQUIREMENTS).with_context(|| format!("cannot write {}", requirements.display()))?;
    let log = files.log("python");
    std::fs::write(&log, "")?;

    let mut venv = Command::new("python3");
    venv.args(["-m", "venv"]).arg(&folder);
    run(files, &venv, "python3 -m venv fails (on Debian it is the package python3-venv)").await?;
    let mut pip = Command::new(&python);
    pip.args(["-m", "pip", "install", "--quiet", "--require-hashes", "--only-binary", ":all:", "--requirement"]);
    run(files, pip.arg(&requirements), "the emulator's packages do not install (is the package index in reach?)")
        .await?;
    std::fs::write(complete, "")?;
    step.done("");
    Ok(python)
}

async fn run(files: &Files, command: &Command, failure: &str) -> Result<()> {
    let log = files.log("python");
    let status = Guarded::start(command, &log, None)?.wait().await?;
    if !status.success() {
        bail!("{failure}; the whole log is {}\n{}", log.display(), tail(&log, 15));
    }
    Ok(())
}
