//! A release of the programs that were built for this machine, made and downloaded with the scripts that a real release uses.

use std::path::{Path, PathBuf};
use std::process::Output;

use anyhow::{Context, Result, ensure};
use hookline::output::Step;
use launcher::cargo;
use tokio::process::Command;

use super::package::Packages;
use crate::system::log::tail;
use crate::system::repository::Repository;
use crate::system::supervisor::SupervisedProcess;

/// The version of the release.
pub(crate) const VERSION: &str = env!("CARGO_PKG_VERSION");

/// Text that a program for this machine needs, whichever version of glibc the machine has.
const ANY_GLIBC: &str = "9.99";

/// The folder of a release.
pub(crate) struct Release {
    repository: Repository,
    folder: PathBuf,
}

impl Release {
    /// Builds the program `hookline`, and makes the release of it and of the packages.
    pub(crate) async fn create(repository: &Repository, packages: &Packages) -> Result<Self> {
        let program = build_hookline(repository).await?;
        let step = Step::start("make a release");
        let folder = repository.harness_directory.join("release");
        let _ = std::fs::remove_dir_all(&folder);
        let release = Self { repository: repository.clone(), folder };
        let by_function = repository.harness_directory.join("release-packages");
        packages.link(&by_function)?;
        release.make(&["packages".as_ref(), VERSION.as_ref(), architecture().as_ref(), by_function.as_ref()]).await?;
        release.make(&["cli".as_ref(), VERSION.as_ref(), target().as_ref(), program.as_ref()]).await?;
        let arguments: [&Path; 4] = ["sums".as_ref(), VERSION.as_ref(), &release.folder, "--partial".as_ref()];
        release.run_script("release-files.sh", &arguments, &release.repository.root).await?;
        step.done("");
        Ok(release)
    }

    /// Downloads the packages into the folder of a Terraform configuration.
    pub(crate) async fn download_packages(&self, configuration: &Path) -> Result<()> {
        let output = self.download(&self.folder, configuration).await?;
        ensure!(output.status.success(), "packages.sh failed: {}", String::from_utf8_lossy(&output.stderr));
        Ok(())
    }

    /// Checks that a release with a changed package is not downloaded.
    pub(crate) async fn check_that_changes_are_rejected(&self) -> Result<()> {
        let folder = tempfile::tempdir()?;
        let (changed, configuration) = (folder.path().join("release"), folder.path().join("configuration"));
        std::fs::create_dir(&changed)?;
        std::fs::create_dir(&configuration)?;
        for entry in std::fs::read_dir(&self.folder)? {
            let entry = entry?;
            std::fs::copy(entry.path(), changed.join(entry.file_name()))?;
        }
        let name = format!("hookline-{VERSION}-process-{}.zip", architecture());
        let package = changed.join(&name);
        std::fs::write(&package, [std::fs::read(&package)?.as_slice(), b"x"].concat())?;
        let output = self.download(&changed, &configuration).await?;
        let message = String::from_utf8_lossy(&output.stderr);
        let is_rejected = output.status.code() == Some(1) && message.contains(&format!("the checksum of {name} is"));
        ensure!(is_rejected, "packages.sh accepted a changed package, or its message is unclear: {message}");
        let left: Vec<_> = std::fs::read_dir(&configuration)?.collect::<Result<_, _>>()?;
        ensure!(left.is_empty(), "the rejected download left {left:?}");
        Ok(())
    }

    /// Unpacks the archive of the program `hookline` and returns the path of the program.
    pub(crate) async fn install_hookline(&self) -> Result<PathBuf> {
        let name = format!("hookline-{VERSION}-{}", target());
        let folder = self.repository.harness_directory.join("release-installed");
        let _ = std::fs::remove_dir_all(&folder);
        std::fs::create_dir_all(&folder)?;
        let mut tar = Command::new("tar");
        tar.arg("-xzf").arg(self.folder.join(format!("{name}.tar.gz"))).arg("-C").arg(&folder);
        let output = tar.output().await.context("cannot start tar")?;
        ensure!(output.status.success(), "tar failed: {}", String::from_utf8_lossy(&output.stderr));
        Ok(folder.join(name).join("hookline"))
    }

    async fn download(&self, release: &Path, configuration: &Path) -> Result<Output> {
        let arguments: [&Path; 5] =
            [VERSION.as_ref(), "--architecture".as_ref(), architecture().as_ref(), "--from".as_ref(), release];
        self.script("packages.sh", &arguments, configuration).await
    }

    /// Runs a command of release-files.sh whose last argument is the folder of the release.
    async fn make(&self, arguments: &[&Path]) -> Result<()> {
        let arguments = [arguments, &[&self.folder]].concat();
        self.run_script("release-files.sh", &arguments, &self.repository.root).await
    }

    async fn run_script(&self, name: &str, arguments: &[&Path], folder: &Path) -> Result<()> {
        let output = self.script(name, arguments, folder).await?;
        ensure!(output.status.success(), "{name} failed: {}", String::from_utf8_lossy(&output.stderr));
        Ok(())
    }

    async fn script(&self, name: &str, arguments: &[&Path], folder: &Path) -> Result<Output> {
        let mut command = Command::new(self.repository.root.join("scripts").join(name));
        command.args(arguments).current_dir(folder).env("GLIBC", ANY_GLIBC).kill_on_drop(true);
        command.output().await.with_context(|| format!("cannot start `{name}`"))
    }
}

/// The instruction set of this machine, as the module's variable `architecture` has it.
fn architecture() -> &'static str {
    if cfg!(target_arch = "aarch64") { "arm64" } else { "x86_64" }
}

/// The target of a program for this machine, as in the names of archives.
fn target() -> String {
    let system = if cfg!(target_os = "macos") { "apple-darwin" } else { "unknown-linux-gnu" };
    format!("{}-{system}", std::env::consts::ARCH)
}

async fn build_hookline(repository: &Repository) -> Result<PathBuf> {
    let step = Step::start("build hookline");
    let log = repository.log("build-hookline");
    std::fs::write(&log, "")?;
    let mut cargo = cargo::command();
    cargo.args(["build", "--bin", "hookline"]).current_dir(&repository.root);
    let status = SupervisedProcess::start(&cargo, &log, None)?.wait().await?;
    ensure!(
        status.success(),
        "the build of hookline failed; the complete log is {}\n{}",
        log.display(),
        tail(&log, 30)
    );
    step.done("");
    Ok(repository.target_directory.join("debug/hookline"))
}
