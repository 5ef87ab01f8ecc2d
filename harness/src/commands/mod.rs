//! The command line: a file a command.

mod down;
mod e2e;
mod environments;
mod package;
mod send;
mod up;

use std::path::PathBuf;
use std::process::ExitCode;

use anyhow::Result;
use clap::{Parser, Subcommand};

use crate::emulator::cleanup;
use crate::load;

/// Brings the production Terraform up on an emulator and drives signed requests through both functions.
#[derive(Debug, Parser)]
#[command(name = "cargo harness", bin_name = "cargo harness", version, max_term_width = 100)]
pub struct Arguments {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Bring a stack up, run every scenario on it and take it down (also: cargo e2e)
    E2e(e2e::E2e),
    /// Bring a stack up and leave it up
    Up(up::Up),
    /// Send one signed webhook to the stack that is up and wait until it arrives
    Send(send::Send),
    /// Take down the stack that is up
    Down,
    /// Bring committed environments up side by side on an emulator, and destroy them again
    Environments(environments::Environments),
    /// Build both functions for Lambda and package them for Terraform
    Package(package::Package),
    /// Send signed webhooks at a steady rate to the stack that is up, and see that none is lost
    Load(load::Options),
    #[command(name = cleanup::SWEEP, hide = true)]
    Sweep { label: String, marker: PathBuf },
}

/// Runs one command.
///
/// # Errors
///
/// Whatever stopped the command, in one line that says what happened and what to do.
pub async fn run(arguments: Arguments) -> Result<ExitCode> {
    // One provider of cryptography for every client of this program.
    let _ = rustls::crypto::ring::default_provider().install_default();
    match arguments.command {
        Command::E2e(e2e) => e2e.run().await,
        Command::Up(up) => up.run().await,
        Command::Send(send) => send.run().await,
        Command::Environments(environments) => environments.run().await,
        Command::Package(package) => package.run().await,
        Command::Load(load) => load.run().await,
        Command::Down => down::run().await,
        Command::Sweep { label, marker } => Ok(cleanup::run(&label, &marker).await),
    }
}

#[cfg(test)]
mod tests {
    use clap::CommandFactory;

    use super::*;

    #[test]
    fn the_help_says_what_there_is() {
        let mut command = Arguments::command();
        command.build();
        let subcommands = command.get_subcommands_mut().filter(|it| !it.is_hide_set());
        let mut help: Vec<_> = subcommands.map(|it| it.render_long_help().to_string()).collect();
        help.insert(0, Arguments::command().render_long_help().to_string());
        insta::assert_snapshot!(help.join("\n----\n"));
    }
}
