//! Where the harness keeps what it makes: all of it under `target/harness`.

use std::fs::{File, TryLockError};
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, bail};
use sha2::{Digest, Sha256};

/// The repository and the harness's own folder in its target directory.
#[derive(Debug, Clone)]
pub struct Repository {
    pub repository: PathBuf,
    pub target: PathBuf,
    pub own: PathBuf,
}

impl Repository {
    pub fn find() -> Result<Self> {
        let manifest = Path::new(env!("CARGO_MANIFEST_DIR"));
        let repository = manifest.parent().context("the harness is in no repository")?.to_path_buf();
        if !repository.join("terraform/main.tf").exists() {
            bail!("{} has no terraform/: run this from the repository that it was built in", repository.display());
        }
        let target = std::env::var_os("CARGO_TARGET_DIR").map_or_else(|| repository.join("target"), PathBuf::from);
        let logs = target.join("harness/logs");
        std::fs::create_dir_all(&logs).with_context(|| format!("cannot write {}", logs.display()))?;
        // Without links and relative parts: programs with other working folders are given these paths.
        let target = target.canonicalize()?;
        Ok(Self { repository, own: target.join("harness"), target })
    }

    /// The log of one of the programs that the harness starts; emptied by the caller's first step that writes it.
    pub fn log(&self, name: &str) -> PathBuf {
        self.own.join("logs").join(format!("{name}.log"))
    }

    /// Where the emulator's process id is.
    pub fn emulator_pid(&self) -> PathBuf {
        self.own.join("emulator.pid")
    }

    /// Held for as long as the harness works here, so that two runs do not write into each other's state.
    pub fn lock(&self) -> Result<File> {
        let file = File::create(self.own.join("lock"))?;
        match file.try_lock() {
            Ok(()) => Ok(file),
            Err(TryLockError::WouldBlock) => {
                bail!("another run is using {}: wait for it or end it", self.own.display())
            }
            Err(TryLockError::Error(error)) => Err(error.into()),
        }
    }
}

/// The last lines of a log, for an error that ends the run.
pub fn tail(log: &Path, lines: usize) -> String {
    let text = std::fs::read(log).map(|bytes| String::from_utf8_lossy(&bytes).into_owned()).unwrap_or_default();
    let all: Vec<_> = text.lines().filter(|line| !line.trim().is_empty()).collect();
    all.iter().skip(all.len().saturating_sub(lines)).map(|line| format!("  {line}\n")).collect()
}

/// A hash over files and folders, names and contents.
pub fn fingerprint(paths: &[&Path]) -> Result<String> {
    let mut hash = Sha256::new();
    let mut left: Vec<PathBuf> = paths.iter().map(|path| path.to_path_buf()).collect();
    while let Some(path) = left.pop() {
        hash.update(path.as_os_str().as_encoded_bytes());
        if path.is_dir() {
            let mut entries = std::fs::read_dir(&path)?.map(|entry| Ok(entry?.path())).collect::<Result<Vec<_>>>()?;
            entries.sort();
            left.extend(entries);
        } else {
            hash.update(std::fs::read(&path).with_context(|| format!("cannot read {}", path.display()))?);
        }
    }
    Ok(hex::encode(hash.finalize()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_fingerprint_changes_with_any_file() {
        let folder = tempfile::tempdir().unwrap();
        std::fs::create_dir(folder.path().join("a")).unwrap();
        std::fs::write(folder.path().join("a/b"), "1").unwrap();
        let before = fingerprint(&[folder.path()]).unwrap();
        assert_eq!(before, fingerprint(&[folder.path()]).unwrap());
        std::fs::write(folder.path().join("a/b"), "2").unwrap();
        assert_ne!(before, fingerprint(&[folder.path()]).unwrap());
    }

    #[test]
    fn a_tail_is_the_last_lines_that_say_something() {
        let file = tempfile::NamedTempFile::new().unwrap();
        std::fs::write(file.path(), "one\ntwo\n\nthree\n").unwrap();
        assert_eq!(tail(file.path(), 2), "  two\n  three\n");
    }
}
