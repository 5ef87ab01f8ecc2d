//! A release of the programs that were built for this machine, made and downloaded with the scripts that a real release uses.

use std::path::{Path, PathBuf};
use std::process::Output;

use anyhow::{Context, Result, ensure};
use hookline::output::Step;
use tokio::process::Command;

use super::package::{Packages, architecture, build_programs};
use crate::system::repository::Repository;

/// The version of the release.
pub(crate) const VERSION: &str = env!("CARGO_PKG_VERSION");

/// A version of glibc that no program exceeds: this release is for this machine only.
const ANY_GLIBC: &str = "9.99";

/// The folder of a release.
pub(crate) struct Release {
    repository: Repository,
    folder: PathBuf,
}

impl Release {
    /// Builds the program `hookline`, and makes the release of it and of the packages.
    pub(crate) async fn create(repository: &Repository, packages: &Packages) -> Result<Self> {
        build_programs(repository, "hookline", &["hookline"]).await?;
        let program = repository.target_directory.join("debug/hookline");
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
        check("packages.sh", &self.download(&self.folder, configuration).await?)
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
        check("tar", &tar.output().await.context("cannot start tar")?)?;
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
        check(name, &self.script(name, arguments, folder).await?)
    }

    async fn script(&self, name: &str, arguments: &[&Path], folder: &Path) -> Result<Output> {
        let mut command = Command::new(self.repository.root.join("scripts").join(name));
        command.args(arguments).current_dir(folder).env("GLIBC", ANY_GLIBC).kill_on_drop(true);
        command.output().await.with_context(|| format!("cannot start `{name}`"))
    }
}

/// Fails with the error output of a program that failed.
fn check(name: &str, output: &Output) -> Result<()> {
    ensure!(output.status.success(), "{name} failed: {}", String::from_utf8_lossy(&output.stderr));
    Ok(())
}

/// The target of a program for this machine, as in the names of archives.
fn target() -> String {
    let system = if cfg!(target_os = "macos") { "apple-darwin" } else { "unknown-linux-gnu" };
    format!("{}-{system}", std::env::consts::ARCH)
}
