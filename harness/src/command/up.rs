use std::process::ExitCode;

use anyhow::Result;
use clap::Args;

use super::bring_up::{bring_up, leave_up};
use crate::files::Files;
use crate::progress::say;
use crate::stack::sources;

#[derive(Debug, Args)]
pub(super) struct Up {
    /// Port of the emulator, instead of a free one
    #[arg(long)]
    port: Option<u16>,
}

impl Up {
    pub(super) async fn run(self) -> Result<ExitCode> {
        let files = Files::find()?;
        let _lock = files.lock()?;
        let running = bring_up(&files, self.port, true).await?;
        leave_up(&files, &running.state, running.emulator)?;
        let stack = running.state.stack();
        for (name, source) in sources() {
            say(format_args!("POST {}  (to {})", stack.url(&format!("/webhooks/{name}")), source.destination));
        }
        say(format_args!("POST {}  (to orders)", stack.url("/events")));
        say(format_args!("emulator {}, log {}", running.state.endpoint, files.log("emulator").display()));
        say(format_args!("`cargo harness send` sends a signed webhook, `cargo harness down` ends it"));
        Ok(ExitCode::SUCCESS)
    }
}
