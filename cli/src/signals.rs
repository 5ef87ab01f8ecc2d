//! Runs a command until it finishes or a signal ends it.

use std::process::ExitCode;

use anyhow::Result;
use tokio::signal::unix::{SignalKind, signal};

/// Runs a command and prints its error. A signal drops the command's future, and with it everything that it started.
///
/// Returns the command's exit code, 1 for an error, or 128 plus the signal's number.
pub async fn run_until_signal(command: impl Future<Output = Result<ExitCode>>) -> ExitCode {
    let result = tokio::select! {
        result = command => result,
        (name, code) = interrupted() => {
            eprintln!("interrupted by {name}");
            Ok(ExitCode::from(code))
        }
    };
    result.unwrap_or_else(|error| {
        eprintln!("error: {error:#}");
        ExitCode::FAILURE
    })
}

/// Waits for a signal. Returns its name and the exit code that a shell expects.
async fn interrupted() -> (&'static str, u8) {
    let wait = |kind, name, code| async move {
        match signal(kind) {
            Ok(mut signal) => signal.recv().await,
            Err(_) => std::future::pending().await,
        };
        (name, code)
    };
    tokio::select! {
        ended = wait(SignalKind::interrupt(), "Ctrl-C", 130) => ended,
        ended = wait(SignalKind::terminate(), "SIGTERM", 143) => ended,
        ended = wait(SignalKind::hangup(), "SIGHUP", 129) => ended,
    }
}
