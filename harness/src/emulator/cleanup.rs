//! Containers that end with us, however we end. They are found by a label and not by id, so that nothing slips through
//! while it is being made, and the functions' containers, which LocalStack makes, are found too.

use std::path::Path;
use std::process::{ExitCode, Stdio};
use std::time::Duration;

use anyhow::{Context, Result};
use sha2::{Digest, Sha256};

use super::docker::Engine;
use crate::system::parent_pipe::{self, ParentPipe};
use crate::system::repository::Repository;

/// The guard's name on the command line, not for people.
pub(crate) const SWEEP: &str = "__sweep";

/// How long removing may take.
const LIMIT: Duration = Duration::from_secs(60);
const POLL: Duration = Duration::from_millis(100);
/// A request of LocalStack's for one more container may still be under way when LocalStack itself is gone.
const QUIET_POLLS: u32 = 5;

/// What all containers of this target folder carry.
pub(super) fn label(files: &Repository) -> String {
    let folder = Sha256::digest(files.own.as_os_str().as_encoded_bytes());
    format!("hookline.harness={}", hex::encode(folder).chars().take(12).collect::<String>())
}

/// Starts a guard that removes everything with the label when it is dropped.
pub(super) fn guard(files: &Repository) -> Result<ParentPipe> {
    std::fs::write(marker(files), "")?;
    ParentPipe::start(SWEEP, |guard| {
        guard.arg(label(files)).arg(marker(files)).stdout(Stdio::null());
    })
}

/// The guard itself: waits for its word and removes the containers, unless they are released.
pub(crate) async fn run(label: &str, marker: &Path) -> ExitCode {
    let word = tokio::task::spawn_blocking(|| parent_pipe::word().recv());
    if matches!(word.await, Ok(Ok(true))) {
        return ExitCode::SUCCESS;
    }
    match remove(label, marker).await {
        Ok(_) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("containers may be left, see `docker ps --all --filter label={label}`: {error:#}");
            ExitCode::FAILURE
        }
    }
}

/// Removes what an earlier run has left; says whether there was anything. No engine is asked if none was used.
pub(crate) async fn end_left(files: &Repository) -> Result<bool> {
    let marker = marker(files);
    if !marker.exists() {
        return Ok(false);
    }
    remove(&label(files), &marker).await
}

fn marker(files: &Repository) -> std::path::PathBuf {
    files.own.join("containers")
}

async fn remove(label: &str, marker: &Path) -> Result<bool> {
    let removed = tokio::time::timeout(LIMIT, remove_all(label)).await;
    let removed = removed.with_context(|| format!("the Docker engine takes more than {} s", LIMIT.as_secs()))??;
    let _ = std::fs::remove_file(marker);
    Ok(removed)
}

async fn remove_all(label: &str) -> Result<bool> {
    let engine = Engine::find().await?;
    let (mut any, mut quiet) = (false, 0);
    while quiet < QUIET_POLLS {
        let found = engine.labelled(label).await?;
        if found.is_empty() {
            quiet += 1;
            // Without the emulator nobody makes containers.
            if !any {
                break;
            }
            tokio::time::sleep(POLL).await;
            continue;
        }
        (any, quiet) = (true, 0);
        for id in found {
            engine.remove(&id).await?;
        }
    }
    Ok(any)
}
