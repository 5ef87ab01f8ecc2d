//! What was made on an emulator that is not ours does not go with the emulator: it has to be destroyed there. A note of
//! it outlives whatever interrupts a run.

use std::path::PathBuf;

use anyhow::{Context, Result};

use crate::emulator::{EmulatorInfo, Kind, is_ready};
use crate::system::repository::Repository;
use crate::terraform::Terraform;

/// Says at a run's end that something is left, unless it was left on purpose.
pub(crate) struct ExternalStack(Option<EmulatorInfo>);

impl ExternalStack {
    /// Notes that something is about to be made there; of no concern where the emulator is ours.
    pub(crate) fn note(files: &Repository, emulator_info: &EmulatorInfo) -> Result<Self> {
        if emulator_info.kind != Kind::External {
            return Ok(Self(None));
        }
        std::fs::write(file(files), serde_json::to_vec(emulator_info)?).context("cannot note what is made")?;
        Ok(Self(Some(emulator_info.clone())))
    }

    /// It is to stay.
    pub(crate) fn leave(mut self) {
        self.0 = None;
    }

    /// Destroys what was made.
    pub(crate) async fn end(mut self, files: &Repository) -> Result<()> {
        if self.0.is_some() {
            end_left(files).await?;
        }
        self.0 = None;
        Ok(())
    }
}

impl Drop for ExternalStack {
    fn drop(&mut self) {
        if let Some(emulator_info) = &self.0 {
            eprintln!("what was made at {} is still there: `cargo harness down` destroys it", emulator_info.endpoint);
        }
    }
}

/// Destroys what an earlier run has left on an emulator that is not ours; says whether there was anything.
pub(super) async fn end_left(files: &Repository) -> Result<bool> {
    let note = std::fs::read(file(files)).ok().and_then(|text| serde_json::from_slice::<EmulatorInfo>(&text).ok());
    let Some(emulator_info) = note else { return Ok(false) };
    if is_ready(&emulator_info.endpoint).await {
        Terraform::as_it_was(files, &emulator_info.endpoint).destroy().await?;
    } else {
        eprintln!("nothing answers at {} any more: what was made there is forgotten", emulator_info.endpoint);
    }
    std::fs::remove_file(file(files))?;
    Ok(true)
}

fn file(files: &Repository) -> PathBuf {
    files.own.join("external_stack.json")
}
