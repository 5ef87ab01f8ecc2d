use std::io::Write;
use std::path::PathBuf;
use std::process::ExitCode;

use anyhow::{Context, Result};
use clap::{Args, CommandFactory};
use clap_mangen::Man as ManPage;

use super::Arguments;

#[derive(Debug, Args)]
pub(super) struct Man {
    /// Existing folder for one page per command: hookline.1, hookline-dlq.1, …
    #[arg(long, value_name = "FOLDER")]
    out: Option<PathBuf>,
}

impl Man {
    pub(super) fn run(self) -> Result<ExitCode> {
        match self.out {
            Some(folder) => {
                clap_mangen::generate_to(Arguments::command(), &folder)
                    .with_context(|| format!("cannot write manual pages to `{}`", folder.display()))?;
            }
            None => {
                let mut page = Vec::new();
                ManPage::new(Arguments::command()).render(&mut page)?;
                std::io::stdout().write_all(&page)?;
            }
        }
        Ok(ExitCode::SUCCESS)
    }
}
