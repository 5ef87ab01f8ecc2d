//! A function's program, started as Lambda does it: in an environment of its own, with nothing but the Runtime API.

use std::path::Path;
use std::process::Stdio;
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail};
use axum::body::Bytes;
use tokio::process::{Child, Command};

use super::runtime_api::RuntimeApi;

/// A program that runs; dropped, it is killed.
pub(crate) struct Program {
    api: RuntimeApi,
    child: Child,
    pid: u32,
}

/// What a start came to.
#[derive(Debug, Clone, Copy, serde::Serialize)]
pub(crate) struct Start {
    /// From the start to the first event that it asks for.
    pub(crate) init_ms: f64,
    /// CPU until then.
    pub(crate) init_cpu_ms: f64,
    /// From the first event to its answer.
    pub(crate) first_ms: f64,
    /// CPU from the start until the first event was answered and done with.
    pub(crate) cpu_ms: f64,
}

impl Start {
    /// From the start to the first answer.
    pub(crate) fn wall_ms(&self) -> f64 {
        self.init_ms + self.first_ms
    }
}

/// What an event cost.
#[derive(Debug, Clone, Copy, serde::Serialize)]
pub(crate) struct Cost {
    pub(crate) wall_ms: f64,
    pub(crate) cpu_ms: f64,
}

impl Program {
    /// Starts it and gives it one event.
    pub(crate) async fn start(
        program: &Path,
        environment: &[(String, String)],
        event: Bytes,
        is_right: fn(&[u8]) -> bool,
        log: Stdio,
    ) -> Result<(Self, Start)> {
        let api = RuntimeApi::start().await?;
        let mut command = Command::new(program);
        command.env_clear().envs(environment.iter().cloned());
        command.env("AWS_LAMBDA_RUNTIME_API", format!("127.0.0.1:{}", api.port));
        command.stdin(Stdio::null()).stdout(log).stderr(Stdio::null()).kill_on_drop(true);
        let began = Instant::now();
        let child = command.spawn().with_context(|| format!("cannot start {}", program.display()))?;
        let pid = child.id().context("the program has ended")?;
        let mut started = Self { api, child, pid };
        let asked = started.asked().await?;
        let (init, init_cpu) = (asked - began, started.cpu()?);
        let first = started.invoke(event, is_right).await?;
        let cpu_ms = milliseconds(started.cpu()?);
        let (init_ms, init_cpu_ms) = (milliseconds(init), milliseconds(init_cpu));
        Ok((started, Start { init_ms, init_cpu_ms, first_ms: first.wall_ms, cpu_ms }))
    }

    /// Gives it an event and waits until it is done with it.
    pub(crate) async fn invoke(&mut self, event: Bytes, is_right: fn(&[u8]) -> bool) -> Result<Cost> {
        let before = self.cpu()?;
        let (wall, answer) = tokio::select! {
            done = self.api.invoke(event) => done?,
            status = self.child.wait() => bail!("the program has ended: {}", status?),
        };
        if !is_right(&answer) {
            bail!("it answers {}", String::from_utf8_lossy(&answer));
        }
        self.asked().await?;
        let cpu = self.cpu()?.saturating_sub(before);
        Ok(Cost { wall_ms: milliseconds(wall), cpu_ms: milliseconds(cpu) })
    }

    async fn asked(&mut self) -> Result<Instant> {
        tokio::select! {
            asked = self.api.asked() => asked,
            status = self.child.wait() => bail!("the program has ended: {}", status?),
        }
    }

    /// The memory that it holds, in KiB.
    pub(crate) fn resident_kib(&self) -> Result<u64> {
        let status = std::fs::read_to_string(format!("/proc/{}/status", self.pid)).context("the program's memory")?;
        let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:"));
        line.and_then(|it| it.split_whitespace().next()?.parse().ok()).context("the program's memory")
    }

    /// The CPU that all its threads have used, those that ended included, to the nanosecond.
    #[cfg(target_os = "linux")]
    fn cpu(&self) -> Result<Duration> {
        use nix::time::{clock_getcpuclockid, clock_gettime};
        let pid = nix::unistd::Pid::from_raw(self.pid.try_into()?);
        Ok(clock_gettime(clock_getcpuclockid(pid)?)?.into())
    }

    #[cfg(not(target_os = "linux"))]
    fn cpu(&self) -> Result<Duration> {
        bail!("the CPU clock of another process is Linux's: run the bench there, or in a container")
    }
}

pub(crate) fn milliseconds(duration: Duration) -> f64 {
    duration.as_secs_f64() * 1e3
}
