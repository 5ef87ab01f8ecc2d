//! What stands in for AWS: a process of ours, a container, or whatever answers at a URL already. `process` and
//! `container` are of one shape; [`Emulator`] is what the rest sees of either.

mod capabilities;
pub(crate) mod cleanup;
mod container;
pub(crate) mod crash;
mod docker;
pub(crate) mod json_api;
mod options;
mod process;

use std::net::Ipv4Addr;
use std::time::Duration;

use anyhow::{Context, Result, ensure};
use serde::{Deserialize, Serialize};

pub(crate) use self::capabilities::{Capabilities, Capability};
use self::container::Container;
use self::options::Choice;
pub(crate) use self::options::{Api, Options};
use self::process::Process;
use crate::build::glibc;
use crate::build::package::Packages;
use crate::system::repository::Repository;

#[cfg(test)]
pub(crate) use self::capabilities::tests as known;

/// The region that the emulator simulates.
pub const REGION: &str = "eu-central-1";

/// What decides how the emulator behaves: with another, a stack is another.
pub(crate) const PINS: &str = concat!(include_str!("requirements.txt"), include_str!("launch.py"));

/// Where an emulator is, and what it is.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct EmulatorInfo {
    pub(crate) kind: Kind,
    /// Where all services are.
    pub(crate) endpoint: String,
    /// This machine, as functions see it.
    pub(crate) host: Ipv4Addr,
}

/// What an emulator is.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Kind {
    /// A process of ours.
    Ministack,
    /// A container of ours.
    Localstack {
        /// Its image.
        image: String,
    },
    /// Not ours: it was up, and stays up.
    External,
}

/// An emulator that answers.
#[derive(Debug)]
pub(crate) struct Emulator {
    pub(crate) emulator_info: EmulatorInfo,
    pub(crate) capabilities: Capabilities,
    life: Life,
}

/// What an adapter can do, beside being started.
trait Adapter {
    /// Resolves when the emulator has ended: with what it said last.
    async fn death(&mut self) -> anyhow::Error;

    /// Lets it outlive this program.
    fn release(self) -> Result<()>;
}

#[derive(Debug)]
enum Life {
    Process(Process),
    Container(Box<Container>),
    /// Whoever started it sees to it: an earlier run, or somebody else.
    NotOurs,
}

impl Emulator {
    /// Starts the emulator that was chosen, or finds it.
    pub(crate) async fn start(files: &Repository, options: &Options) -> Result<Self> {
        let (life, emulator_info) = match options.choose().await {
            Choice::Ministack => {
                let (process, emulator_info) = Process::start(files, options.port).await?;
                (Life::Process(process), emulator_info)
            }
            Choice::Localstack => {
                let (container, emulator_info) = Container::start(files, options).await?;
                (Life::Container(Box::new(container)), emulator_info)
            }
            Choice::Url(endpoint) => {
                ensure!(
                    is_ready(&endpoint).await,
                    "nothing answers at {}: is an emulator up there?",
                    health(&endpoint)
                );
                std::fs::write(files.log("emulator"), "")?;
                (Life::NotOurs, EmulatorInfo { kind: Kind::External, endpoint, host: options.host_address })
            }
        };
        Self::new(emulator_info, life).await
    }

    /// The one that an earlier run has left up.
    pub(crate) async fn attach(files: &Repository, options: &Options, emulator_info: EmulatorInfo) -> Result<Self> {
        let life = match &emulator_info.kind {
            Kind::Localstack { .. } => Life::Container(Box::new(Container::attach(files, options).await?)),
            Kind::Ministack | Kind::External => Life::NotOurs,
        };
        Self::new(emulator_info, life).await
    }

    async fn new(emulator_info: EmulatorInfo, life: Life) -> Result<Self> {
        let capabilities = Capabilities::read(&client(Duration::from_secs(20))?, &emulator_info.endpoint).await?;
        Ok(Self { emulator_info, capabilities, life })
    }

    /// Whether functions start where this emulator runs them.
    pub(crate) fn check_programs(&self, packages: &Packages) -> Result<()> {
        match self.emulator_info.kind {
            Kind::Localstack { .. } => {
                [&packages.ingest, &packages.process].into_iter().try_for_each(|it| glibc::check(it))
            }
            Kind::Ministack | Kind::External => Ok(()),
        }
    }

    /// Whether functions can reach what listens on a port here.
    pub(crate) async fn reaches(&self, port: u16) -> Result<()> {
        match &self.life {
            Life::Container(container) => container.reaches(self.emulator_info.host, port).await,
            Life::Process(_) | Life::NotOurs => Ok(()),
        }
    }

    /// Does `work`, but no longer than the emulator lives.
    pub(crate) async fn while_alive<T>(&mut self, work: impl Future<Output = Result<T>>) -> Result<T> {
        let death = async {
            match &mut self.life {
                Life::Process(process) => process.death().await,
                Life::Container(container) => container.death().await,
                Life::NotOurs => std::future::pending().await,
            }
        };
        tokio::select! {
            done = work => done,
            error = death => Err(error),
        }
    }

    /// Lets the emulator outlive this program.
    pub(crate) fn release(self) -> Result<()> {
        match self.life {
            Life::Process(process) => process.release(),
            Life::Container(container) => container.release(),
            Life::NotOurs => Ok(()),
        }
    }
}

/// Whether an emulator answers there.
pub(crate) async fn is_ready(endpoint: &str) -> bool {
    let Ok(client) = client(Duration::from_secs(2)) else { return false };
    client.get(health(endpoint)).send().await.is_ok_and(|answer| answer.status().is_success())
}

fn health(endpoint: &str) -> String {
    format!("{endpoint}/_localstack/health")
}

fn client(timeout: Duration) -> Result<reqwest::Client> {
    reqwest::Client::builder().no_proxy().timeout(timeout).build().context("no HTTP client")
}
