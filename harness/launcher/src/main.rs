//! `cargo e2e` and `cargo harness`: compiles the harness together with the functions and starts the harness.
//!
//! The launcher has no dependencies, so it is compiled within seconds and can say what happens before the first long
//! compilation. One cargo command for all programs resolves their features together, so each dependency is compiled
//! once; and it keeps both cores busy. The emulator is installed at the same time, because `pip` mostly waits for the
//! network.

#![allow(clippy::print_stderr, reason = "a command line tool")]

mod announcement;
mod compilation;
mod preparation;
mod terminal;

use std::error::Error;
use std::ffi::OsString;
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::{Command, ExitCode};

use crate::compilation::CompilationError;

fn main() -> ExitCode {
    let arguments: Vec<OsString> = std::env::args_os().skip(1).collect();
    let repository = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
    let target = std::env::var_os("CARGO_TARGET_DIR").map_or_else(|| repository.join("target"), PathBuf::from);
    let harness = target.join("debug/harness");
    if let Some(text) = announcement::text(&arguments, harness.exists()) {
        eprintln!("{text}");
    }
    let installation = preparation::start(&arguments, &target.join("harness"));
    if let Err(error) = compilation::run(&repository, installation) {
        return report(&error);
    }
    // Replaces this process, so that signals reach the harness directly.
    let error = Command::new(&harness).args(arguments).exec();
    eprintln!("error: cannot start `{}`: {error}", harness.display());
    ExitCode::FAILURE
}

/// Prints an error with its sources, and returns the exit code. Cargo has already printed why a compilation failed.
fn report(error: &CompilationError) -> ExitCode {
    if let CompilationError::Failed { status } = error {
        return ExitCode::from(status.code().and_then(|code| u8::try_from(code).ok()).unwrap_or(1));
    }
    let mut text = error.to_string();
    let mut source = error.source();
    while let Some(error) = source {
        text = format!("{text}: {error}");
        source = error.source();
    }
    terminal::print_line(&format!("error: {text}"));
    ExitCode::FAILURE
}
