//! Runs a command until it finishes or a signal ends it.

use std::pin::pin;
use std::process::ExitCode;
use std::sync::atomic::{AtomicBool, Ordering};

use anyhow::Result;
use futures_util::FutureExt as _;
use futures_util::future::select_all;
use tokio::signal::unix::{SignalKind, signal};

use crate::usage::UsageError;

/// Whether the command ends itself after a signal.
static IS_HANDLED: AtomicBool = AtomicBool::new(false);

/// Runs a command and prints its error. A signal drops the command's future, and with it everything that it started, unless the
/// command [handles](handle) signals.
///
/// Returns the command's exit code, 1 for an error, 2 for wrong usage, or 128 plus the signal's number.
pub async fn run_until_signal(command: impl Future<Output = Result<ExitCode>>) -> ExitCode {
    let mut command = pin!(command);
    let result = tokio::select! {
        result = &mut command => result,
        (name, code) = interrupted() => match IS_HANDLED.load(Ordering::Relaxed) {
            true => command.await,
            false => {
                eprintln!("interrupted by {name}");
                Ok(ExitCode::from(code))
            }
        }
    };
    result.unwrap_or_else(|error| {
        eprintln!("error: {error:#}");
        if error.is::<UsageError>() { ExitCode::from(2) } else { ExitCode::FAILURE }
    })
}

/// From now on, a signal does not end the command: the returned future ends, with the signal's name and the exit code that a
/// shell expects, and the command has to end itself.
pub fn handle() -> impl Future<Output = (&'static str, u8)> {
    IS_HANDLED.store(true, Ordering::Relaxed);
    interrupted()
}

/// Returns a future that waits for a signal, beginning with this call. It has the signal's name and the exit code that a
/// shell expects.
fn interrupted() -> impl Future<Output = (&'static str, u8)> {
    let signals = [
        (SignalKind::interrupt(), "Ctrl-C", 130),
        (SignalKind::terminate(), "SIGTERM", 143),
        (SignalKind::hangup(), "SIGHUP", 129),
    ];
    let waits = signals.map(|(kind, name, code)| {
        let signal = signal(kind);
        async move {
            match signal {
                Ok(mut signal) => signal.recv().await,
                Err(_) => std::future::pending().await,
            };
            (name, code)
        }
        .boxed()
    });
    async move { select_all(waits).await.0 }
}
