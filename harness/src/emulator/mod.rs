//! What stands in for AWS.

mod ministack;
mod venv;

use std::net::{Ipv4Addr, TcpListener};
use std::path::PathBuf;
use std::time::Duration;

use anyhow::{Context, Result};

use crate::files::{Files, tail};
use crate::guarded::Guarded;
use crate::progress::Step;
use crate::wait;

/// What decides how the emulator behaves: with another, a stack is another.
pub(crate) const PINS: &str = concat!(include_str!("requirements.txt"), include_str!("launch.py"));

/// An emulator that answers.
#[derive(Debug)]
pub struct Emulator {
    /// Where all services are.
    pub endpoint: String,
    /// Its own log, with what the functions print.
    pub log: PathBuf,
    program: Guarded,
}

impl Emulator {
    /// Starts the embedded emulator on `port`, or on a free one.
    pub(crate) async fn start(files: &Files, port: Option<u16>) -> Result<Self> {
        let python = venv::make(files).await?;
        let port = port_to_use(port)?;
        let step = Step::start(format!("start MiniStack on port {port}"));
        let log = files.log("emulator");
        std::fs::write(&log, "")?;
        let program = Guarded::start(&ministack::command(files, &python, port)?, &log, Some(&files.emulator_pid()))?;
        let mut emulator = Self { endpoint: format!("http://127.0.0.1:{port}"), log, program };
        emulator.ready().await?;
        step.done("");
        Ok(emulator)
    }

    async fn ready(&mut self) -> Result<()> {
        let (endpoint, log) = (self.endpoint.clone(), self.log.clone());
        let answers = wait::until("an answer of the emulator", Duration::from_secs(60), async || {
            Ok(is_ready(&endpoint).await.then_some(()))
        });
        let ready = self.while_alive(answers).await;
        ready.with_context(|| format!("the emulator does not start (log: {})", log.display()))
    }

    /// Does `work`, but no longer than the emulator lives.
    pub(crate) async fn while_alive<T>(&mut self, work: impl Future<Output = Result<T>>) -> Result<T> {
        tokio::select! {
            done = work => done,
            error = self.death() => Err(error),
        }
    }

    async fn death(&mut self) -> anyhow::Error {
        loop {
            match self.program.ended() {
                Ok(None) => tokio::time::sleep(Duration::from_millis(100)).await,
                Ok(Some(status)) => {
                    let (log, last) = (self.log.display(), tail(&self.log, 10));
                    return anyhow::anyhow!("the emulator has ended ({status}); its log is {log}\n{last}");
                }
                Err(error) => return error,
            }
        }
    }

    /// Lets the emulator outlive this program.
    pub(crate) fn release(self) -> Result<()> {
        self.program.release()
    }
}

/// Whether an emulator answers there.
pub(crate) async fn is_ready(endpoint: &str) -> bool {
    let client = reqwest::Client::builder().no_proxy().timeout(Duration::from_secs(2)).build();
    let Ok(client) = client else { return false };
    client.get(format!("{endpoint}{}", ministack::READY)).send().await.is_ok_and(|answer| answer.status().is_success())
}

/// A port that is free now: the one that was asked for, or any.
fn port_to_use(port: Option<u16>) -> Result<u16> {
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
