//! The command line: a file a command.

mod bring_up;
mod dlq;
mod down;
mod e2e;
mod environments;
mod package;
mod replay;
mod scheme;
mod send;
mod sign;
mod trace;
mod up;
mod verify;

use std::path::PathBuf;
use std::process::ExitCode;

use anyhow::Result;
use clap::{Parser, Subcommand};

use crate::bench;
use crate::emulator::sweep;
use crate::guarded;
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
    /// Measure the functions side by side with others that do the same work
    Bench(bench::Options),
    /// List, show, redrive or purge what could not be delivered
    Dlq(dlq::Dlq),
    /// Put events of a file on the intake queue
    Replay(replay::Replay),
    /// Print the life of one event, out of the logs, as a time line
    Trace(trace::Trace),
    /// Print the headers that prove a body, as its sender would send them
    Sign(sign::Sign),
    /// Say whether a request is authentic, and why not
    Verify(verify::Verify),
    #[command(name = sweep::SWEEP, hide = true)]
    Sweep { label: String, marker: PathBuf },
    #[command(name = guarded::GUARD, hide = true)]
    Guard {
        #[arg(long)]
        pid_file: Option<PathBuf>,
        program: String,
        #[arg(trailing_var_arg = true, allow_hyphen_values = true)]
        arguments: Vec<String>,
    },
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
        Command::Bench(bench) => bench.run().await,
        Command::Dlq(dlq) => dlq.run().await,
        Command::Replay(replay) => replay.run().await,
        Command::Trace(trace) => trace.run().await,
        Command::Sign(sign) => sign.run(),
        Command::Verify(verify) => verify.run(),
        Command::Down => down::run().await,
        Command::Sweep { label, marker } => Ok(sweep::run(&label, &marker).await),
        Command::Guard { pid_file, program, arguments } => {
            Ok(guarded::guard(pid_file.as_deref(), &program, &arguments))
        }
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
