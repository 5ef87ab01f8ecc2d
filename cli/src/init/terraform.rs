//! Terraform's own checks of a configuration.

use std::io::ErrorKind;
use std::path::Path;
use std::process::{Command, Output, Stdio};

use anyhow::{Context, Result, ensure};

/// How Terraform has checked a configuration.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Checked {
    Formatted,
    Validated,
    /// There is no Terraform that runs. The files have the form of `terraform fmt` anyway.
    NoTerraform,
    /// Terraform has found an error, or could not download the provider.
    Invalid,
}

impl Checked {
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Formatted => "formatted",
            Self::Validated => "validated",
            Self::NoTerraform => "not_found",
            Self::Invalid => "invalid",
        }
    }
}

/// The program, by its name on the PATH.
pub(crate) const PROGRAM: &str = "terraform";

/// Fails if there is no Terraform.
pub(crate) fn require(program: &str) -> Result<()> {
    let is_there = run(program, Path::new("."), &["version"])?;
    ensure!(is_there, "--validate needs `{program}` on the PATH: install it, or leave out --validate");
    Ok(())
}

/// Formats the file, and with `validate` downloads the provider and validates the configuration. Returns Terraform's
/// error too, if there is one; the files stay.
pub(crate) fn check(program: &str, directory: &Path, file: &str, validate: bool) -> (Checked, Option<String>) {
    // The file has this form already, so a program that does not run, such as one of a version manager without a version,
    // is no error here.
    let is_formatted = matches!(run(program, directory, &["fmt", "-list=false", file]), Ok(true));
    if !validate {
        return (if is_formatted { Checked::Formatted } else { Checked::NoTerraform }, None);
    }
    let steps: [&[&str]; 2] = [&["init", "-backend=false", "-input=false", "-no-color"], &["validate", "-no-color"]];
    for step in steps {
        match run(program, directory, step) {
            Ok(true) => (),
            Ok(false) => return (Checked::NoTerraform, None),
            Err(error) => return (Checked::Invalid, Some(format!("{error:#}"))),
        }
    }
    (Checked::Validated, None)
}

/// Returns whether the program exists.
fn run(program: &str, directory: &Path, arguments: &[&str]) -> Result<bool> {
    let command = format!("terraform {}", arguments.first().copied().unwrap_or_default());
    let output = Command::new(program).args(arguments).current_dir(directory).stdin(Stdio::null()).output();
    let Output { status, stdout, stderr } = match output {
        Err(error) if error.kind() == ErrorKind::NotFound => return Ok(false),
        output => output.with_context(|| format!("cannot run `{command}`"))?,
    };
    let text = [stdout, stderr].map(|bytes| String::from_utf8_lossy(&bytes).trim().to_owned());
    let folder = directory.display();
    ensure!(
        status.success(),
        "`{command}` failed in `{folder}`: correct the error, and run `terraform init` and `terraform validate` there\n{}",
        text.join("\n").trim()
    );
    Ok(true)
}

#[cfg(test)]
mod tests {
    use std::fs::{read_to_string, write};

    use super::*;

    #[test]
    fn file_is_formatted_and_validated_on_request() {
        let directory = tempfile::tempdir().unwrap();
        // The shell takes the first argument as the name of a script.
        for (command, script) in [("fmt", ""), ("init", ""), ("validate", "echo 'Error: wrong' >&2; exit 1")] {
            write(directory.path().join(command), format!("echo $0 $1 >>commands; {script}")).unwrap();
        }
        assert_eq!(check("sh", directory.path(), "main.tf", false), (Checked::Formatted, None));
        let (checked, error) = check("sh", directory.path(), "main.tf", true);
        assert_eq!(checked, Checked::Invalid);
        let error = error.unwrap();
        assert!(error.starts_with("`terraform validate` failed in") && error.ends_with("Error: wrong"), "{error}");
        let commands = read_to_string(directory.path().join("commands")).unwrap();
        assert_eq!(commands, "fmt -list=false\nfmt -list=false\ninit -backend=false\nvalidate -no-color\n");
        write(directory.path().join("validate"), "").unwrap();
        assert_eq!(check("sh", directory.path(), "main.tf", true), (Checked::Validated, None));
        write(directory.path().join("fmt"), "exit 126").unwrap();
        assert_eq!(check("sh", directory.path(), "main.tf", false), (Checked::NoTerraform, None));
    }

    #[test]
    fn missing_program_is_an_error_only_for_the_validation() {
        let directory = tempfile::tempdir().unwrap();
        let missing = directory.path().join("missing").to_str().unwrap().to_owned();
        assert_eq!(check(&missing, directory.path(), "main.tf", false), (Checked::NoTerraform, None));
        assert!(require(&missing).unwrap_err().to_string().contains("leave out --validate"));
    }
}
