//! Containers that end with the harness, however the harness ends. A helper process removes all containers that have the
//! label of this repository. A label also covers containers that are just being created, and the containers that
//! LocalStack creates for the functions.

use std::path::{Path, PathBuf};
use std::process::{ExitCode, Stdio};
use std::time::Duration;

use anyhow::{Context, Result};
use sha2::{Digest, Sha256};

use super::docker::Engine;
use crate::system::parent_pipe::{self, ParentEvent, ParentPipe};
use crate::system::repository::Repository;

/// Hidden command of the helper process.
pub(crate) const CLEANUP_COMMAND: &str = "__remove-containers";

/// Time limit for the removal.
const LIMIT: Duration = Duration::from_secs(60);
const POLL_INTERVAL: Duration = Duration::from_millis(100);
/// Consecutive empty lists after which the removal is complete. When LocalStack ends, the engine may still be creating a
/// container for it.
const EMPTY_LISTS: u32 = 5;

/// Returns the label of all containers that belong to this repository's target directory.
pub(super) fn label(repository: &Repository) -> String {
    let folder = Sha256::digest(repository.harness_directory.as_os_str().as_encoded_bytes());
    format!("hookline.harness={}", hex::encode(folder).chars().take(12).collect::<String>())
}

/// Starts the helper process, which removes all labelled containers when the returned pipe is dropped.
pub(super) fn start_helper(repository: &Repository) -> Result<ParentPipe> {
    std::fs::write(marker(repository), "")?;
    ParentPipe::start(CLEANUP_COMMAND, |helper| {
        helper.arg(label(repository)).arg(marker(repository)).stdout(Stdio::null());
    })
}

/// Runs the helper process: waits for the end of the harness and removes the containers, unless it was detached.
pub(crate) async fn run(label: &str, marker: &Path) -> ExitCode {
    let event = tokio::task::spawn_blocking(|| parent_pipe::watch_parent().recv());
    if matches!(event.await, Ok(Ok(ParentEvent::Detached))) {
        return ExitCode::SUCCESS;
    }
    match remove(label, marker).await {
        Ok(_) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("containers may still exist: check `docker ps --all --filter label={label}`: {error:#}");
            ExitCode::FAILURE
        }
    }
}

/// Removes the containers of an earlier run. Returns whether there were any. If no run has used containers, the function
/// does not connect to the Docker engine.
pub(crate) async fn remove_leftovers(repository: &Repository) -> Result<bool> {
    let marker = marker(repository);
    if !marker.exists() {
        return Ok(false);
    }
    remove(&label(repository), &marker).await
}

/// File that exists while there may be containers.
fn marker(repository: &Repository) -> PathBuf {
    repository.harness_directory.join("containers")
}

async fn remove(label: &str, marker: &Path) -> Result<bool> {
    let removed = tokio::time::timeout(LIMIT, remove_all(label)).await;
    let removed = removed
        .with_context(|| format!("the Docker engine did not remove the containers in {} s", LIMIT.as_secs()))??;
    let _ = std::fs::remove_file(marker);
    Ok(removed)
}

async fn remove_all(label: &str) -> Result<bool> {
    let engine = Engine::find().await?;
    let (mut removed_any, mut empty_lists) = (false, 0);
    while empty_lists < EMPTY_LISTS {
        let containers = engine.containers_with_label(label).await?;
        if containers.is_empty() {
            empty_lists += 1;
            // Only a running LocalStack creates further containers.
            if !removed_any {
                break;
            }
            tokio::time::sleep(POLL_INTERVAL).await;
            continue;
        }
        (removed_any, empty_lists) = (true, 0);
        for id in containers {
            engine.remove(&id).await?;
        }
    }
    Ok(removed_any)
}
