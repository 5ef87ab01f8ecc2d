//! MiniStack as a process of ours: it runs each function's own `bootstrap` and evaluates IAM.

use std::net::{Ipv4Addr, TcpListener};
use std::process::Command;
use std::time::Duration;

use anyhow::{Context, Result, anyhow};

use super::{Adapter, EmulatorInfo, Kind};
use crate::build::python;
use crate::system::repository::{Repository, tail};
use crate::system::supervisor::SupervisedProcess;
use crate::system::wait;
use hookline::output::Step;

const REQUIREMENTS: &str = include_str!("requirements.txt");
const LAUNCH: &str = include_str!("launch.py");

/// An emulator that is a process.
#[derive(Debug)]
pub(super) struct Process {
    program: SupervisedProcess,
    log: std::path::PathBuf,
}

impl Process {
    /// On `port`, or on a free one.
    pub(super) async fn start(files: &Repository, port: Option<u16>) -> Result<(Self, EmulatorInfo)> {
        let python = python::environment(files, "the emulator", REQUIREMENTS).await?.join("python");
        let port = port_to_use(port)?;
        let step = Step::start(format!("start MiniStack on port {port}"));
        let log = files.log("emulator");
        std::fs::write(&log, "")?;
        let program = SupervisedProcess::start(&command(files, &python, port)?, &log, Some(&files.emulator_pid()))?;
        let mut process = Self { program, log };
        let host = Ipv4Addr::LOCALHOST;
        let emulator_info = EmulatorInfo { kind: Kind::Ministack, endpoint: format!("http://{host}:{port}"), host };
        let ready = wait::until("an answer of the emulator", Duration::from_secs(60), async || {
            Ok(super::is_ready(&emulator_info.endpoint).await.then_some(()))
        });
        tokio::select! {
            ready = ready => ready.with_context(|| format!("MiniStack does not start (log: {})", process.log.display()))?,
            error = process.death() => return Err(error),
        }
        step.done("");
        Ok((process, emulator_info))
    }
}

impl Adapter for Process {
    async fn death(&mut self) -> anyhow::Error {
        match self.program.wait().await {
            Ok(status) => {
                let (log, last) = (self.log.display(), tail(&self.log, 10));
                anyhow!("MiniStack has ended ({status}); its log is {log}\n{last}")
            }
            Err(error) => error,
        }
    }

    fn release(self) -> Result<()> {
        self.program.release()
    }
}

/// In an environment of its own: MiniStack hands all of its own on to the functions.
fn command(files: &Repository, python: &std::path::Path, port: u16) -> Result<Command> {
    let home = files.own.join("emulator");
    let _ = std::fs::remove_dir_all(&home);
    std::fs::create_dir_all(home.join("tmp"))?;
    let launch = home.join("launch.py");
    std::fs::write(&launch, LAUNCH)?;
    // `env -i` and not `env_clear`: the guard between us needs nothing, but cannot be told so.
    let mut command = Command::new("/usr/bin/env");
    command.arg("-i");
    for (name, value) in [
        ("PATH", "/usr/local/bin:/usr/bin:/bin"),
        ("LANG", "C.UTF-8"),
        ("PYTHONUNBUFFERED", "1"),
        // IAM is evaluated: a function without a permission fails here as it does on AWS.
        ("AUTH", "true"),
        ("BIND_HOST", "127.0.0.1"),
        ("MINISTACK_REGION", crate::emulator::REGION),
        ("IOT_MTLS_ENABLED", "0"),
        ("SFTP_ENABLED", "0"),
        ("LOG_LEVEL", "INFO"),
    ] {
        command.arg(format!("{name}={value}"));
    }
    command.arg(format!("GATEWAY_PORT={port}"));
    command.arg(format!("AWS_ENDPOINT_URL=http://127.0.0.1:{port}"));
    for (name, folder) in [("HOME", "home"), ("TMPDIR", "tmp"), ("STATE_DIR", "state")] {
        command.arg(format!("{name}={}", home.join(folder).display()));
    }
    command.arg(python).arg(launch).current_dir(&home);
    Ok(command)
}

/// A port that is free now: the one that was asked for, or any.
pub(super) fn port_to_use(port: Option<u16>) -> Result<u16> {
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, port.unwrap_or(0))).with_context(|| match port {
        Some(port) => format!("port {port} is in use: end what listens there, or leave --port out for a free one"),
        None => "no free port on the loopback".to_owned(),
    })?;
    Ok(listener.local_addr()?.port())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_busy_port_is_one_clear_line() {
        let busy = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap();
        let port = busy.local_addr().unwrap().port();
        let error = port_to_use(Some(port)).unwrap_err().to_string();
        assert_eq!(error, format!("port {port} is in use: end what listens there, or leave --port out for a free one"));
        assert!(port_to_use(None).is_ok());
    }
}
