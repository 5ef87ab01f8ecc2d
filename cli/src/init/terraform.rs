//! Terraform's own checks of a configuration.

use std::io::ErrorKind;
use std::path::Path;
use std::process::{Command, Output, Stdio};

use anyhow::{Context, Result, ensure};

/// What Terraform has done with a configuration.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Checked {
    Formatted,
    Validated,
    /// There is no Terraform. The files have the form of `terraform fmt` anyway.
    NoTerraform,
}

impl Checked {
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Formatted => "formatted",
            Self::Validated => "validated",
            Self::NoTerraform => "not_found",
        }
    }
}

/// Formats the file, and with `validate` downloads the provider and validates the configuration.
///
/// # Errors
///
/// If Terraform finds an error, or if it is missing and has to validate.
pub(crate) fn check(directory: &Path, file: &str, validate: bool) -> Result<Checked> {
    let is_there = run(directory, &["fmt", "-list=false", file])?;
    ensure!(is_there || !validate, "--validate needs `terraform` on the PATH; the files were written");
    if !is_there {
        return Ok(Checked::NoTerraform);
    }
    if !validate {
        return Ok(Checked::Formatted);
    }
    run(directory, &["init", "-backend=false", "-input=false", "-no-color"])?;
    run(directory, &["validate", "-no-color"])?;
    Ok(Checked::Validated)
}

/// Returns whether there is a Terraform.
fn run(directory: &Path, arguments: &[&str]) -> Result<bool> {
    let command = format!("terraform {}", arguments.first().copied().unwrap_or_default());
    let output = Command::new("terraform").args(arguments).current_dir(directory).stdin(Stdio::null()).output();
    let Output { status, stdout, stderr } = match output {
        Err(error) if error.kind() == ErrorKind::NotFound => return Ok(false),
        output => output.with_context(|| format!("cannot run `{command}`"))?,
    };
    let text = [stdout, stderr].map(|bytes| String::from_utf8_lossy(&bytes).trim().to_owned());
    ensure!(
        status.success(),
        "`{command}` failed in `{}`; the files were written\n{}",
        directory.display(),
        text.join("\n").trim()
    );
    Ok(true)
}
