use std::path::{Path, PathBuf};
use std::process::{Command, ExitCode};

use anyhow::{Context, Result, bail, ensure};
use clap::{Args, ValueEnum};
use comfy_table::{Table, presets};
use serde_json::json;
use sha2::{Digest, Sha256};
use zip::CompressionMethod;

use crate::files::{Files, tail};
use crate::glibc;
use crate::guarded::Guarded;
use crate::package;
use crate::progress::{Step, say};

/// Each function, and how many bytes of package it is meant to stay below: they are fetched at each cold start.
const BUDGETS: [(&str, u64); 2] = [("ingest", 2_000_000), ("process", 3_000_000)];

#[derive(Debug, Args)]
pub(super) struct Package {
    /// Instruction set; the same as Terraform's `architecture`
    #[arg(long, value_enum, default_value = "arm64")]
    arch: Architecture,
    /// Print JSON
    #[arg(long)]
    json: bool,
}

#[derive(Debug, Clone, Copy, ValueEnum)]
enum Architecture {
    Arm64,
    #[value(name = "x86_64")]
    X86_64,
}

/// What was made.
struct Made {
    function: &'static str,
    path: PathBuf,
    bytes: u64,
    budget: u64,
    sha256: String,
}

impl Package {
    pub(super) async fn run(self) -> Result<ExitCode> {
        let files = Files::find()?;
        let _lock = files.lock()?;
        build(&files, self.arch).await?;
        let made = BUDGETS.map(|(function, budget)| pack(&files, function, budget));
        let made = made.into_iter().collect::<Result<Vec<_>>>()?;
        if self.json {
            let row =
                |it: &Made| json!({ "function": it.function, "path": it.path, "bytes": it.bytes, "sha256": it.sha256 });
            say(format_args!("{}", serde_json::to_string_pretty(&made.iter().map(row).collect::<Vec<_>>())?));
        } else {
            say(format_args!("{}", table(&made)));
        }
        Ok(ExitCode::SUCCESS)
    }
}

/// By `cargo lambda`, which links against a C library as old as Lambda's wherever it runs.
async fn build(files: &Files, arch: Architecture) -> Result<()> {
    let cargo = std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
    let installed = Command::new(&cargo).args(["lambda", "--version"]).output().is_ok_and(|it| it.status.success());
    ensure!(installed, "cargo lambda is not installed: `pip install -r .ci/requirements/package.txt`");
    let (flag, triple) = match arch {
        Architecture::Arm64 => ("--arm64", "aarch64-unknown-linux-gnu"),
        Architecture::X86_64 => ("--x86-64", "x86_64-unknown-linux-gnu"),
    };
    let step = Step::start(format!("build both functions for {triple}"));
    let log = files.log("package");
    std::fs::write(&log, "")?;
    let mut command = Command::new(cargo);
    command.args(["lambda", "build", "--release", "--locked", "--skip-target-check", flag]);
    command.args(["--package", "ingest", "--package", "process"]).current_dir(&files.repository);
    package::forget_harness(&mut command);
    // The same program wherever it is built: no path of this machine is in it.
    command.env("RUSTFLAGS", remapped(files));
    let status = Guarded::start(&command, &log, None)?.wait().await?;
    if !status.success() {
        bail!(
            "the functions do not build (is the target there? `rustup target add {triple}`); the whole log is {}\n{}",
            log.display(),
            tail(&log, 30)
        );
    }
    step.done("");
    Ok(())
}

fn remapped(files: &Files) -> String {
    let cargo_home = std::env::var_os("CARGO_HOME").map(PathBuf::from);
    let cargo_home = cargo_home.or_else(|| std::env::home_dir().map(|home| home.join(".cargo")));
    let remap = |from: &Path, to: &str| format!("--remap-path-prefix={}={to}", from.display());
    let homes = cargo_home.iter().map(|home| remap(home, "/cargo"));
    homes.chain([remap(&files.repository, "/hookline")]).collect::<Vec<_>>().join(" ")
}

fn pack(files: &Files, function: &'static str, budget: u64) -> Result<Made> {
    let program = files.target.join("lambda").join(function).join("bootstrap");
    glibc::check(&program)?;
    let path = program.with_file_name("bootstrap.zip");
    package::write(&program, &path, CompressionMethod::Deflated)
        .with_context(|| format!("cannot package {}", program.display()))?;
    let zip = std::fs::read(&path)?;
    let (bytes, sha256) = (zip.len() as u64, hex::encode(Sha256::digest(&zip)));
    Ok(Made { function, path, bytes, budget, sha256 })
}

fn table(made: &[Made]) -> String {
    let mut table = Table::new();
    table.load_style(presets::NOTHING).set_header(["function", "bytes", "budget", "sha256", "package"]);
    for Made { function, path, bytes, budget, sha256 } in made {
        let over = if bytes > budget { " (over)" } else { "" };
        let path = path.display().to_string();
        table.add_row([*function, &bytes.to_string(), &format!("{budget}{over}"), sha256, &path]);
    }
    table.to_string()
}
