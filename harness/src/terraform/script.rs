//! Scripts of operators. They run next to the copy of `terraform/` as they do in the repository.

use std::path::{Path, PathBuf};

use anyhow::{Context, Result, bail};
use serde_json::Value;

use super::Terraform;
use crate::build::package::Packages;
use crate::system::log::tail;

/// How a script ended.
#[derive(Debug)]
pub(crate) struct ScriptResult {
    /// The exit code; `None` if a signal ended the script.
    pub(crate) code: Option<i32>,
    /// The standard output.
    pub(crate) text: String,
    /// The standard error.
    pub(crate) errors: String,
}

impl Terraform {
    /// Runs a script of `scripts/` for this configuration's workspace. Returns what the script prints.
    ///
    /// # Errors
    ///
    /// If the script cannot be started or fails.
    pub(crate) async fn run_script(&self, script: &str, variables: &Value, arguments: &[&str]) -> Result<String> {
        let ScriptResult { code, text, .. } = self.try_script(script, variables, arguments, &[]).await?;
        if code != Some(0) {
            let log = self.script_log(script);
            bail!("{script} failed; the complete log is {}\n{}", log.display(), tail(&log, 25));
        }
        Ok(text)
    }

    /// Runs a script of `scripts/` for this configuration's workspace, with additional environment variables.
    ///
    /// # Errors
    ///
    /// If the script cannot be started.
    pub(crate) async fn try_script(
        &self,
        script: &str,
        variables: &Value,
        arguments: &[&str],
        environment: &[(&str, &str)],
    ) -> Result<ScriptResult> {
        let home = self.folder.parent().context("the copy has no parent folder")?;
        copy_scripts(&self.repository.root.join("scripts"), &home.join("scripts"))?;
        let packages = home.join("script-packages");
        let package = |function: &str| variables["packages"][function].as_str().context("a package has no path");
        let [ingest, process, recover] =
            [package("ingest")?, package("process")?, package("recover")?].map(PathBuf::from);
        Packages { ingest, process, recover }.link(&packages)?;
        let workspace = &self.configuration.workspace;
        let settings = self.folder.join(format!("environments/{workspace}.tfvars"));
        std::fs::write(&settings, tfvars(variables)?)
            .with_context(|| format!("cannot write `{}`", settings.display()))?;
        let mut command = tokio::process::Command::from(self.program(home.join("scripts").join(script)));
        command.arg(workspace).args(arguments).env("PACKAGES", packages);
        command.env("AWS_ACCESS_KEY_ID", "test").env("AWS_SECRET_ACCESS_KEY", "test");
        command.envs(environment.iter().copied());
        let output = command.kill_on_drop(true).output().await.with_context(|| format!("cannot start `{script}`"))?;
        let read = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
        let (text, errors) = (read(&output.stdout), read(&output.stderr));
        std::fs::write(self.script_log(script), format!("{text}{errors}"))?;
        Ok(ScriptResult { code: output.status.code(), text, errors })
    }

    fn script_log(&self, script: &str) -> PathBuf {
        self.repository.log(&format!("{}-{script}", self.configuration.name))
    }
}

fn copy_scripts(from: &Path, to: &Path) -> Result<()> {
    std::fs::create_dir_all(to)?;
    for entry in std::fs::read_dir(from)? {
        let entry = entry?;
        std::fs::copy(entry.path(), to.join(entry.file_name()))?;
    }
    Ok(())
}

/// Returns the variables in the format of a `.tfvars` file. JSON values are valid there, but their strings are templates.
/// The scripts themselves set `packages`.
fn tfvars(variables: &Value) -> Result<String> {
    let variables = variables.as_object().context("the variables are not an object")?;
    let others = variables.iter().filter(|(name, _)| *name != "packages");
    let line = |(name, value): (&String, &Value)| {
        let value = value.to_string().replace("${", "$${").replace("%{", "%%{");
        format!("{name} = {value}\n")
    };
    Ok(others.map(line).collect())
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn variables_become_a_tfvars_file_without_templates() {
        let variables = json!({
            "packages": { "ingest": "/ingest.zip", "process": "/process.zip", "recover": "/recover.zip" },
            "region": "eu-west-1",
            "sources": { "github": { "sender": "github", "url": "${id} %{if}" } },
            "trace_sampling": null,
        });
        let expected = "region = \"eu-west-1\"\nsources = {\"github\":{\"sender\":\"github\",\"url\":\"$${id} \
                        %%{if}\"}}\ntrace_sampling = null\n";
        assert_eq!(tfvars(&variables).unwrap(), expected);
    }
}
