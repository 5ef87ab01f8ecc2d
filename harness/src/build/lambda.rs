//! Builds programs for Lambda with `cargo lambda` and Zig as the linker, on any machine. The programs link dynamically only
//! against glibc, in the version that Lambda has. Each further shared library adds 0.1 ms of CPU time to a cold start.

use std::env::{join_paths, split_paths};
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, bail};
use clap::ValueEnum;
use hookline::output::Step;
use launcher::cargo;

use crate::build::auditable::INSTALL;
use crate::build::glibc::LAMBDA_VERSION;
use crate::build::python;
use crate::system::log::tail;
use crate::system::repository::Repository;
use crate::system::supervisor::SupervisedProcess;

const REQUIREMENTS: &str = include_str!("requirements.txt");

/// Instruction set of a function.
#[derive(Debug, Clone, Copy, ValueEnum)]
pub enum Architecture {
    /// AWS Graviton.
    Arm64,
    /// Intel and AMD.
    #[value(name = "x86_64")]
    X86_64,
}

impl Architecture {
    /// Returns the instruction set of this machine.
    ///
    /// # Errors
    ///
    /// If Lambda does not support it.
    pub fn of_this_machine() -> Result<Self> {
        match std::env::consts::ARCH {
            "aarch64" => Ok(Self::Arm64),
            "x86_64" => Ok(Self::X86_64),
            other => bail!("Lambda does not support the architecture `{other}`"),
        }
    }

    fn triple(self) -> &'static str {
        match self {
            Self::Arm64 => "aarch64-unknown-linux-gnu",
            Self::X86_64 => "x86_64-unknown-linux-gnu",
        }
    }
}

/// Runs `cargo lambda build` with additional arguments. [`executable`] returns the path of each built program. With a
/// `commit`, the programs report it with their version.
///
/// # Errors
///
/// If the build fails, or `cargo lambda` cannot be installed.
pub async fn build(
    repository: &Repository,
    architecture: Architecture,
    arguments: &[&str],
    commit: Option<&str>,
) -> Result<()> {
    run(repository, architecture, &["lambda", "build"], arguments, commit).await
}

/// Like [`build`], with the list of its dependencies in each program (`cargo auditable`).
///
/// # Errors
///
/// If the build fails, `cargo lambda` cannot be installed, or `cargo auditable` is not installed.
pub async fn build_auditable(
    repository: &Repository,
    architecture: Architecture,
    arguments: &[&str],
    commit: Option<&str>,
) -> Result<()> {
    let built = run(repository, architecture, &["auditable", "lambda", "build"], arguments, commit).await;
    built.with_context(|| format!("if `cargo auditable` is missing, run `{INSTALL}`"))
}

async fn run(
    repository: &Repository,
    architecture: Architecture,
    command: &[&str],
    arguments: &[&str],
    commit: Option<&str>,
) -> Result<()> {
    let tools = python::environment(repository, "cargo lambda and Zig", REQUIREMENTS).await?;
    let triple = architecture.triple();
    let step = Step::start(format!("build for Lambda, {triple}: {}", arguments.join(" ")));
    let log = repository.log("lambda");
    std::fs::write(&log, "")?;
    let mut cargo = cargo::command();
    // `cargo lambda` would install a missing Rust target. That is the user's decision.
    cargo.args(command).args(["--release", "--locked", "--skip-target-check"]);
    cargo.args(["--target", &format!("{triple}.{}.{}", LAMBDA_VERSION.0, LAMBDA_VERSION.1)]).args(arguments);
    let path = std::env::var_os("PATH").unwrap_or_default();
    cargo.env("PATH", join_paths([tools].into_iter().chain(split_paths(&path)))?);
    // All workspaces use one target directory, so that common dependencies are built once.
    cargo.env("CARGO_TARGET_DIR", &repository.target_directory).current_dir(&repository.root);
    // Paths of this machine would make the program differ between machines.
    cargo.env("RUSTFLAGS", path_remapping(repository));
    if let Some(commit) = commit {
        cargo.env("HOOKLINE_COMMIT", commit);
    }
    let status = SupervisedProcess::start(&cargo, &log, None)?.wait().await?;
    if !status.success() {
        let failure =
            format!("the build for Lambda failed; if the target is missing, run `rustup target add {triple}`");
        bail!("{failure}; the complete log is {}\n{}", log.display(), tail(&log, 30));
    }
    step.done("");
    Ok(())
}

/// Path of a built program.
#[must_use]
pub fn executable(repository: &Repository, name: &str) -> PathBuf {
    repository.target_directory.join("lambda").join(name).join("bootstrap")
}

/// Returns compiler flags that replace the local paths of sources.
fn path_remapping(repository: &Repository) -> String {
    let cargo_home = std::env::var_os("CARGO_HOME").map(PathBuf::from);
    let cargo_home = cargo_home.or_else(|| std::env::home_dir().map(|home| home.join(".cargo")));
    let remap = |from: &Path, to: &str| format!("--remap-path-prefix={}={to}", from.display());
    let flags = cargo_home.iter().map(|home| remap(home, "/cargo"));
    // The last flag that matches a path applies, so the target directory, which is often in the repository, is the last one.
    let folders = [remap(&repository.root, "/hookline"), remap(&repository.target_directory, "/target")];
    flags.chain(folders).collect::<Vec<_>>().join(" ")
}
