//! What was made on an emulator that is not ours does not go with the emulator: it has to be destroyed there. A note of
//! it outlives whatever interrupts a run.

use std::path::PathBuf;

use anyhow::{Context, Result};

use crate::emulator::{Kind, Place, is_ready};
use crate::files::Files;
use crate::terraform::Terraform;

/// Says at a run's end that something is left, unless it was left on purpose.
pub(crate) struct Elsewhere(Option<Place>);

impl Elsewhere {
    /// Notes that something is about to be made there; of no concern where the emulator is ours.
    pub(crate) fn note(files: &Files, place: &Place) -> Result<Self> {
        if place.kind != Kind::Elsewhere {
            return Ok(Self(None));
        }
        std::fs::write(file(files), serde_json::to_vec(place)?).context("cannot note what is made")?;
        Ok(Self(Some(place.clone())))
    }

    /// It is to stay.
    pub(crate) fn leave(mut self) {
        self.0 = None;
    }

    /// Destroys what was made.
    pub(crate) async fn end(mut self, files: &Files) -> Result<()> {
        if self.0.is_some() {
            end_left(files).await?;
        }
        self.0 = None;
        Ok(())
    }
}

impl Drop for Elsewhere {
    fn drop(&mut self) {
        if let Some(place) = &self.0 {
            eprintln!("what was made at {} is still there: `cargo harness down` destroys it", place.endpoint);
        }
    }
}

/// Destroys what an earlier run has left on an emulator that is not ours; says whether there was anything.
pub(super) async fn end_left(files: &Files) -> Result<bool> {
    let note = std::fs::read(file(files)).ok().and_then(|text| serde_json::from_slice::<Place>(&text).ok());
    let Some(place) = note else { return Ok(false) };
    if is_ready(&place.endpoint).await {
        Terraform::as_it_was(files, &place.endpoint).destroy().await?;
    } else {
        eprintln!("nothing answers at {} any more: what was made there is forgotten", place.endpoint);
    }
    std::fs::remove_file(file(files))?;
    Ok(true)
}

fn file(files: &Files) -> PathBuf {
    files.own.join("elsewhere.json")
}
