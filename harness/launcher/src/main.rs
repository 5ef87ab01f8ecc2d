//! `cargo e2e` and `cargo harness`: compiles the harness together with both functions and starts the harness.
//!
//! The launcher has no dependencies, so it is compiled within seconds and can say what happens before the first long
//! compilation. One cargo command for all three programs resolves their features together, so each dependency is compiled
//! once; and it keeps both cores busy.

#![allow(clippy::print_stderr, reason = "a command line tool")]

use std::ffi::OsString;
use std::io::IsTerminal;
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::{Command, ExitCode};
use std::sync::mpsc::{Receiver, RecvTimeoutError, channel};
use std::time::{Duration, Instant};

/// Interval of the progress lines where cargo shows no progress bar.
const HEARTBEAT: Duration = Duration::from_secs(8);

fn main() -> ExitCode {
    let arguments: Vec<OsString> = std::env::args_os().skip(1).collect();
    let repository = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
    let target = std::env::var_os("CARGO_TARGET_DIR").map_or_else(|| repository.join("target"), PathBuf::from);
    let harness = target.join("debug/harness");
    if let Some(text) = announcement(&arguments, harness.exists()) {
        eprintln!("{text}");
    }
    if let Err(code) = compile(&repository) {
        return code;
    }
    // Replaces this process, so that signals reach the harness directly.
    let error = Command::new(&harness).args(arguments).exec();
    eprintln!("error: cannot start `{}`: {error}", harness.display());
    ExitCode::FAILURE
}

/// Says what a long command does and how long it usually takes.
fn announcement(arguments: &[OsString], compiled: bool) -> Option<String> {
    let command = arguments.first()?.to_str()?;
    let is_given = |option: &str| arguments.iter().any(|argument| argument == option);
    if is_given("--help") || is_given("-h") || is_given("--list") || is_given("--reuse") {
        return None;
    }
    let steps = match command {
        "e2e" => {
            "starts an emulator, applies the Terraform configuration (about 1 minute) and runs the scenarios \
                  (about 2 minutes; --only GLOB selects some)"
        }
        "up" => "starts an emulator and applies the Terraform configuration (about 1 minute)",
        "environments" => "starts an emulator, and applies and destroys each environment (about 3 minutes)",
        _ => return None,
    };
    let compilation =
        if compiled { "" } else { "compiles the harness and both functions (about 5 minutes on two cores), " };
    Some(format!("{command}: {compilation}{steps}"))
}

/// Compiles the harness and both functions. Cargo prints its own progress.
fn compile(repository: &Path) -> Result<(), ExitCode> {
    let mut cargo = Command::new(std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into()));
    // No package is named: cargo then resolves the features of all default members together.
    cargo.args(["build", "--bin", "harness", "--bin", "ingest", "--bin", "process"]).current_dir(repository);
    forget_package(&mut cargo);
    let (finished, wait) = channel();
    let heartbeat = (!std::io::stderr().is_terminal()).then(|| std::thread::spawn(move || beat(&wait)));
    let status = cargo.status();
    drop(finished);
    let _ = heartbeat.map(std::thread::JoinHandle::join);
    match status {
        Ok(status) if status.success() => Ok(()),
        Ok(status) => Err(ExitCode::from(status.code().and_then(|code| u8::try_from(code).ok()).unwrap_or(1))),
        Err(error) => {
            eprintln!("error: cannot start cargo: {error}");
            Err(ExitCode::FAILURE)
        }
    }
}

/// Removes the variables with which `cargo run` describes the launcher: build scripts that read them would run again.
fn forget_package(cargo: &mut Command) {
    for (name, _) in std::env::vars_os() {
        let text = name.to_string_lossy();
        if text.starts_with("CARGO_PKG_") || text.starts_with("CARGO_MANIFEST_") {
            cargo.env_remove(name);
        }
    }
}

/// Prints that the compilation is still running, until the sender is dropped.
fn beat(finished: &Receiver<()>) {
    let started = Instant::now();
    while finished.recv_timeout(HEARTBEAT) == Err(RecvTimeoutError::Timeout) {
        eprintln!("   compiling for {:.0} s", started.elapsed().as_secs_f64());
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn case(arguments: &[&str], compiled: bool, expected: Option<&str>) {
        let arguments: Vec<OsString> = arguments.iter().map(OsString::from).collect();
        let text = announcement(&arguments, compiled);
        assert_eq!(
            text.as_deref().map(|text| text.split_whitespace().take(3).collect::<Vec<_>>().join(" ")).as_deref(),
            expected
        );
    }

    #[test]
    fn announces_long_commands_only() {
        case(&["e2e"], false, Some("e2e: compiles the"));
        case(&["e2e", "--only", "burst*"], true, Some("e2e: starts an"));
        case(&["up"], true, Some("up: starts an"));
        case(&["e2e", "--list"], false, None);
        case(&["e2e", "--reuse"], true, None);
        case(&["down"], true, None);
        case(&[], true, None);
    }
}
