//! Programs as Lambda runs them: built by `cargo lambda`, with Zig as the linker, wherever that is. They need of the machine
//! that they start on nothing but the C library, and of that the version that Lambda has: each further library that is
//! loaded at a start costs a tenth of a millisecond of CPU.

use std::env::{join_paths, split_paths};
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Result, bail};
use clap::ValueEnum;

use crate::build::glibc::LAMBDA;
use crate::build::package;
use crate::build::python;
use crate::system::repository::{Repository, tail};
use crate::system::supervisor::SupervisedProcess;
use hookline::output::Step;

const REQUIREMENTS: &str = include_str!("requirements.txt");

/// An instruction set.
#[derive(Debug, Clone, Copy, ValueEnum)]
pub enum Architecture {
    Arm64,
    #[value(name = "x86_64")]
    X86_64,
}

impl Architecture {
    /// This machine's.
    pub fn here() -> Result<Self> {
        match std::env::consts::ARCH {
            "aarch64" => Ok(Self::Arm64),
            "x86_64" => Ok(Self::X86_64),
            other => bail!("Lambda has no {other}"),
        }
    }

    fn triple(self) -> &'static str {
        match self {
            Self::Arm64 => "aarch64-unknown-linux-gnu",
            Self::X86_64 => "x86_64-unknown-linux-gnu",
        }
    }
}

/// Builds what the arguments name; each program is then at [`program`].
pub async fn build(files: &Repository, architecture: Architecture, arguments: &[&str]) -> Result<()> {
    let tools = python::environment(files, "cargo lambda and Zig", REQUIREMENTS).await?;
    let triple = architecture.triple();
    let step = Step::start(format!("build for Lambda, {triple}: {}", arguments.join(" ")));
    let log = files.log("lambda");
    std::fs::write(&log, "")?;
    let mut cargo = Command::new(std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into()));
    // The target is the caller's to have: its installation would not be ours to start.
    cargo.args(["lambda", "build", "--release", "--locked", "--skip-target-check"]);
    cargo.args(["--target", &format!("{triple}.{}.{}", LAMBDA.0, LAMBDA.1)]).args(arguments);
    package::forget_harness(&mut cargo);
    let path = std::env::var_os("PATH").unwrap_or_default();
    cargo.env("PATH", join_paths([tools].into_iter().chain(split_paths(&path)))?);
    // One folder for all workspaces: what they have in common is built once.
    cargo.env("CARGO_TARGET_DIR", &files.target).current_dir(&files.repository);
    // The same program wherever it is built: no path of this machine is in it.
    cargo.env("RUSTFLAGS", remapped(files));
    let status = SupervisedProcess::start(&cargo, &log, None)?.wait().await?;
    if !status.success() {
        let hint = format!("it does not build for Lambda (is the target there? `rustup target add {triple}`)");
        bail!("{hint}; the whole log is {}\n{}", log.display(), tail(&log, 30));
    }
    step.done("");
    Ok(())
}

/// Where a program is once it is built.
pub fn program(files: &Repository, name: &str) -> PathBuf {
    files.target.join("lambda").join(name).join("bootstrap")
}

fn remapped(files: &Repository) -> String {
    let cargo_home = std::env::var_os("CARGO_HOME").map(PathBuf::from);
    let cargo_home = cargo_home.or_else(|| std::env::home_dir().map(|home| home.join(".cargo")));
    let remap = |from: &Path, to: &str| format!("--remap-path-prefix={}={to}", from.display());
    let homes = cargo_home.iter().map(|home| remap(home, "/cargo"));
    homes.chain([remap(&files.repository, "/hookline")]).collect::<Vec<_>>().join(" ")
}
