use std::process::ExitCode;

use anyhow::Result;
use clap::Args;

use super::bring_up::{Running, bring_up, leave_up};
use crate::emulator::{Need, Options};
use crate::files::Files;
use crate::progress::say;
use crate::stack::sources;

#[derive(Debug, Args)]
pub(super) struct Up {
    #[command(flatten)]
    emulator: Options,
}

impl Up {
    pub(super) async fn run(self) -> Result<ExitCode> {
        let files = Files::find()?;
        let _lock = files.lock()?;
        let Running { state, emulator, elsewhere, .. } = bring_up(&files, &self.emulator, true).await?;
        let lacks_cognito = emulator.capabilities.lacks(Need::Cognito);
        leave_up(&files, &state, emulator, elsewhere)?;
        let stack = state.stack();
        for (name, source) in sources() {
            say(format_args!("POST {}  (to {})", stack.url(&format!("/webhooks/{name}")), source.destination));
        }
        match lacks_cognito {
            None => say(format_args!("POST {}  (to orders)", stack.url("/events"))),
            Some(reason) => say(format_args!("no POST /events: {reason}")),
        }
        say(format_args!("emulator {}, log {}", state.place.endpoint, files.log("emulator").display()));
        say(format_args!("`cargo harness send` sends a signed webhook, `cargo harness down` ends it"));
        Ok(ExitCode::SUCCESS)
    }
}
