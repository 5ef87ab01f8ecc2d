//! The command line: one file for each command.

mod down;
mod e2e;
mod environments;
mod examples;
mod package;
mod send;
mod up;

use std::path::PathBuf;
use std::process::ExitCode;

use anyhow::Result;
use clap::{Parser, Subcommand};

use crate::emulator::cleanup;
use crate::load::Load;

const AFTER_HELP: &str = "\
Examples:
  cargo e2e
  cargo e2e --only 'event-*' --emulator ministack
  cargo harness up
  cargo harness send --source stripe
  cargo harness load --rate 50 --duration 1m
  cargo harness down

Environment variables:
  LOCALSTACK_IMAGE       same as --image
  LOCALSTACK_AUTH_TOKEN  licence token, which LocalStack receives
  DOCKER_HOST            address of the Docker engine
  TF_CLI_CONFIG_FILE     CLI configuration of Terraform
  TF_PLUGIN_DIR          folder with a mirror of the AWS provider, for machines without internet access
  CARGO_TARGET_DIR       Cargo's target directory; the harness writes into its folder `harness`

Exit codes:
  0    success
  1    the command failed, a scenario failed, or an event was lost
  2    wrong usage
  129, 130, 143  ended by SIGHUP, Ctrl-C or SIGTERM";

/// Run Hookline on a local AWS emulator: start a stack, send signed webhooks, and check the results
#[derive(Debug, Parser)]
#[command(
    name = "cargo harness",
    bin_name = "cargo harness",
    version,
    max_term_width = 100,
    after_help = AFTER_HELP
)]
pub struct Arguments {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Start a stack, run all scenarios and end the stack (short: `cargo e2e`)
    ///
    /// The exit code is 1 if a scenario failed. The logs are in target/harness/logs.
    E2e(e2e::E2e),
    /// Start or update a stack and keep it running
    Up(up::Up),
    /// End the running stack and remove its resources
    Down,
    /// Send a signed webhook to the running stack and wait for its delivery
    Send(send::Send),
    /// Send signed webhooks to the running stack at a constant rate and check that no event is lost
    ///
    /// The report is in target/harness/load.html.
    Load(Load),
    /// Apply and destroy the committed environments on an emulator
    ///
    /// Applies the bootstrap module and all environments. Checks that a second plan is empty, that no resource remains after
    /// the destroy, and that the roles of the bootstrap allow each call that Terraform made and no other action.
    ///
    /// The exit code is 1 if there is a finding about the roles.
    Environments(environments::Environments),
    /// Apply and destroy the examples and a configuration of `hookline init` on an emulator
    ///
    /// The packages and the program `hookline` are those of a release that is made from this machine's debug builds, with the
    /// scripts of a real release. Checks that a second plan is empty, that a changed package is rejected, that a signed request
    /// is delivered, and that no resource remains after the destroy.
    Examples(examples::Examples),
    /// Build the functions for Lambda and package them for Terraform
    Package(package::Package),
    /// Helper process that removes containers; not a user command
    #[command(name = cleanup::CLEANUP_COMMAND, hide = true)]
    RemoveContainers { label: String, marker: PathBuf },
}

/// Runs one command.
///
/// # Errors
///
/// Any failure of the command, as one line that says what failed and what to do.
pub async fn run(arguments: Arguments) -> Result<ExitCode> {
    // All TLS clients of this program use one cryptography provider.
    let _ = rustls::crypto::ring::default_provider().install_default();
    match arguments.command {
        Command::E2e(e2e) => e2e.run().await,
        Command::Up(up) => up.run().await,
        Command::Down => down::run().await,
        Command::Send(send) => send.run().await,
        Command::Load(load) => load.run().await,
        Command::Environments(environments) => environments.run().await,
        Command::Examples(examples) => examples.run().await,
        Command::Package(package) => package.run().await,
        Command::RemoveContainers { label, marker } => Ok(cleanup::run(&label, &marker).await),
    }
}

#[cfg(test)]
mod tests {
    use clap::CommandFactory;

    use super::*;

    #[test]
    fn help_of_every_command() {
        let mut command = Arguments::command();
        command.build();
        let is_documented = |command: &&mut clap::Command| !command.is_hide_set() && command.get_name() != "help";
        let subcommands = command.get_subcommands_mut().filter(is_documented);
        let mut pages: Vec<_> = subcommands.map(|subcommand| subcommand.render_long_help().to_string()).collect();
        pages.insert(0, Arguments::command().render_long_help().to_string());
        insta::assert_snapshot!(pages.join("\n----\n"));
    }
}
