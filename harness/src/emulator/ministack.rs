//! MiniStack: one Python process that runs each function's own `bootstrap` and evaluates IAM.

use std::path::Path;
use std::process::Command;

use anyhow::Result;

use crate::files::Files;

/// Answers 200 when it can be used.
pub(super) const READY: &str = "/_ministack/ready";

const LAUNCH: &str = include_str!("launch.py");

/// In an environment of its own: MiniStack hands all of its own on to the functions.
pub(super) fn command(files: &Files, python: &Path, port: u16) -> Result<Command> {
    let home = files.own.join("emulator");
    let _ = std::fs::remove_dir_all(&home);
    std::fs::create_dir_all(home.join("tmp"))?;
    let launch = home.join("launch.py");
    std::fs::write(&launch, LAUNCH)?;
    // `env -i` and not `env_clear`: the guard between us needs nothing, but cannot be told so.
    let mut command = Command::new("/usr/bin/env");
    command.arg("-i");
    for (name, value) in [
        ("PATH", "/usr/local/bin:/usr/bin:/bin"),
        ("LANG", "C.UTF-8"),
        ("PYTHONUNBUFFERED", "1"),
        // IAM is evaluated: a function without a permission fails here as it does on AWS.
        ("AUTH", "true"),
        ("BIND_HOST", "127.0.0.1"),
        ("MINISTACK_REGION", crate::terraform::REGION),
        ("IOT_MTLS_ENABLED", "0"),
        ("SFTP_ENABLED", "0"),
        ("LOG_LEVEL", "INFO"),
    ] {
        command.arg(format!("{name}={value}"));
    }
    command.arg(format!("GATEWAY_PORT={port}"));
    command.arg(format!("AWS_ENDPOINT_URL=http://127.0.0.1:{port}"));
    for (name, folder) in [("HOME", "home"), ("TMPDIR", "tmp"), ("STATE_DIR", "state")] {
        command.arg(format!("{name}={}", home.join(folder).display()));
    }
    command.arg(python).arg(launch).current_dir(&home);
    Ok(command)
}
