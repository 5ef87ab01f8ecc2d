//! What `hookline init` prints.

use std::fmt::Write as _;
use std::path::{Path, PathBuf};

use serde_json::{Value, json};

use crate::init::next_steps::{NextStep, quoted};
use crate::init::terraform::Checked;

/// A configuration that was written.
pub(super) struct Written<'a> {
    pub(super) directory: &'a Path,
    pub(super) files: &'a [PathBuf],
    pub(super) service: String,
    pub(super) checked: Checked,
}

impl Written<'_> {
    pub(super) fn json(&self, steps: &[NextStep]) -> Value {
        let Self { directory, files, service, checked } = self;
        json!({
            "directory": directory, "files": files, "service": service, "terraform": checked.name(),
            "next_steps": steps,
        })
    }

    pub(super) fn text(&self, steps: &[NextStep]) -> String {
        let files: Vec<_> = self.files.iter().map(|path| format!("`{}`", path.display())).collect();
        let checked = match self.checked {
            Checked::Formatted => "",
            Checked::Validated => "; Terraform has validated the configuration",
            Checked::NoTerraform => {
                "; `terraform` is not on the PATH or does not run, so Terraform has not checked them"
            }
            Checked::Invalid => "; Terraform has not validated the configuration",
        };
        let mut text = format!("wrote {}{checked}\n\nNext steps", files.join(" and "));
        if self.directory != Path::new(".") {
            let _ = write!(
                text,
                ", in the folder of the configuration\n\n  cd {}",
                quoted(&self.directory.to_string_lossy())
            );
        }
        for (position, NextStep { title, commands, note }) in steps.iter().enumerate() {
            let _ = write!(text, "\n\n{}. {title}", position + 1);
            if let Some(line) = note {
                let _ = write!(text, "\n   {line}");
            }
            for command in commands {
                let _ = write!(text, "\n     {command}");
            }
        }
        text
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn steps() -> Vec<NextStep> {
        let step = |title: &str, commands: &[&str], note: Option<&str>| NextStep {
            title: title.to_owned(),
            commands: commands.iter().map(|command| (*command).to_owned()).collect(),
            note: note.map(str::to_owned),
        };
        vec![
            step("Create the resources", &["terraform init", "terraform apply"], None),
            step("Store the secrets", &["hookline secret check"], Some("github stores: the secret.")),
        ]
    }

    #[test]
    fn output_has_the_files_and_the_steps() {
        let files = [PathBuf::from("../my hooks/main.tf"), PathBuf::from("../my hooks/.gitignore")];
        let directory = Path::new("../my hooks");
        let written = |checked| Written { directory, files: &files, service: "hookline-quick".to_owned(), checked };
        insta::assert_snapshot!(written(Checked::Formatted).text(&steps()));
        insta::assert_json_snapshot!(written(Checked::Validated).json(&steps()));
        assert!(written(Checked::NoTerraform).text(&[]).contains("`terraform` is not on the PATH or does not run"));
        let here = Written { directory: Path::new("."), ..written(Checked::Validated) };
        assert!(!here.text(&steps()).contains("cd "), "{}", here.text(&steps()));
    }
}
