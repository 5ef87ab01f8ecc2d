//! A function's executable, started as on Lambda: in its own environment, connected only to a Runtime API.

use std::path::Path;
use std::process::Stdio;
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail};
use axum::body::Bytes;
use tokio::process::{Child, Command};

use super::runtime_api::RuntimeApi;

/// A running program. Dropping it kills the process.
pub(crate) struct Program {
    api: RuntimeApi,
    child: Child,
    pid: u32,
}

/// Times of a start.
#[derive(Debug, Clone, Copy, serde::Serialize)]
pub(crate) struct ColdStart {
    /// From the start of the process to its first request for an event.
    pub(crate) init_ms: f64,
    /// CPU time in the same period.
    pub(crate) init_cpu_ms: f64,
    /// From the first event to its response.
    pub(crate) first_event_ms: f64,
    /// CPU time from the start of the process to its second request for an event.
    pub(crate) cpu_ms: f64,
}

impl ColdStart {
    /// From the start of the process to the first response.
    pub(crate) fn wall_ms(&self) -> f64 {
        self.init_ms + self.first_event_ms
    }
}

/// Times of an event.
#[derive(Debug, Clone, Copy, serde::Serialize)]
pub(crate) struct Invocation {
    pub(crate) wall_ms: f64,
    pub(crate) cpu_ms: f64,
}

impl Program {
    /// Starts a program and sends it one event.
    pub(crate) async fn start(
        executable: &Path,
        environment: &[(String, String)],
        event: Bytes,
        is_success: fn(&[u8]) -> bool,
        log: Stdio,
    ) -> Result<(Self, ColdStart)> {
        let api = RuntimeApi::start().await?;
        let mut command = Command::new(executable);
        command.env_clear().envs(environment.iter().cloned());
        command.env("AWS_LAMBDA_RUNTIME_API", format!("127.0.0.1:{}", api.port));
        command.stdin(Stdio::null()).stdout(log).stderr(Stdio::null()).kill_on_drop(true);
        let started_at = Instant::now();
        let child = command.spawn().with_context(|| format!("cannot start `{}`", executable.display()))?;
        let pid = child.id().context("the program has exited")?;
        let mut program = Self { api, child, pid };
        let requested_at = program.wait_for_event_request().await?;
        let (init, init_cpu) = (requested_at - started_at, program.cpu_time()?);
        let first_event = program.invoke(event, is_success).await?;
        let cpu_ms = milliseconds(program.cpu_time()?);
        let (init_ms, init_cpu_ms) = (milliseconds(init), milliseconds(init_cpu));
        Ok((program, ColdStart { init_ms, init_cpu_ms, first_event_ms: first_event.wall_ms, cpu_ms }))
    }

    /// Sends an event and waits until the program requests the next one.
    pub(crate) async fn invoke(&mut self, event: Bytes, is_success: fn(&[u8]) -> bool) -> Result<Invocation> {
        let before = self.cpu_time()?;
        let (wall, response) = tokio::select! {
            result = self.api.invoke(event) => result?,
            status = self.child.wait() => bail!("the program has exited: {}", status?),
        };
        if !is_success(&response) {
            bail!("the program returned an unexpected response: `{}`", String::from_utf8_lossy(&response));
        }
        self.wait_for_event_request().await?;
        let cpu = self.cpu_time()?.saturating_sub(before);
        Ok(Invocation { wall_ms: milliseconds(wall), cpu_ms: milliseconds(cpu) })
    }

    async fn wait_for_event_request(&mut self) -> Result<Instant> {
        tokio::select! {
            requested_at = self.api.wait_for_event_request() => requested_at,
            status = self.child.wait() => bail!("the program has exited: {}", status?),
        }
    }

    /// Resident memory in KiB.
    pub(crate) fn resident_kib(&self) -> Result<u64> {
        const CONTEXT: &str = "cannot read the program's resident memory";
        let status = std::fs::read_to_string(format!("/proc/{}/status", self.pid)).context(CONTEXT)?;
        let value = status.lines().find_map(|line| line.strip_prefix("VmRSS:"));
        value.and_then(|value| value.split_whitespace().next()?.parse().ok()).context(CONTEXT)
    }

    /// CPU time of all threads, including those that have exited, with a resolution of nanoseconds.
    #[cfg(target_os = "linux")]
    fn cpu_time(&self) -> Result<Duration> {
        use nix::time::{clock_getcpuclockid, clock_gettime};
        let pid = nix::unistd::Pid::from_raw(self.pid.try_into()?);
        Ok(clock_gettime(clock_getcpuclockid(pid)?)?.into())
    }

    #[cfg(not(target_os = "linux"))]
    fn cpu_time(&self) -> Result<Duration> {
        bail!("only Linux has a CPU clock for another process: run the benchmark on Linux or in a container")
    }
}

pub(crate) fn milliseconds(duration: Duration) -> f64 {
    duration.as_secs_f64() * 1e3
}
