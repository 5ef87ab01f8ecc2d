use std::time::Duration;

use anyhow::{Result, ensure};

use super::adapter::Adapter;
use super::capabilities::Capabilities;
use super::container::Container;
use super::health::{client, health_url, is_ready};
use super::info::{EmulatorInfo, EmulatorKind};
use super::options::{EmulatorChoice, EmulatorOptions};
use super::process::Process;
use crate::build::glibc;
use crate::build::package::Packages;
use crate::system::repository::Repository;

/// A running emulator.
#[derive(Debug)]
pub(crate) struct Emulator {
    pub(crate) info: EmulatorInfo,
    pub(crate) capabilities: Capabilities,
    backend: Backend,
}

#[derive(Debug)]
enum Backend {
    Process(Process),
    Container(Box<Container>),
    /// Another run or the user started the emulator. This run does not end it.
    Unmanaged,
}

impl Emulator {
    /// Starts the selected emulator, or connects to the one at the selected URL.
    pub(crate) async fn start(repository: &Repository, options: &EmulatorOptions) -> Result<Self> {
        let (backend, info) = match options.choose().await {
            EmulatorChoice::Ministack => {
                let (process, info) = Process::start(repository, options.port).await?;
                (Backend::Process(process), info)
            }
            EmulatorChoice::Localstack => {
                let (container, info) = Container::start(repository, options).await?;
                (Backend::Container(Box::new(container)), info)
            }
            EmulatorChoice::Url(endpoint) => {
                ensure!(
                    is_ready(&endpoint).await,
                    "no emulator responds at {}: check --emulator, or start the emulator",
                    health_url(&endpoint)
                );
                std::fs::write(repository.log("emulator"), "")?;
                let info = EmulatorInfo { kind: EmulatorKind::External, endpoint, host: options.host_address };
                (Backend::Unmanaged, info)
            }
        };
        Self::new(info, backend).await
    }

    /// Connects to the emulator of an earlier run.
    pub(crate) async fn attach(repository: &Repository, options: &EmulatorOptions, info: EmulatorInfo) -> Result<Self> {
        let backend = match &info.kind {
            EmulatorKind::Localstack { .. } => {
                Backend::Container(Box::new(Container::attach(repository, options).await?))
            }
            EmulatorKind::Ministack | EmulatorKind::External => Backend::Unmanaged,
        };
        Self::new(info, backend).await
    }

    async fn new(info: EmulatorInfo, backend: Backend) -> Result<Self> {
        let capabilities = Capabilities::detect(&client(Duration::from_secs(20))?, &info.endpoint).await?;
        Ok(Self { info, capabilities, backend })
    }

    /// Checks that the emulator can start the functions: those in containers need a glibc that the container has.
    pub(crate) fn check_packages(&self, packages: &Packages) -> Result<()> {
        match self.info.kind {
            EmulatorKind::Localstack { .. } => packages.paths().into_iter().try_for_each(glibc::check),
            EmulatorKind::Ministack | EmulatorKind::External => Ok(()),
        }
    }

    /// Checks that functions can connect to a port of this machine.
    pub(crate) async fn check_reachable(&self, port: u16) -> Result<()> {
        match &self.backend {
            Backend::Container(container) => container.check_reachable(self.info.host, port).await,
            Backend::Process(_) | Backend::Unmanaged => Ok(()),
        }
    }

    /// Runs `work`. Fails as soon as the emulator ends.
    pub(crate) async fn while_running<T>(&mut self, work: impl Future<Output = Result<T>>) -> Result<T> {
        let exit = async {
            match &mut self.backend {
                Backend::Process(process) => process.wait_for_exit().await,
                Backend::Container(container) => container.wait_for_exit().await,
                Backend::Unmanaged => std::future::pending().await,
            }
        };
        tokio::select! {
            result = work => result,
            error = exit => Err(error),
        }
    }

    /// Lets the emulator run after the harness ends.
    pub(crate) fn detach(self) -> Result<()> {
        match self.backend {
            Backend::Process(process) => process.detach(),
            Backend::Container(container) => container.detach(),
            Backend::Unmanaged => Ok(()),
        }
    }
}
