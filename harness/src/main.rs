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
        (name, code) = interrupted() => {
            eprintln!("ended by {name}: what was started is being stopped");
            Ok(ExitCode::from(code))
        }
    };
    ended.unwrap_or_else(|error| {
        eprintln!("error: {error:#}");
        ExitCode::FAILURE
    })
}

/// The signal's name, and the exit code that a shell expects of it.
async fn interrupted() -> (&'static str, u8) {
    let named = |kind, name, code| async move {
        match signal(kind) {
            Ok(mut signal) => signal.recv().await,
            Err(_) => std::future::pending().await,
        };
        (name, code)
    };
    tokio::select! {
        ended = named(SignalKind::interrupt(), "Ctrl-C", 130) => ended,
        ended = named(SignalKind::terminate(), "SIGTERM", 143) => ended,
        ended = named(SignalKind::hangup(), "SIGHUP", 129) => ended,
    }
}
