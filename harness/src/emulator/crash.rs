//! A function that dies in the middle of its work: killed, as by the kernel when memory is short.

use anyhow::{Context, Result};
use nix::sys::signal::{Signal, kill as send};
use nix::unistd::Pid;

use super::docker::Engine;
use super::{EmulatorInfo, Kind};

/// Why that cannot be done there, if it cannot.
pub(crate) fn impossible(emulator_info: &EmulatorInfo) -> Option<String> {
    match emulator_info.kind {
        Kind::Localstack { .. } => None,
        Kind::Ministack if std::path::Path::new("/proc/self/environ").exists() => None,
        Kind::Ministack => Some("this system has no /proc to find the function's process in".to_owned()),
        Kind::External => Some("the functions of an emulator that was up already are not ours to kill".to_owned()),
    }
}

/// Kills whatever runs the function there, and says how many that were.
pub(crate) async fn kill(emulator_info: &EmulatorInfo, function: &str) -> Result<usize> {
    match emulator_info.kind {
        Kind::Localstack { .. } => kill_in_containers(function).await,
        Kind::Ministack | Kind::External => kill_processes(&emulator_info.endpoint, function),
    }
}

/// In each container of the function: the function alone, since the container's first process tells of its end.
async fn kill_in_containers(function: &str) -> Result<usize> {
    const KILL: &str = "for exe in /proc/[0-9]*/exe; do \
        if [ \"$(readlink $exe)\" = /var/task/bootstrap ]; then pid=${exe%/exe}; kill -9 ${pid#/proc/} && found=1; fi; done; \
        [ \"$found\" ]";
    let engine = Engine::find().await?;
    let mut killed = 0;
    for id in engine.named(function).await? {
        killed += usize::from(engine.execute(&id, &["sh", "-c", KILL]).await? == 0);
    }
    Ok(killed)
}

/// A function's process has the function's name in its environment, and its emulator's address.
fn kill_processes(endpoint: &str, function: &str) -> Result<usize> {
    let name = format!("AWS_LAMBDA_FUNCTION_NAME={function}");
    let address = format!("AWS_ENDPOINT_URL={endpoint}");
    let mut killed = 0;
    for entry in std::fs::read_dir("/proc").context("no /proc")?.flatten() {
        let Some(pid) = entry.file_name().to_str().and_then(|name| name.parse().ok()) else { continue };
        let environment = std::fs::read(entry.path().join("environ")).unwrap_or_default();
        let has = |line: &str| environment.split(|byte| *byte == 0).any(|it| it == line.as_bytes());
        if has(&name) && has(&address) && send(Pid::from_raw(pid), Signal::SIGKILL).is_ok() {
            killed += 1;
        }
    }
    Ok(killed)
}

#[cfg(test)]
mod tests {
    use std::os::unix::process::ExitStatusExt;
    use std::process::Command;

    use super::*;

    #[test]
    fn only_the_functions_own_process_is_killed() {
        let sleeper = |function: &str| {
            let mut command = Command::new("sleep");
            command.arg("60").env("AWS_LAMBDA_FUNCTION_NAME", function).env("AWS_ENDPOINT_URL", "http://here:1");
            command.spawn().unwrap()
        };
        let (mut ours, mut other) = (sleeper("crash-test"), sleeper("crash-test-2"));
        assert_eq!(kill_processes("http://elsewhere:1", "crash-test").unwrap(), 0);
        // A process that has just begun shows no environment for a moment.
        let deadline = std::time::Instant::now() + std::time::Duration::from_secs(5);
        let mut killed = 0;
        while killed == 0 && std::time::Instant::now() < deadline {
            killed = kill_processes("http://here:1", "crash-test").unwrap();
        }
        assert_eq!(killed, 1);
        assert_eq!(ours.wait().unwrap().signal(), Some(9));
        assert!(other.try_wait().unwrap().is_none());
        other.kill().unwrap();
        other.wait().unwrap();
    }
}
