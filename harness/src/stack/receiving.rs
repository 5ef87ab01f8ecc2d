use anyhow::Result;

use super::{StackConfig, State};
use crate::emulator::EmulatorInfo;
use crate::system::repository::Repository;
use crate::traffic::certificates::Authority;
use crate::traffic::sink::Sink;

impl State {
    /// Starts the sink of a running stack, with the scripts and credentials of its destinations.
    pub(crate) async fn start_sink(&self, repository: &Repository, config: &StackConfig) -> Result<Sink> {
        let sink = start_sink(repository, config, &self.emulator, self.sink_port).await?;
        sink.set_secrets(self.secrets.destinations.clone());
        Ok(sink)
    }
}

/// Starts the sink for an emulator. Port 0 selects a free port.
pub(super) async fn start_sink(
    repository: &Repository,
    config: &StackConfig,
    info: &EmulatorInfo,
    port: u16,
) -> Result<Sink> {
    let tls = Authority::open(&repository.harness_directory)?.server_config(info.host)?;
    Sink::start(info.host, port, config.receivers(tls, &info.endpoint)).await
}
