use std::path::PathBuf;
use std::process::ExitCode;

use anyhow::{Context, Result};
use clap::Args;
use comfy_table::{Table, presets};
use serde_json::json;
use sha2::{Digest, Sha256};
use zip::CompressionMethod;

use crate::build::glibc;
use crate::build::lambda::{self, Architecture};
use crate::build::package;
use crate::system::repository::Repository;
use hookline::output::print_line;

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
        let files = Repository::find()?;
        let _lock = files.lock()?;
        lambda::build(&files, self.arch, &["--package", "ingest", "--package", "process"]).await?;
        let made = BUDGETS.map(|(function, budget)| pack(&files, function, budget));
        let made = made.into_iter().collect::<Result<Vec<_>>>()?;
        if self.json {
            let row =
                |it: &Made| json!({ "function": it.function, "path": it.path, "bytes": it.bytes, "sha256": it.sha256 });
            print_line(format_args!("{}", serde_json::to_string_pretty(&made.iter().map(row).collect::<Vec<_>>())?));
        } else {
            print_line(format_args!("{}", table(&made)));
        }
        Ok(ExitCode::SUCCESS)
    }
}

fn pack(files: &Repository, function: &'static str, budget: u64) -> Result<Made> {
    let program = lambda::program(files, function);
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
