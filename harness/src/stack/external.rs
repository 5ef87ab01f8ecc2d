//! The stack on an external emulator. The harness does not end such an emulator, so it must destroy the resources. A file
//! records that there are resources, so that a later run can destroy them after an interruption.

use std::path::PathBuf;

use anyhow::{Context, Result};

use super::aws_receivers;
use crate::emulator::{EmulatorInfo, EmulatorKind, is_ready};
use crate::system::repository::Repository;
use crate::terraform::Terraform;

/// Resources on an external emulator; empty for other emulators. When this value is dropped without
/// [`ExternalStack::destroy`] or [`ExternalStack::keep_running`], it prints that the resources still exist.
pub(crate) struct ExternalStack(Option<EmulatorInfo>);

impl ExternalStack {
    /// Records that the emulator is about to have resources. Does nothing unless the emulator is external.
    pub(crate) fn record(repository: &Repository, info: &EmulatorInfo) -> Result<Self> {
        if info.kind != EmulatorKind::External {
            return Ok(Self(None));
        }
        std::fs::write(file(repository), serde_json::to_vec(info)?).context("cannot record the external stack")?;
        Ok(Self(Some(info.clone())))
    }

    /// Keeps the resources, without the message.
    pub(crate) fn keep_running(mut self) {
        self.0 = None;
    }

    /// Destroys the resources.
    pub(crate) async fn destroy(mut self, repository: &Repository) -> Result<()> {
        if self.0.is_some() {
            destroy_leftovers(repository).await?;
        }
        self.0 = None;
        Ok(())
    }
}

impl Drop for ExternalStack {
    fn drop(&mut self) {
        if let Some(info) = &self.0 {
            eprintln!("resources still exist at {}: destroy them with `cargo harness down`", info.endpoint);
        }
    }
}

/// Destroys the resources of an earlier run on an external emulator. Returns whether there was such a run.
pub(super) async fn destroy_leftovers(repository: &Repository) -> Result<bool> {
    let recorded =
        std::fs::read(file(repository)).ok().and_then(|text| serde_json::from_slice::<EmulatorInfo>(&text).ok());
    let Some(info) = recorded else { return Ok(false) };
    if is_ready(&info.endpoint).await {
        Terraform::existing(repository, &info.endpoint).destroy().await?;
        aws_receivers::delete(&info.endpoint).await?;
    } else {
        eprintln!("the emulator at {} does not respond: its resources are not destroyed", info.endpoint);
    }
    std::fs::remove_file(file(repository))?;
    Ok(true)
}

fn file(repository: &Repository) -> PathBuf {
    repository.harness_directory.join("external_stack.json")
}
