//! The command `cargo benchmark`: see `cargo benchmark --help`.

use std::process::ExitCode;

use bench::options::Arguments;
use clap::Parser;
use harness::system::supervisor;
use hookline::signals;

#[tokio::main]
async fn main() -> ExitCode {
    if let Some(code) = supervisor::run_if_requested() {
        return code;
    }
    // All TLS clients of this program use one cryptography provider.
    let _ = rustls::crypto::ring::default_provider().install_default();
    signals::run_until_signal(Arguments::parse().run()).await
}
