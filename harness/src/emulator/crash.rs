//! Simulates the crash of a function: the harness kills the function's process, as the kernel does when memory runs out.

use anyhow::{Context, Result};
use nix::sys::signal::{Signal, kill};
use nix::unistd::Pid;

use super::docker::Engine;
use super::info::{EmulatorInfo, EmulatorKind};

/// Returns why the harness cannot kill functions on this emulator, or `None` if it can.
pub(crate) fn unsupported_reason(info: &EmulatorInfo) -> Option<String> {
    match info.kind {
        EmulatorKind::Localstack { .. } => None,
        EmulatorKind::Ministack if std::path::Path::new("/proc/self/environ").exists() => None,
        EmulatorKind::Ministack => {
            Some("this operating system has no /proc, which the search for the function's process needs".to_owned())
        }
        EmulatorKind::External => Some("the harness does not kill functions of an external emulator".to_owned()),
    }
}

/// Kills all execution environments of a function. Returns their number.
pub(crate) async fn kill_function(info: &EmulatorInfo, function: &str) -> Result<usize> {
    match info.kind {
        EmulatorKind::Localstack { .. } => kill_in_containers(function).await,
        EmulatorKind::Ministack | EmulatorKind::External => kill_processes(&info.endpoint, function),
    }
}

/// Kills the function in each of its containers. The first process of a container, the runtime, keeps running and reports
/// the crash.
async fn kill_in_containers(function: &str) -> Result<usize> {
    const KILL: &str = "for exe in /proc/[0-9]*/exe; do \
        if [ \"$(readlink $exe)\" = /var/task/bootstrap ]; then pid=${exe%/exe}; kill -9 ${pid#/proc/} && found=1; fi; done; \
        [ \"$found\" ]";
    let engine = Engine::find().await?;
    let mut killed = 0;
    for id in engine.containers_with_name(function).await? {
        killed += usize::from(engine.execute(&id, &["sh", "-c", KILL]).await? == 0);
    }
    Ok(killed)
}

/// Kills all processes whose environment has the function's name and the emulator's endpoint.
fn kill_processes(endpoint: &str, function: &str) -> Result<usize> {
    let name = format!("AWS_LAMBDA_FUNCTION_NAME={function}");
    let endpoint = format!("AWS_ENDPOINT_URL={endpoint}");
    let mut killed = 0;
    for entry in std::fs::read_dir("/proc").context("cannot read /proc")?.flatten() {
        let Some(pid) = entry.file_name().to_str().and_then(|name| name.parse().ok()) else { continue };
        let environment = std::fs::read(entry.path().join("environ")).unwrap_or_default();
        let has = |line: &str| environment.split(|byte| *byte == 0).any(|variable| variable == line.as_bytes());
        if has(&name) && has(&endpoint) && kill(Pid::from_raw(pid), Signal::SIGKILL).is_ok() {
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
    fn kills_only_processes_of_the_function() {
        let sleeper = |function: &str| {
            let mut command = Command::new("sleep");
            command.arg("60").env("AWS_LAMBDA_FUNCTION_NAME", function).env("AWS_ENDPOINT_URL", "http://emulator:1");
            command.spawn().unwrap()
        };
        let (mut target, mut other) = (sleeper("crash-test"), sleeper("crash-test-2"));
        assert_eq!(kill_processes("http://other:1", "crash-test").unwrap(), 0);
        // The environment of a new process is empty until its program starts.
        let deadline = std::time::Instant::now() + std::time::Duration::from_secs(5);
        let mut killed = 0;
        while killed == 0 && std::time::Instant::now() < deadline {
            killed = kill_processes("http://emulator:1", "crash-test").unwrap();
        }
        assert_eq!(killed, 1);
        assert_eq!(target.wait().unwrap().signal(), Some(9));
        assert!(other.try_wait().unwrap().is_none());
        other.kill().unwrap();
        other.wait().unwrap();
    }
}
