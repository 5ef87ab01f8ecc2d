//! The command `hookline`: see `hookline --help`.

use std::process::ExitCode;

use clap::Parser;
use hookline::commands::{self, Arguments};
use hookline::signals;

#[tokio::main]
async fn main() -> ExitCode {
    signals::run_until_signal(commands::run(Arguments::parse())).await
}
