//! Packages functions as Lambda wants them: a zip with `bootstrap` in it, and every time in it fixed, so that the package
//! changes only with the program. For local runs both are built for this machine, and nothing is compressed.

use std::fs::File;
use std::io::copy;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result, bail};
use zip::write::SimpleFileOptions;
use zip::{CompressionMethod, DateTime, ZipWriter};

use crate::system::repository::{Repository, tail};
use crate::system::supervisor::SupervisedProcess;
use hookline::output::Step;

/// The packages' paths.
#[derive(Debug, Clone)]
pub struct Packages {
    pub ingest: PathBuf,
    pub process: PathBuf,
}

/// Build scripts that look at these would run again each time: `cargo run` describes the harness in them.
pub fn remove_cargo_environment(cargo: &mut Command) {
    for (name, _) in std::env::vars_os() {
        let name = name.to_string_lossy().into_owned();
        if name.starts_with("CARGO_PKG_") || name.starts_with("CARGO_MANIFEST_") {
            cargo.env_remove(name);
        }
    }
}

/// Both functions for this machine.
pub async fn build(repository: &Repository) -> Result<Packages> {
    let step = Step::start("build both functions");
    let log = repository.log("build");
    std::fs::write(&log, "")?;
    let mut cargo = Command::new(std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into()));
    cargo.args(["build", "--bin", "ingest", "--bin", "process"]).current_dir(&repository.root);
    remove_cargo_environment(&mut cargo);
    let status = SupervisedProcess::start(&cargo, &log, None)?.wait().await?;
    if !status.success() {
        bail!("the functions do not build; the whole log is {}\n{}", log.display(), tail(&log, 30));
    }
    let packages = Packages { ingest: package(repository, "ingest")?, process: package(repository, "process")? };
    step.done("");
    Ok(packages)
}

fn package(repository: &Repository, function: &str) -> Result<PathBuf> {
    let program = repository.target_directory.join("debug").join(function);
    let package = repository.harness_directory.join(format!("{function}.zip"));
    write(&program, &package, CompressionMethod::Stored)
        .with_context(|| format!("cannot package {}", program.display()))?;
    Ok(package)
}

/// Writes the package of a program.
pub fn write(program: &Path, package: &Path, compression: CompressionMethod) -> Result<()> {
    let mut zip = ZipWriter::new(File::create(package)?);
    let options = SimpleFileOptions::default()
        .compression_method(compression)
        .last_modified_time(DateTime::default())
        .unix_permissions(0o755);
    zip.start_file("bootstrap", options)?;
    copy(&mut File::open(program)?, &mut zip)?;
    zip.finish()?;
    Ok(())
}

/// The same program in a package with another content, beside the first.
pub fn copy_with_new_hash(package: &Path) -> Result<PathBuf> {
    let renewed = package.with_extension("renewed.zip");
    let _ = std::fs::copy(package, &renewed).with_context(|| format!("cannot copy {}", package.display()))?;
    let file = File::options().read(true).write(true).open(&renewed)?;
    let mut zip = ZipWriter::new_append(file).context("the package is no zip")?;
    zip.add_directory("renewed", SimpleFileOptions::default().last_modified_time(DateTime::default()))?;
    zip.finish()?;
    Ok(renewed)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_same_program_makes_the_same_package() {
        let folder = tempfile::tempdir().unwrap();
        let (program, package) = (folder.path().join("program"), folder.path().join("package.zip"));
        std::fs::write(&program, "a program").unwrap();
        write(&program, &package, CompressionMethod::Deflated).unwrap();
        let first = std::fs::read(&package).unwrap();
        write(&program, &package, CompressionMethod::Deflated).unwrap();
        assert_eq!(first, std::fs::read(&package).unwrap());
        assert_ne!(first, std::fs::read(renew(&package).unwrap()).unwrap());
    }
}
