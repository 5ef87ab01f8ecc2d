//! Builds both functions for this machine and packages them as Lambda wants them: a zip with `bootstrap` in it.
//! Nothing is compressed and every time is fixed: the package changes only with the program.

use std::fs::File;
use std::io::copy;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result, bail};
use zip::write::SimpleFileOptions;
use zip::{CompressionMethod, DateTime, ZipWriter};

use crate::files::{Files, tail};
use crate::guarded::Guarded;
use crate::progress::Step;

/// The packages' paths.
#[derive(Debug, Clone)]
pub(crate) struct Packages {
    pub(crate) ingest: PathBuf,
    pub(crate) process: PathBuf,
}

pub(crate) async fn build(files: &Files) -> Result<Packages> {
    let step = Step::start("build both functions");
    let log = files.log("build");
    std::fs::write(&log, "")?;
    let mut cargo = Command::new(std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into()));
    cargo.args(["build", "--package", "ingest", "--package", "process", "--bins"]).current_dir(&files.repository);
    // `cargo run` describes the harness in these; build scripts that look at them would run again each time.
    for (name, _) in std::env::vars_os() {
        let name = name.to_string_lossy().into_owned();
        if name.starts_with("CARGO_PKG_") || name.starts_with("CARGO_MANIFEST_") {
            cargo.env_remove(name);
        }
    }
    let status = Guarded::start(&cargo, &log, None)?.wait().await?;
    if !status.success() {
        bail!("the functions do not build; the whole log is {}\n{}", log.display(), tail(&log, 30));
    }
    let packages = Packages { ingest: package(files, "ingest")?, process: package(files, "process")? };
    step.done("");
    Ok(packages)
}

fn package(files: &Files, function: &str) -> Result<PathBuf> {
    let program = files.target.join("debug").join(function);
    let package = files.own.join(format!("{function}.zip"));
    write(&program, &package).with_context(|| format!("cannot package {}", program.display()))?;
    Ok(package)
}

fn write(program: &Path, package: &Path) -> Result<()> {
    let mut zip = ZipWriter::new(File::create(package)?);
    let options = SimpleFileOptions::default()
        .compression_method(CompressionMethod::Stored)
        .last_modified_time(DateTime::default())
        .unix_permissions(0o755);
    zip.start_file("bootstrap", options)?;
    copy(&mut File::open(program)?, &mut zip)?;
    zip.finish()?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_same_program_makes_the_same_package() {
        let folder = tempfile::tempdir().unwrap();
        let (program, package) = (folder.path().join("program"), folder.path().join("package.zip"));
        std::fs::write(&program, "a program").unwrap();
        write(&program, &package).unwrap();
        let first = std::fs::read(&package).unwrap();
        write(&program, &package).unwrap();
        assert_eq!(first, std::fs::read(&package).unwrap());
    }
}
