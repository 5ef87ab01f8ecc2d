//! Installation of MiniStack while cargo compiles.

use std::ffi::{OsStr, OsString};
use std::os::unix::net::UnixStream;
use std::path::{Path, PathBuf};
use std::sync::mpsc::{Receiver, channel};
use std::time::Instant;

use launcher::python::{Environment, InstallError, MINISTACK};

use crate::terminal::print_line;

/// Starts the installation in a thread if the command needs MiniStack and it is not installed. The channel returns the
/// result. If this process ends, the installation ends too.
pub(crate) fn start(arguments: &[OsString], harness_directory: &Path) -> Option<Receiver<Result<(), InstallError>>> {
    let environment = Environment::new(harness_directory, MINISTACK);
    if !needs_ministack(arguments, docker_may_run) || environment.is_installed() {
        return None;
    }
    let (sender, result) = channel();
    std::thread::spawn(move || {
        let started = Instant::now();
        print_line("… install the emulator (once)");
        let installed = environment.install();
        let mark = if installed.is_ok() { "✓" } else { "✗" };
        print_line(&format!("{mark} install the emulator (once) ({:.1} s)", started.elapsed().as_secs_f64()));
        sender.send(installed)
    });
    Some(result)
}

/// Returns whether a command certainly starts MiniStack. Without `--emulator`, the harness uses MiniStack if there is no
/// Docker engine.
fn needs_ministack(arguments: &[OsString], docker_may_run: impl FnOnce() -> bool) -> bool {
    let starts_emulator =
        arguments.first().is_some_and(|command| ["e2e", "up", "environments"].iter().any(|name| command == name));
    let only_prints =
        ["--help", "-h", "--list"].iter().any(|option| arguments.iter().any(|argument| argument == option));
    if !starts_emulator || only_prints {
        return false;
    }
    match emulator(arguments) {
        Some(emulator) => emulator == "ministack",
        None => !docker_may_run(),
    }
}

/// Returns the value of the option `--emulator`.
fn emulator(arguments: &[OsString]) -> Option<&OsStr> {
    arguments.iter().enumerate().find_map(|(index, argument)| match argument.to_str()?.strip_prefix("--emulator")? {
        "" => arguments.get(index + 1).map(OsString::as_os_str),
        value => value.strip_prefix('=').map(OsStr::new),
    })
}

/// Returns whether there may be a Docker engine that the harness finds: a configured one, or one that accepts connections
/// at a usual socket.
fn docker_may_run() -> bool {
    let home = std::env::home_dir().unwrap_or_default();
    let runtime = std::env::var_os("XDG_RUNTIME_DIR").map(PathBuf::from).unwrap_or_default();
    let sockets = [
        PathBuf::from("/var/run/docker.sock"),
        runtime.join(".docker/run/docker.sock"),
        home.join(".docker/run/docker.sock"),
        home.join(".docker/desktop/docker.sock"),
    ];
    cfg!(target_os = "linux")
        && (std::env::var_os("DOCKER_HOST").is_some()
            || home.join(".testcontainers.properties").exists()
            || sockets.iter().any(|socket| UnixStream::connect(socket).is_ok()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn case(arguments: &[&str], docker: bool, expected: bool) {
        let arguments: Vec<OsString> = arguments.iter().map(OsString::from).collect();
        assert_eq!(needs_ministack(&arguments, || docker), expected, "{arguments:?}");
    }

    #[test]
    fn only_commands_that_certainly_start_ministack_need_it() {
        case(&["e2e"], false, true);
        case(&["e2e"], true, false);
        case(&["e2e", "--emulator", "ministack"], true, true);
        case(&["up", "--emulator=ministack"], true, true);
        case(&["up", "--emulator=localstack"], false, false);
        case(&["environments", "--emulator", "http://127.0.0.1:4566"], false, false);
        case(&["e2e", "--list"], false, false);
        case(&["up", "--emulator"], false, true);
        case(&["down"], false, false);
        case(&[], false, false);
    }
}
