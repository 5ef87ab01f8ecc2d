//! Cargo commands that the launcher and the harness start.

use std::process::Command;

/// Returns a command for the Cargo that started this program, or for the one on the PATH. The command does not have the
/// variables with which `cargo run` describes this program: build scripts that read them would run in each build.
#[must_use]
pub fn command() -> Command {
    let mut cargo = Command::new(std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into()));
    for (name, _) in std::env::vars_os() {
        let text = name.to_string_lossy();
        if text.starts_with("CARGO_PKG_") || text.starts_with("CARGO_MANIFEST_") {
            cargo.env_remove(name);
        }
    }
    cargo
}
