//! MiniStack as a local process. It runs the `bootstrap` executable of each function as a process and evaluates IAM
//! policies.

use std::net::{Ipv4Addr, TcpListener};
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Duration;

use anyhow::{Context, Result, anyhow};
use hookline::output::Step;
use launcher::python::MINISTACK;

use super::adapter::Adapter;
use super::health::is_ready;
use super::info::{EmulatorInfo, EmulatorKind, REGION};
use crate::build::python;
use crate::system::log::tail;
use crate::system::repository::Repository;
use crate::system::supervisor::SupervisedProcess;
use crate::system::wait;
use crate::traffic::certificates::{Authority, certificate_file};

const LAUNCH: &str = include_str!("launch.py");
const CALLS: &str = include_str!("calls.py");

/// Contents of the files that determine how the emulator behaves. A change of them requires a new apply.
pub(crate) const VERSION_FILES: &str =
    concat!(include_str!("requirements.txt"), include_str!("launch.py"), include_str!("calls.py"));

/// A running MiniStack process.
#[derive(Debug)]
pub(super) struct Process {
    program: SupervisedProcess,
    log: PathBuf,
}

impl Process {
    /// Starts MiniStack on `port`, or on a free port.
    pub(super) async fn start(repository: &Repository, port: Option<u16>) -> Result<(Self, EmulatorInfo)> {
        let python = python::environment(repository, "the emulator", MINISTACK).await?.join("python");
        let port = port_to_use(port)?;
        // The functions read the certificate of the authority when they start.
        Authority::open(&repository.harness_directory)?;
        let step = Step::start(format!("start MiniStack on port {port}"));
        let log = repository.log("emulator");
        std::fs::write(&log, "")?;
        let program = SupervisedProcess::start(
            &command(repository, &python, port)?,
            &log,
            Some(&repository.emulator_pid_file()),
        )?;
        let mut process = Self { program, log };
        let host = Ipv4Addr::LOCALHOST;
        let info = EmulatorInfo { kind: EmulatorKind::Ministack, endpoint: format!("http://{host}:{port}"), host };
        let ready = wait::until("a response of the emulator", Duration::from_secs(60), async || {
            Ok(is_ready(&info.endpoint).await.then_some(()))
        });
        tokio::select! {
            ready = ready => ready.with_context(|| format!("MiniStack did not start; its log is {}", process.log.display()))?,
            error = process.wait_for_exit() => return Err(error),
        }
        step.done("");
        Ok((process, info))
    }
}

impl Adapter for Process {
    async fn wait_for_exit(&mut self) -> anyhow::Error {
        match self.program.wait().await {
            Ok(status) => {
                let (log, last_lines) = (self.log.display(), tail(&self.log, 10));
                anyhow!("MiniStack ended unexpectedly ({status}); its log is {log}\n{last_lines}")
            }
            Err(error) => error,
        }
    }

    fn detach(self) -> Result<()> {
        self.program.detach()
    }
}

/// Returns the command that starts MiniStack with a minimal environment, because MiniStack passes its environment to the
/// functions.
fn command(repository: &Repository, python: &Path, port: u16) -> Result<Command> {
    let home = repository.harness_directory.join("emulator");
    let _ = std::fs::remove_dir_all(&home);
    std::fs::create_dir_all(home.join("tmp"))?;
    let launch = home.join("launch.py");
    std::fs::write(&launch, LAUNCH)?;
    std::fs::write(home.join("calls.py"), CALLS)?;
    // `env -i` instead of `env_clear`: a supervisor cannot see that the environment of a `Command` was cleared.
    let mut command = Command::new("/usr/bin/env");
    command.arg("-i");
    for (name, value) in [
        ("PATH", "/usr/local/bin:/usr/bin:/bin"),
        ("LANG", "C.UTF-8"),
        ("PYTHONUNBUFFERED", "1"),
        // MiniStack evaluates IAM policies: a function without a permission fails as it does on AWS.
        ("AUTH", "true"),
        ("BIND_HOST", "127.0.0.1"),
        ("MINISTACK_REGION", REGION),
        ("IOT_MTLS_ENABLED", "0"),
        ("SFTP_ENABLED", "0"),
        ("LOG_LEVEL", "INFO"),
    ] {
        command.arg(format!("{name}={value}"));
    }
    command.arg(format!("SSL_CERT_FILE={}", certificate_file(&repository.harness_directory).display()));
    command.arg(format!("GATEWAY_PORT={port}"));
    command.arg(format!("AWS_ENDPOINT_URL=http://127.0.0.1:{port}"));
    for (name, folder) in [("HOME", "home"), ("TMPDIR", "tmp"), ("STATE_DIR", "state")] {
        command.arg(format!("{name}={}", home.join(folder).display()));
    }
    command.arg(python).arg(launch).current_dir(&home);
    Ok(command)
}

/// Returns `port` if it is free. Without `port`, returns any free port.
pub(super) fn port_to_use(port: Option<u16>) -> Result<u16> {
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, port.unwrap_or(0))).with_context(|| match port {
        Some(port) => format!("port {port} is in use: end the program that uses it, or omit --port"),
        None => "the loopback interface has no free port".to_owned(),
    })?;
    Ok(listener.local_addr()?.port())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn busy_port_returns_clear_error() {
        let busy = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap();
        let port = busy.local_addr().unwrap().port();
        let error = port_to_use(Some(port)).unwrap_err().to_string();
        assert_eq!(error, format!("port {port} is in use: end the program that uses it, or omit --port"));
        assert!(port_to_use(None).is_ok());
    }
}
