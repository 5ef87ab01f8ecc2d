//! Programs that end with the harness, however the harness ends. A supervisor process starts each program in its own
//! process group. When the harness ends, the supervisor ends the whole group.

use std::ffi::OsString;
use std::os::unix::process::{CommandExt, ExitStatusExt};
use std::path::{Path, PathBuf};
use std::process::{Command, ExitCode, ExitStatus, Stdio};
use std::time::{Duration, Instant};

use anyhow::{Context, Result};
use clap::Parser;
use nix::sys::signal::{Signal, killpg};
use nix::unistd::Pid;

use crate::system::parent_pipe::{self, ParentEvent, ParentPipe};

/// Hidden first argument with which this program starts itself as a supervisor.
const SUPERVISE: &str = "__supervise";

/// Time between SIGTERM and SIGKILL.
const GRACE_PERIOD: Duration = Duration::from_secs(5);
const POLL_INTERVAL: Duration = Duration::from_millis(10);

/// A running program with its supervisor. When it is dropped, the program is ended and this process waits for that.
#[derive(Debug)]
pub struct SupervisedProcess {
    supervisor: ParentPipe,
}

impl SupervisedProcess {
    /// Starts `command`, appends its output to `log`, and writes its process id to `pid_file`.
    ///
    /// # Errors
    ///
    /// If the supervisor cannot be started or the log cannot be written. A missing program results in exit code 127.
    pub fn start(command: &Command, log: &Path, pid_file: Option<&Path>) -> Result<Self> {
        let output = std::fs::File::options().create(true).append(true).open(log);
        let output = output.with_context(|| format!("cannot write `{}`", log.display()))?;
        let errors = output.try_clone()?;
        let supervisor = ParentPipe::start(SUPERVISE, |supervisor| {
            if let Some(file) = pid_file {
                supervisor.arg("--pid-file").arg(file);
            }
            supervisor.arg(command.get_program()).args(command.get_args()).stdout(output).stderr(errors);
            if let Some(folder) = command.get_current_dir() {
                supervisor.current_dir(folder);
            }
            for (name, value) in command.get_envs() {
                match value {
                    Some(value) => supervisor.env(name, value),
                    None => supervisor.env_remove(name),
                };
            }
        })?;
        Ok(Self { supervisor })
    }

    /// Waits until the program ends by itself.
    ///
    /// # Errors
    ///
    /// If the operating system cannot report the exit status.
    pub async fn wait(&mut self) -> Result<ExitStatus> {
        loop {
            if let Some(status) = self.supervisor.try_wait()? {
                return Ok(status);
            }
            tokio::time::sleep(POLL_INTERVAL).await;
        }
    }

    /// Lets the program run after the harness ends.
    ///
    /// # Errors
    ///
    /// If the supervisor has already ended.
    pub fn detach(self) -> Result<()> {
        self.supervisor.detach()
    }
}

/// Arguments of a supervisor.
#[derive(Debug, Parser)]
#[command(name = SUPERVISE)]
struct SupervisorArguments {
    #[arg(long)]
    pid_file: Option<PathBuf>,
    program: String,
    #[arg(trailing_var_arg = true, allow_hyphen_values = true)]
    arguments: Vec<String>,
}

/// Runs the supervisor if this process was started as one. Returns the exit code of the supervised program, or `None` in
/// any other process. Every `main` whose program uses [`SupervisedProcess`] calls this first.
#[must_use]
pub fn run_if_requested() -> Option<ExitCode> {
    let mut arguments = std::env::args_os().skip(1);
    if arguments.next()? != SUPERVISE {
        return None;
    }
    let arguments = [OsString::from(SUPERVISE)].into_iter().chain(arguments);
    let SupervisorArguments { pid_file, program, arguments } = SupervisorArguments::parse_from(arguments);
    Some(supervise(pid_file.as_deref(), &program, &arguments))
}

/// Starts the program and waits until it ends or the parent process ends.
fn supervise(pid_file: Option<&Path>, program: &str, arguments: &[String]) -> ExitCode {
    let child = Command::new(program).args(arguments).stdin(Stdio::null()).process_group(0).spawn();
    let mut child = match child {
        Ok(child) => child,
        Err(error) => {
            eprintln!("cannot start `{program}`: {error}");
            return ExitCode::from(127);
        }
    };
    if let Some(file) = pid_file {
        let _ = std::fs::write(file, child.id().to_string());
    }
    let parent = parent_pipe::watch_parent();
    loop {
        if let Ok(Some(status)) = child.try_wait() {
            // The program's own children may still run, such as the functions of a crashed emulator.
            end_group(child.id(), || true);
            let code = status.code().or(status.signal().map(|signal| 128 + signal));
            return ExitCode::from(code.and_then(|code| u8::try_from(code).ok()).unwrap_or(1));
        }
        match parent.recv_timeout(POLL_INTERVAL) {
            Ok(ParentEvent::Detached) => return ExitCode::SUCCESS,
            Ok(ParentEvent::Ended) => {
                end_group(child.id(), || matches!(child.try_wait(), Ok(Some(_)) | Err(_)));
                return ExitCode::FAILURE;
            }
            Err(_) => {}
        }
    }
}

/// Ends a process group with SIGTERM, and with SIGKILL after the grace period. `leader_ended` returns whether the leader
/// has ended, and reaps it if it is a child of this process.
pub fn end_group(leader: u32, mut leader_ended: impl FnMut() -> bool) {
    let Ok(group) = i32::try_from(leader).map(Pid::from_raw) else { return };
    let _ = killpg(group, Signal::SIGTERM);
    let deadline = Instant::now() + GRACE_PERIOD;
    while Instant::now() < deadline {
        let ended = leader_ended();
        // Without a signal, `killpg` only checks whether the group has a process.
        if ended && killpg(group, None).is_err() {
            return;
        }
        std::thread::sleep(POLL_INTERVAL);
    }
    let _ = killpg(group, Signal::SIGKILL);
    leader_ended();
}
