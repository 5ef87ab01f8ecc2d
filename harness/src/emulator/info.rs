use std::net::Ipv4Addr;

use serde::{Deserialize, Serialize};

/// Region that the emulator simulates.
pub const REGION: &str = hookline::aws::EMULATOR_REGION;

/// Account of every emulator.
pub(crate) const ACCOUNT: &str = "000000000000";

/// Kind and addresses of an emulator.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct EmulatorInfo {
    pub(crate) kind: EmulatorKind,
    /// Endpoint of all AWS services.
    pub(crate) endpoint: String,
    /// Address of this machine, as functions see it.
    pub(crate) host: Ipv4Addr,
}

/// Kind of an emulator.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum EmulatorKind {
    /// A process that the harness starts.
    Ministack,
    /// A container that the harness starts.
    Localstack {
        /// Image of the container.
        image: String,
    },
    /// An emulator that was already running. The harness does not end it.
    External,
}
