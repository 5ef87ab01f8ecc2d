use std::process::ExitCode;

use anyhow::Result;
use clap::{Args, Subcommand};

use super::secret_check::Check;
use super::secret_set::Set;
use crate::target::TargetOptions;

#[derive(Debug, Args)]
pub(super) struct Secret {
    #[command(flatten)]
    target: TargetOptions,
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Store the secret of a source, destination or recovery; the value before it stays valid
    Set(Set),
    /// Check that each source's stored secret can be a key, without printing it
    Check(Check),
}

impl Secret {
    pub(super) async fn run(self) -> Result<ExitCode> {
        match self.command {
            Command::Set(set) => set.run(&self.target.find().await?).await,
            Command::Check(check) => check.run(&self.target.find().await?).await,
        }
    }
}
