//! The repository, and `target/harness`, the folder for every file that the harness writes.

use std::fs::{File, TryLockError};
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, bail, ensure};
use sha2::{Digest, Sha256};
use tokio::process::Command;

/// Folders of the repository.
#[derive(Debug, Clone)]
pub struct Repository {
    /// Root folder of the repository.
    pub root: PathBuf,
    /// Cargo's target directory.
    pub target_directory: PathBuf,
    /// Folder of the harness in the target directory.
    pub harness_directory: PathBuf,
}

impl Repository {
    /// Finds the repository that this program was built in, and creates the harness's folders.
    ///
    /// # Errors
    ///
    /// If the repository was moved or removed, or the target directory is not writable.
    pub fn find() -> Result<Self> {
        let manifest = Path::new(env!("CARGO_MANIFEST_DIR"));
        let root = manifest.parent().context("the harness is not in a repository")?.to_path_buf();
        if !root.join("terraform/main.tf").exists() {
            bail!("`{}` has no terraform/: run the harness from the repository that it was built in", root.display());
        }
        let target = std::env::var_os("CARGO_TARGET_DIR").map_or_else(|| root.join("target"), PathBuf::from);
        let logs = target.join("harness/logs");
        std::fs::create_dir_all(&logs).with_context(|| format!("cannot create `{}`", logs.display()))?;
        // Programs with other working directories receive these paths, so they must be absolute.
        let target_directory = target.canonicalize()?;
        Ok(Self { root, harness_directory: target_directory.join("harness"), target_directory })
    }

    /// Path of the log file of a program that the harness starts. The caller truncates the file before the first write.
    #[must_use]
    pub fn log(&self, name: &str) -> PathBuf {
        self.harness_directory.join("logs").join(format!("{name}.log"))
    }

    /// Path of the file with the emulator's process id.
    #[must_use]
    pub fn emulator_pid_file(&self) -> PathBuf {
        self.harness_directory.join("emulator.pid")
    }

    /// Returns the abbreviated hash of the commit, with `-dirty` if a tracked file differs from it. `None` outside a Git
    /// repository.
    pub async fn commit(&self) -> Option<String> {
        let arguments = ["describe", "--always", "--abbrev=12", "--dirty", "--exclude=*"];
        let output = Command::new("git").args(arguments).current_dir(&self.root).output().await.ok()?;
        let commit = String::from_utf8(output.stdout).ok()?.trim().to_owned();
        (output.status.success() && !commit.is_empty()).then_some(commit)
    }

    /// Copies the tracked files, with their changes, to another root. The copy has a target directory of its own, and the
    /// same folder of the harness.
    ///
    /// # Errors
    ///
    /// If this is not a Git repository, or a file cannot be copied.
    pub async fn copy_to(&self, root: &Path) -> Result<Self> {
        let listed = Command::new("git").args(["ls-files", "-z"]).current_dir(&self.root).output().await?;
        let names = String::from_utf8(listed.stdout).context("a file name is not UTF-8")?;
        ensure!(listed.status.success(), "git ls-files failed: {}", String::from_utf8_lossy(&listed.stderr));
        for name in names.split_terminator('\0') {
            let (from, to) = (self.root.join(name), root.join(name));
            std::fs::create_dir_all(to.parent().unwrap_or(root))?;
            // A deleted file is still tracked.
            if from.exists() {
                std::fs::copy(&from, &to).with_context(|| format!("cannot copy `{}`", from.display()))?;
            }
        }
        let target_directory = root.join("target");
        Ok(Self { root: root.to_path_buf(), target_directory, harness_directory: self.harness_directory.clone() })
    }

    /// Locks the harness's folder until the returned file is dropped, so that two runs do not overwrite each other's state.
    ///
    /// # Errors
    ///
    /// If another run holds the lock.
    pub fn lock(&self) -> Result<File> {
        let file = File::create(self.harness_directory.join("lock"))?;
        match file.try_lock() {
            Ok(()) => Ok(file),
            Err(TryLockError::WouldBlock) => {
                bail!("another run uses `{}`: wait for it or end it", self.harness_directory.display())
            }
            Err(TryLockError::Error(error)) => Err(error.into()),
        }
    }
}

/// Returns a hash of the names and contents of files and folders.
///
/// # Errors
///
/// If a file or folder cannot be read.
pub fn fingerprint(paths: &[&Path]) -> Result<String> {
    let mut hash = Sha256::new();
    let mut remaining: Vec<PathBuf> = paths.iter().map(|path| path.to_path_buf()).collect();
    while let Some(path) = remaining.pop() {
        hash.update(path.as_os_str().as_encoded_bytes());
        if path.is_dir() {
            let mut entries = std::fs::read_dir(&path)?.map(|entry| Ok(entry?.path())).collect::<Result<Vec<_>>>()?;
            entries.sort();
            remaining.extend(entries);
        } else {
            hash.update(std::fs::read(&path).with_context(|| format!("cannot read `{}`", path.display()))?);
        }
    }
    Ok(hex::encode(hash.finalize()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn fingerprint_changes_with_file_contents() {
        let folder = tempfile::tempdir().unwrap();
        std::fs::create_dir(folder.path().join("a")).unwrap();
        std::fs::write(folder.path().join("a/b"), "1").unwrap();
        let before = fingerprint(&[folder.path()]).unwrap();
        assert_eq!(before, fingerprint(&[folder.path()]).unwrap());
        std::fs::write(folder.path().join("a/b"), "2").unwrap();
        assert_ne!(before, fingerprint(&[folder.path()]).unwrap());
    }
}
