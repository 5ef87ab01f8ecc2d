use std::path::PathBuf;
use std::process::ExitCode;

use anyhow::{Context, Result, ensure};
use clap::Args;
use comfy_table::{Table, presets};
use hookline::output::print_line;
use serde_json::json;
use sha2::{Digest, Sha256};
use zip::CompressionMethod;

use crate::build::lambda::{self, Architecture};
use crate::build::package::{self, BUDGETS};
use crate::build::{auditable, glibc};
use crate::system::repository::Repository;

#[derive(Debug, Args)]
pub(super) struct Package {
    /// Instruction set, as in the Terraform variable `architecture`
    #[arg(long, value_enum, default_value = "arm64")]
    arch: Architecture,
    /// Embed the list of dependencies in each program, for `cargo audit bin` (needs cargo-auditable)
    #[arg(long)]
    auditable: bool,
    /// Build the packages again from a copy of the repository in another folder, and fail if one has other bytes
    #[arg(long)]
    reproducible: bool,
    /// Print JSON
    #[arg(long)]
    json: bool,
}

/// A package.
struct BuiltPackage {
    function: &'static str,
    path: PathBuf,
    bytes: u64,
    budget: u64,
    sha256: String,
}

impl Package {
    pub(super) async fn run(self) -> Result<ExitCode> {
        let repository = Repository::find()?;
        let _lock = repository.lock()?;
        let commit = repository.commit().await;
        let packages = self.build(&repository, commit.as_deref()).await?;
        if self.json {
            let row = |package: &BuiltPackage| json!({ "function": package.function, "path": package.path, "bytes": package.bytes, "sha256": package.sha256 });
            print_line(format_args!(
                "{}",
                serde_json::to_string_pretty(&packages.iter().map(row).collect::<Vec<_>>())?
            ));
        } else {
            print_line(format_args!("{}", table(&packages)));
        }
        if self.reproducible {
            self.compare_with_copy(&repository, commit.as_deref(), &packages).await?;
        }
        Ok(ExitCode::SUCCESS)
    }

    /// Builds the packages from a copy of the repository, and compares the bytes.
    async fn compare_with_copy(
        &self,
        repository: &Repository,
        commit: Option<&str>,
        packages: &[BuiltPackage],
    ) -> Result<()> {
        let folder = tempfile::Builder::new().prefix("hookline-reproducible-").tempdir()?;
        let copy = repository.copy_to(folder.path()).await?;
        let again = self.build(&copy, commit).await?;
        let differing = packages.iter().zip(&again).filter(|(first, second)| first.sha256 != second.sha256);
        let differing: Vec<_> = differing.map(|(first, _)| first.function).collect();
        if !differing.is_empty() {
            // The error names the folder.
            let _ = folder.keep();
        }
        ensure!(
            differing.is_empty(),
            "a second build from `{}` has other bytes: {}; compare the programs with diffoscope",
            copy.root.display(),
            differing.join(", ")
        );
        eprintln!("a second build from another folder has the same bytes");
        Ok(())
    }

    async fn build(&self, repository: &Repository, commit: Option<&str>) -> Result<Vec<BuiltPackage>> {
        self.build_programs(repository, commit).await?;
        BUDGETS.map(|(function, budget)| create_package(repository, function, budget)).into_iter().collect()
    }

    async fn build_programs(&self, repository: &Repository, commit: Option<&str>) -> Result<()> {
        let functions = &["--package", "ingest", "--package", "process", "--package", "recover"];
        if !self.auditable {
            return lambda::build(repository, self.arch, functions, commit).await;
        }
        lambda::build_auditable(repository, self.arch, functions, commit).await?;
        BUDGETS.iter().try_for_each(|(function, _)| auditable::check(&lambda::executable(repository, function)))
    }
}

fn create_package(repository: &Repository, function: &'static str, budget: u64) -> Result<BuiltPackage> {
    let executable = lambda::executable(repository, function);
    glibc::check(&executable)?;
    let path = executable.with_file_name("bootstrap.zip");
    package::write(&executable, &path, CompressionMethod::Deflated)
        .with_context(|| format!("cannot package `{}`", executable.display()))?;
    let zip = std::fs::read(&path)?;
    let (bytes, sha256) = (zip.len() as u64, hex::encode(Sha256::digest(&zip)));
    Ok(BuiltPackage { function, path, bytes, budget, sha256 })
}

fn table(packages: &[BuiltPackage]) -> String {
    let mut table = Table::new();
    table.load_style(presets::NOTHING).set_header(["function", "bytes", "budget", "sha256", "package"]);
    for BuiltPackage { function, path, bytes, budget, sha256 } in packages {
        let exceeded = if bytes > budget { " (exceeded)" } else { "" };
        let path = path.display().to_string();
        table.add_row([*function, &bytes.to_string(), &format!("{budget}{exceeded}"), sha256, &path]);
    }
    table.to_string()
}
