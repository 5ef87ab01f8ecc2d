use std::fmt::{self, Display, Formatter};
use std::io::{self, IsTerminal};
use std::path::Path;
use std::process::{Child, ExitStatus};
use std::sync::mpsc::Receiver;
use std::time::{Duration, Instant};

use launcher::cargo;
use launcher::python::InstallError;

/// Interval of the progress lines where cargo shows no progress bar.
const HEARTBEAT: Duration = Duration::from_secs(8);
const POLL_INTERVAL: Duration = Duration::from_millis(50);

/// Reason why the harness cannot be started.
#[derive(Debug)]
pub(crate) enum CompilationError {
    Cargo { source: io::Error },
    Failed { status: ExitStatus },
    Installation { source: InstallError },
}

/// Compiles the harness and the functions, and waits for the installation. If the installation fails, ends the
/// compilation. Cargo prints its own progress.
pub(crate) fn run(
    repository: &Path,
    installation: Option<Receiver<Result<(), InstallError>>>,
) -> Result<(), CompilationError> {
    let mut cargo = cargo::command();
    // No package is named: cargo then resolves the features of all default members together.
    cargo
        .arg("build")
        .args(["harness", "ingest", "process", "receiver", "recover"].iter().flat_map(|name| ["--bin", name]))
        .current_dir(repository);
    let mut cargo = cargo.spawn().map_err(|source| CompilationError::Cargo { source })?;
    let status = wait(&mut cargo, installation.as_ref());
    if status.is_err() {
        let _ = cargo.kill().and_then(|()| cargo.wait());
    }
    let status = status?;
    if !status.success() {
        return Err(CompilationError::Failed { status });
    }
    // The channel is closed if `wait` has received the result.
    match installation.map(|installation| installation.recv()) {
        Some(Ok(Err(source))) => Err(CompilationError::Installation { source }),
        Some(Ok(Ok(())) | Err(_)) | None => Ok(()),
    }
}

/// Waits for the end of the compilation, or for a failure of the installation.
fn wait(
    cargo: &mut Child,
    installation: Option<&Receiver<Result<(), InstallError>>>,
) -> Result<ExitStatus, CompilationError> {
    let started = Instant::now();
    let mut next_line = HEARTBEAT;
    let prints = !io::stderr().is_terminal();
    loop {
        if let Some(status) = cargo.try_wait().map_err(|source| CompilationError::Cargo { source })? {
            return Ok(status);
        }
        if let Some(Ok(Err(source))) = installation.map(Receiver::try_recv) {
            return Err(CompilationError::Installation { source });
        }
        if prints && started.elapsed() >= next_line {
            eprintln!("   compiling for {:.0} s", started.elapsed().as_secs_f64());
            next_line += HEARTBEAT;
        }
        std::thread::sleep(POLL_INTERVAL);
    }
}

impl Display for CompilationError {
    fn fmt(&self, formatter: &mut Formatter<'_>) -> fmt::Result {
        match self {
            Self::Cargo { .. } => formatter.write_str("cannot start cargo"),
            Self::Failed { status } => write!(formatter, "cargo failed ({status})"),
            Self::Installation { .. } => formatter.write_str("cannot install the emulator"),
        }
    }
}

impl std::error::Error for CompilationError {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        match self {
            Self::Cargo { source } => Some(source),
            Self::Failed { .. } => None,
            Self::Installation { source } => Some(source),
        }
    }
}
