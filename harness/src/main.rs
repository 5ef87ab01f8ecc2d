//! The command `cargo harness`: see `cargo harness --help`.

use std::process::ExitCode;

use clap::Parser;
use harness::commands::{self, Arguments};
use harness::system::supervisor;
use hookline::signals;

#[tokio::main]
async fn main() -> ExitCode {
    if let Some(code) = supervisor::run_if_requested() {
        return code;
    }
    signals::run_until_signal(commands::run(Arguments::parse())).await
}
