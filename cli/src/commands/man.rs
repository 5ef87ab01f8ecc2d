use std::path::PathBuf;
use std::process::ExitCode;

use anyhow::{Context, Result};
use clap::{Args, Command};
use clap_mangen::Man as ManPage;

use crate::output::write_all;

#[derive(Debug, Args)]
pub(super) struct Man {
    /// Existing folder for one page per command: hookline.1, hookline-dlq.1, …
    #[arg(long, value_name = "FOLDER")]
    out: Option<PathBuf>,
}

impl Man {
    pub(super) fn run(self, command: Command) -> Result<ExitCode> {
        match self.out {
            Some(folder) => {
                clap_mangen::generate_to(command, &folder)
                    .with_context(|| format!("cannot write manual pages to `{}`", folder.display()))?;
            }
            None => {
                let mut page = Vec::new();
                ManPage::new(command).render(&mut page)?;
                write_all(&page)?;
            }
        }
        Ok(ExitCode::SUCCESS)
    }
}
