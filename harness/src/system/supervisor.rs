//! Programs that end with us, however we end. Each runs under a guard on a leash: it starts the program in a process
//! group of its own, and at our end it ends the whole group.

use std::ffi::OsString;
use std::os::unix::process::{CommandExt, ExitStatusExt};
use std::path::{Path, PathBuf};
use std::process::{Command, ExitCode, ExitStatus, Stdio};
use std::time::{Duration, Instant};

use anyhow::{Context, Result};
use clap::Parser;
use nix::sys::signal::{Signal, killpg};
use nix::unistd::Pid;

use crate::system::parent_pipe::{self, ParentPipe};

/// Hidden first argument with which this program starts itself as a supervisor.
const SUPERVISE: &str = "__supervise";

/// How long a group has to end by itself.
const GRACE: Duration = Duration::from_secs(5);
const POLL: Duration = Duration::from_millis(10);

/// A program under a guard; dropped, it is ended and waited for.
#[derive(Debug)]
pub struct SupervisedProcess {
    leash: ParentPipe,
}

impl SupervisedProcess {
    /// Starts `command` with its output at `log`, and its process id at `pid_file` for whoever comes later.
    ///
    /// # Errors
    ///
    /// If the guard cannot be started or the log cannot be written. A program that is not there shows as exit code 127.
    pub fn start(command: &Command, log: &Path, pid_file: Option<&Path>) -> Result<Self> {
        let output = std::fs::File::options().create(true).append(true).open(log);
        let output = output.with_context(|| format!("cannot write {}", log.display()))?;
        let errors = output.try_clone()?;
        let leash = ParentPipe::start(SUPERVISE, |guard| {
            if let Some(file) = pid_file {
                guard.arg("--pid-file").arg(file);
            }
            guard.arg(command.get_program()).args(command.get_args()).stdout(output).stderr(errors);
            if let Some(folder) = command.get_current_dir() {
                guard.current_dir(folder);
            }
            for (name, value) in command.get_envs() {
                match value {
                    Some(value) => guard.env(name, value),
                    None => guard.env_remove(name),
                };
            }
        })?;
        Ok(Self { leash })
    }

    /// Waits for the program's own end.
    ///
    /// # Errors
    ///
    /// If the system cannot say.
    pub async fn wait(&mut self) -> Result<ExitStatus> {
        loop {
            if let Some(status) = self.leash.ended()? {
                return Ok(status);
            }
            tokio::time::sleep(POLL).await;
        }
    }

    /// Lets the program outlive us.
    ///
    /// # Errors
    ///
    /// If the guard is gone already.
    pub fn release(self) -> Result<()> {
        self.leash.release()
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
            eprintln!("cannot start {program}: {error}");
            return ExitCode::from(127);
        }
    };
    if let Some(file) = pid_file {
        let _ = std::fs::write(file, child.id().to_string());
    }
    let word = parent_pipe::word();
    loop {
        if let Ok(Some(status)) = child.try_wait() {
            // What it has started and left behind, such as the functions of an emulator that died.
            end_group(child.id(), || true);
            let code = status.code().or(status.signal().map(|signal| 128 + signal));
            return ExitCode::from(code.and_then(|code| u8::try_from(code).ok()).unwrap_or(1));
        }
        match word.recv_timeout(POLL) {
            Ok(true) => return ExitCode::SUCCESS,
            Ok(false) => {
                end_group(child.id(), || matches!(child.try_wait(), Ok(Some(_)) | Err(_)));
                return ExitCode::FAILURE;
            }
            Err(_) => {}
        }
    }
}

/// Ends a process group: asked first, then killed. `leader_ended` also reaps, where the leader is our child.
pub fn end_group(leader: u32, mut leader_ended: impl FnMut() -> bool) {
    let Ok(group) = i32::try_from(leader).map(Pid::from_raw) else { return };
    let _ = killpg(group, Signal::SIGTERM);
    let deadline = Instant::now() + GRACE;
    while Instant::now() < deadline {
        let ended = leader_ended();
        // Signal 0 asks whether anybody of the group is left.
        if ended && killpg(group, None).is_err() {
            return;
        }
        std::thread::sleep(POLL);
    }
    let _ = killpg(group, Signal::SIGKILL);
    leader_ended();
}
