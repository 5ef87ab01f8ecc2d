//! Packages functions for Lambda: a zip file with the executable `bootstrap`. All times in it are fixed, so that the package
//! changes only with the program. For local runs, the functions are built for this machine and not compressed.

use std::fs::File;
use std::io::copy;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, bail};
use hookline::output::Step;
use launcher::cargo;
use zip::write::SimpleFileOptions;
use zip::{CompressionMethod, DateTime, ZipWriter};

use crate::system::log::tail;
use crate::system::repository::Repository;
use crate::system::supervisor::SupervisedProcess;

/// Path of each function's package.
#[derive(Debug, Clone)]
pub struct Packages {
    /// Package of the ingest function.
    pub ingest: PathBuf,
    /// Package of the process function.
    pub process: PathBuf,
    /// Package of the recover function.
    pub recover: PathBuf,
}

impl Packages {
    /// Returns the paths.
    pub(crate) fn paths(&self) -> [&Path; 3] {
        [&self.ingest, &self.process, &self.recover]
    }

    /// Links the packages as `target/lambda` has them: `ingest/bootstrap.zip` and so on.
    pub(crate) fn link(&self, folder: &Path) -> Result<()> {
        for (function, package) in ["ingest", "process", "recover"].iter().zip(self.paths()) {
            let link = folder.join(function).join("bootstrap.zip");
            std::fs::create_dir_all(folder.join(function))?;
            if link.exists() {
                std::fs::remove_file(&link)?;
            }
            std::fs::hard_link(package, &link).with_context(|| format!("cannot link `{}`", package.display()))?;
        }
        Ok(())
    }
}

/// Builds the functions for this machine, also the one of the team that receives events, and packages those of Hookline.
///
/// # Errors
///
/// If the build fails or a package cannot be written.
pub async fn build(repository: &Repository) -> Result<Packages> {
    build_programs(repository, "the functions", &["ingest", "process", "receiver", "recover"]).await?;
    Ok(Packages {
        ingest: package(repository, "ingest")?,
        process: package(repository, "process")?,
        recover: package(repository, "recover")?,
    })
}

/// Packages the function of the team, which [`build`] has built.
///
/// # Errors
///
/// If the package cannot be written.
pub(crate) fn receiver(repository: &Repository) -> Result<PathBuf> {
    package(repository, "receiver")
}

/// Builds programs for this machine. `what` describes them in messages.
pub(super) async fn build_programs(repository: &Repository, what: &str, names: &[&str]) -> Result<()> {
    let step = Step::start(format!("build {what}"));
    let log = repository.log("build");
    std::fs::write(&log, "")?;
    let mut cargo = cargo::command();
    cargo.arg("build").args(names.iter().flat_map(|name| ["--bin", *name])).current_dir(&repository.root);
    let status = SupervisedProcess::start(&cargo, &log, None)?.wait().await?;
    if !status.success() {
        bail!("the build of {what} failed; the complete log is {}\n{}", log.display(), tail(&log, 30));
    }
    step.done("");
    Ok(())
}

/// The instruction set of this machine, as the module's variable `architecture` has it.
pub(crate) fn architecture() -> &'static str {
    if cfg!(target_arch = "aarch64") { "arm64" } else { "x86_64" }
}

fn package(repository: &Repository, function: &str) -> Result<PathBuf> {
    let program = repository.target_directory.join("debug").join(function);
    let package = repository.harness_directory.join(format!("{function}.zip"));
    write(&program, &package, CompressionMethod::Stored)
        .with_context(|| format!("cannot package `{}`", program.display()))?;
    Ok(package)
}

/// Size budget of each function's package, in bytes. Lambda downloads the package at each cold start.
pub const BUDGETS: [(&str, u64); 3] = [("ingest", 3_200_000), ("process", 4_000_000), ("recover", 3_000_000)];

/// The compression level of packages for Lambda. Levels above 9 are Zopfli with this many more iterations.
const SMALLEST: i64 = 14;

/// Writes the package of a program. Compression takes more than a minute for the largest program, and shows a step.
///
/// # Errors
///
/// If the program cannot be read or the package cannot be written.
pub fn write(program: &Path, package: &Path, compression: CompressionMethod) -> Result<()> {
    let mut zip = ZipWriter::new(File::create(package)?);
    // Lambda downloads the package at each cold start, so it is worth the time for the smallest one.
    let level = (compression == CompressionMethod::Deflated).then_some(SMALLEST);
    let step = level.map(|_| Step::start(format!("compress {}", program.display())));
    let options = SimpleFileOptions::default()
        .compression_method(compression)
        .compression_level(level)
        .last_modified_time(DateTime::default())
        .unix_permissions(0o755);
    zip.start_file("bootstrap", options)?;
    copy(&mut File::open(program)?, &mut zip)?;
    zip.finish()?;
    if let Some(step) = step {
        step.done("");
    }
    Ok(())
}

/// Copies a package to a new file next to it. The copy has an additional empty folder, so that its hash differs and the
/// program stays the same.
///
/// # Errors
///
/// If the package cannot be copied or is not a zip file.
pub fn copy_with_new_hash(package: &Path) -> Result<PathBuf> {
    let copied = package.with_extension("copy.zip");
    std::fs::copy(package, &copied).with_context(|| format!("cannot copy `{}`", package.display()))?;
    let file = File::options().read(true).write(true).open(&copied)?;
    let mut zip = ZipWriter::new_append(file).context("the package is not a zip file")?;
    zip.add_directory("copy", SimpleFileOptions::default().last_modified_time(DateTime::default()))?;
    zip.finish()?;
    Ok(copied)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn packages_of_one_program_are_identical() {
        let folder = tempfile::tempdir().unwrap();
        let (program, package) = (folder.path().join("program"), folder.path().join("package.zip"));
        std::fs::write(&program, "a program").unwrap();
        write(&program, &package, CompressionMethod::Deflated).unwrap();
        let first = std::fs::read(&package).unwrap();
        write(&program, &package, CompressionMethod::Deflated).unwrap();
        assert_eq!(first, std::fs::read(&package).unwrap());
        assert_ne!(first, std::fs::read(copy_with_new_hash(&package).unwrap()).unwrap());
    }
}
