//! Where a Docker engine may listen.

use std::path::PathBuf;

/// Returns the usual sockets of a Docker engine: of the system, of a rootless engine, and of Docker Desktop.
#[must_use]
pub fn sockets() -> [PathBuf; 4] {
    let home = std::env::home_dir().unwrap_or_default();
    let runtime = std::env::var_os("XDG_RUNTIME_DIR").map(PathBuf::from).unwrap_or_default();
    [
        PathBuf::from("/var/run/docker.sock"),
        runtime.join("docker.sock"),
        home.join(".docker/run/docker.sock"),
        home.join(".docker/desktop/docker.sock"),
    ]
}
