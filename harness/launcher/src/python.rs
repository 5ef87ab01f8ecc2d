//! Virtual environments with Python packages. `pip` installs exactly the packages of a requirements file and checks their
//! hashes.

use std::ffi::OsStr;
use std::fmt::{self, Display, Formatter};
use std::fs::File;
use std::hash::{DefaultHasher, Hash, Hasher};
use std::io;
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use crate::log::tail;

/// Requirements of the emulator MiniStack.
pub const MINISTACK: &str = include_str!("../../src/emulator/requirements.txt");

const SUPERVISE: &str = include_str!("supervise.py");

/// A virtual environment. Each content of a requirements file has its own environment.
#[derive(Debug, Clone)]
pub struct Environment {
    folder: PathBuf,
    log: PathBuf,
    requirements: &'static str,
}

/// Reason why an environment cannot be installed.
#[derive(Debug)]
pub enum InstallError {
    /// Python cannot be started.
    Python {
        /// Error of the operating system.
        source: io::Error,
    },
    /// A file or folder cannot be written.
    File {
        /// The file or folder.
        path: PathBuf,
        /// Error of the operating system.
        source: io::Error,
    },
    /// A step of the installation failed.
    Step {
        /// What failed, and what to do.
        failure: &'static str,
        /// Log of the step.
        log: PathBuf,
    },
}

impl Environment {
    /// Returns the environment for these requirements in the harness's folder. It may not be installed.
    #[must_use]
    pub fn new(harness_directory: &Path, requirements: &'static str) -> Self {
        let mut hash = DefaultHasher::new();
        requirements.hash(&mut hash);
        let folder = harness_directory.join(format!("python-{:016x}", hash.finish()));
        Self { folder, log: harness_directory.join("logs/python.log"), requirements }
    }

    /// Folder with the executables of the environment.
    #[must_use]
    pub fn programs(&self) -> PathBuf {
        self.folder.join("bin")
    }

    /// Returns whether the environment is complete and works. It stops working when its Python is replaced.
    #[must_use]
    pub fn is_installed(&self) -> bool {
        let python = self.programs().join("python");
        let works = || Command::new(python).arg("--version").output().is_ok_and(|output| output.status.success());
        self.folder.join("complete").exists() && works()
    }

    /// Installs the environment. If another program is installing it, waits for that program. If this program ends, the
    /// installation ends too.
    ///
    /// # Errors
    ///
    /// If Python is missing, the packages cannot be installed, or the harness's folder is not writable.
    pub fn install(&self) -> Result<(), InstallError> {
        let logs = self.log.parent().unwrap_or(&self.folder);
        std::fs::create_dir_all(logs).map_err(|error| InstallError::file(logs, error))?;
        let lock = self.folder.with_extension("lock");
        // The lock ends when the file is closed.
        let file = File::create(&lock).and_then(|file| file.lock().map(|()| file));
        let _file = file.map_err(|error| InstallError::file(&lock, error))?;
        if self.is_installed() {
            return Ok(());
        }
        let _ = std::fs::remove_dir_all(&self.folder);
        let venv = [OsStr::new("python3"), "-m".as_ref(), "venv".as_ref(), self.folder.as_ref()];
        self.run(&venv, "`python3 -m venv` failed (on Debian, install the package python3-venv)")?;
        let requirements = self.folder.join("requirements.txt");
        write(&requirements, self.requirements)?;
        let python = self.programs().join("python");
        // Python compiles the modules that are used at their first import, which takes less time than compiling all of them.
        let options = "-m pip install --quiet --no-compile --disable-pip-version-check --require-hashes \
                       --only-binary :all: --requirement";
        let options = options.split(' ').map(OsStr::new);
        let pip: Vec<_> = [python.as_ref()].into_iter().chain(options).chain([requirements.as_ref()]).collect();
        self.run(&pip, "`pip install` failed: check the connection to the package index")?;
        write(&self.folder.join("complete"), "")
    }

    fn run(&self, command: &[&OsStr], failure: &'static str) -> Result<(), InstallError> {
        let log = File::create(&self.log).and_then(|log| Ok((log.try_clone()?, log)));
        let (output, errors) = log.map_err(|error| InstallError::file(&self.log, error))?;
        let child = supervised(command).stdout(output).stderr(errors).spawn();
        let mut child = child.map_err(|source| InstallError::Python { source })?;
        // `wait` would close this pipe, and the command would end.
        let pipe = child.stdin.take();
        let status = child.wait().map_err(|source| InstallError::Python { source })?;
        drop(pipe);
        if status.success() { Ok(()) } else { Err(InstallError::Step { failure, log: self.log.clone() }) }
    }
}

/// Returns a command that ends when its standard input closes.
fn supervised(command: &[&OsStr]) -> Command {
    let mut python = Command::new("python3");
    python.args(["-c", SUPERVISE]).args(command).stdin(Stdio::piped()).process_group(0);
    python
}

fn write(file: &Path, text: &str) -> Result<(), InstallError> {
    std::fs::write(file, text).map_err(|error| InstallError::file(file, error))
}

impl InstallError {
    fn file(path: &Path, source: io::Error) -> Self {
        Self::File { path: path.to_owned(), source }
    }
}

impl Display for InstallError {
    fn fmt(&self, formatter: &mut Formatter<'_>) -> fmt::Result {
        match self {
            Self::Python { .. } => {
                formatter.write_str("cannot start `python3`: install Python 3.10 or later with its venv module")
            }
            Self::File { path, .. } => write!(formatter, "cannot write `{}`", path.display()),
            Self::Step { failure, log } => {
                write!(formatter, "{failure}; the complete log is {}\n{}", log.display(), tail(log, 15))
            }
        }
    }
}

impl std::error::Error for InstallError {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        match self {
            Self::Python { source } | Self::File { source, .. } => Some(source),
            Self::Step { .. } => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use std::os::unix::process::ExitStatusExt;

    use super::*;

    #[test]
    fn step_returns_its_exit_code_and_ends_with_its_parent() {
        let shell = |script: &'static str| ["sh".as_ref(), "-c".as_ref(), OsStr::new(script)];
        let mut child = supervised(&shell("exit 3")).spawn().unwrap();
        let pipe = child.stdin.take();
        assert_eq!(child.wait().unwrap().code(), Some(3));
        drop(pipe);
        // The pipe closes when the parent ends, however it ends.
        let mut child = supervised(&shell("sleep 60")).spawn().unwrap();
        drop(child.stdin.take());
        assert_eq!(child.wait().unwrap().signal(), Some(9));
    }

    #[test]
    fn requirements_select_the_environment() {
        let programs = |requirements| Environment::new(Path::new("/x"), requirements).programs();
        assert_eq!(programs("a"), programs("a"));
        assert_ne!(programs("a"), programs("b"));
        assert!(!Environment::new(Path::new("/x"), "a").is_installed());
    }
}
