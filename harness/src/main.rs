//! The command line: see `cargo harness --help`.

#![allow(clippy::print_stderr, reason = "a command line tool")]

use std::process::ExitCode;

use clap::Parser;
use harness::command::{self, Arguments};
use tokio::signal::unix::{SignalKind, signal};

#[tokio::main]
async fn main() -> ExitCode {
    let arguments = Arguments::parse();
    // Whatever was started ends when this future does: by its end, or by a signal that drops it.
    let ended = tokio::select! {
        ended = command::run(arguments) => ended,
        name = interrupted() => Err(anyhow::anyhow!("ended by {name}; everything that was started is stopped")),
    };
    ended.unwrap_or_else(|error| {
        eprintln!("error: {error:#}");
        ExitCode::FAILURE
    })
}

async fn interrupted() -> &'static str {
    let named = |kind, name| async move {
        match signal(kind) {
            Ok(mut signal) => signal.recv().await,
            Err(_) => std::future::pending().await,
        };
        name
    };
    tokio::select! {
        name = named(SignalKind::interrupt(), "Ctrl-C") => name,
        name = named(SignalKind::terminate(), "SIGTERM") => name,
        name = named(SignalKind::hangup(), "SIGHUP") => name,
    }
}
