//! What stands in for AWS: a process of ours, a container, or whatever answers at a URL already. `process` and
//! `container` are of one shape; [`Emulator`] is what the rest sees of either.

mod capabilities;
mod choice;
mod container;
pub(crate) mod crash;
mod engine;
mod process;
pub(crate) mod sweep;

use std::net::Ipv4Addr;
use std::time::Duration;

use anyhow::{Context, Result, ensure};
use serde::{Deserialize, Serialize};

pub(crate) use self::capabilities::{Capabilities, Need};
use self::choice::Choice;
pub(crate) use self::choice::{Api, Options};
use self::container::Container;
use self::process::Process;
use crate::files::Files;
use crate::glibc;
use crate::package::Packages;

#[cfg(test)]
pub(crate) use self::capabilities::tests as known;

/// What decides how the emulator behaves: with another, a stack is another.
pub(crate) const PINS: &str = concat!(include_str!("requirements.txt"), include_str!("launch.py"));

/// Where an emulator is, and what it is.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Place {
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
    Elsewhere,
}

/// An emulator that answers.
#[derive(Debug)]
pub(crate) struct Emulator {
    pub(crate) place: Place,
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
    pub(crate) async fn start(files: &Files, options: &Options) -> Result<Self> {
        let (life, place) = match options.choose().await {
            Choice::Ministack => {
                let (process, place) = Process::start(files, options.port).await?;
                (Life::Process(process), place)
            }
            Choice::Localstack => {
                let (container, place) = Container::start(files, options).await?;
                (Life::Container(Box::new(container)), place)
            }
            Choice::Url(endpoint) => {
                ensure!(
                    is_ready(&endpoint).await,
                    "nothing answers at {}: is an emulator up there?",
                    health(&endpoint)
                );
                std::fs::write(files.log("emulator"), "")?;
                (Life::NotOurs, Place { kind: Kind::Elsewhere, endpoint, host: options.host_address })
            }
        };
        Self::new(place, life).await
    }

    /// The one that an earlier run has left up.
    pub(crate) async fn attach(files: &Files, options: &Options, place: Place) -> Result<Self> {
        let life = match &place.kind {
            Kind::Localstack { .. } => Life::Container(Box::new(Container::attach(files, options).await?)),
            Kind::Ministack | Kind::Elsewhere => Life::NotOurs,
        };
        Self::new(place, life).await
    }

    async fn new(place: Place, life: Life) -> Result<Self> {
        let capabilities = Capabilities::read(&client(Duration::from_secs(20))?, &place.endpoint).await?;
        Ok(Self { place, capabilities, life })
    }

    /// Whether functions start where this emulator runs them.
    pub(crate) fn check_programs(&self, packages: &Packages) -> Result<()> {
        match self.place.kind {
            Kind::Localstack { .. } => {
                [&packages.ingest, &packages.process].into_iter().try_for_each(|it| glibc::check(it))
            }
            Kind::Ministack | Kind::Elsewhere => Ok(()),
        }
    }

    /// Whether functions can reach what listens on a port here.
    pub(crate) async fn reaches(&self, port: u16) -> Result<()> {
        match &self.life {
            Life::Container(container) => container.reaches(self.place.host, port).await,
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
