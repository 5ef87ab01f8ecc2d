//! The emulator that replaces AWS: a local process, a container, or an emulator that is already running at a URL.
//! [`Emulator`] has the same operations for all of them. `process` and `container` implement the adapter of each.

mod adapter;
mod capabilities;
pub(crate) mod cleanup;
mod container;
pub(crate) mod crash;
mod docker;
mod handle;
mod health;
mod info;
pub(crate) mod json_api;
mod options;
mod process;
pub(crate) mod query_api;

#[cfg(test)]
pub(crate) use self::capabilities::tests as test_capabilities;
pub(crate) use self::capabilities::{Capabilities, Capability};
pub(crate) use self::handle::Emulator;
pub(crate) use self::health::is_ready;
pub(crate) use self::info::ACCOUNT;
pub use self::info::REGION;
pub(crate) use self::info::{EmulatorInfo, EmulatorKind};
pub(crate) use self::options::{ApiType, EmulatorOptions};
pub(crate) use self::process::VERSION_FILES;
