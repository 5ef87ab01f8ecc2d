use std::path::Path;

use anyhow::{Context, Result, ensure};
use tokio::process::Command;

/// [axe-core](https://github.com/dequelabs/axe-core), which finds faults of accessibility. `harness/browser/package-lock.json`
/// has its version and its hash.
pub(crate) struct Axe(String);

impl Axe {
    /// Installs axe-core with npm, if it is not installed.
    pub(crate) async fn install(repository: &Path, folder: &Path) -> Result<Self> {
        let file = folder.join("node_modules/axe-core/axe.min.js");
        if !file.is_file() {
            std::fs::create_dir_all(folder)?;
            for name in ["package.json", "package-lock.json"] {
                std::fs::copy(repository.join("harness/browser").join(name), folder.join(name))?;
            }
            let mut command = Command::new("npm");
            command.args(["ci", "--silent", "--no-audit", "--no-fund", "--ignore-scripts"]).current_dir(folder);
            let status =
                command.kill_on_drop(true).status().await.context("cannot start npm, which installs axe-core")?;
            ensure!(status.success(), "npm cannot install axe-core: {status}");
        }
        Ok(Self(std::fs::read_to_string(&file).with_context(|| format!("cannot read {}", file.display()))?))
    }

    pub(super) fn source(&self) -> &str {
        &self.0
    }
}
