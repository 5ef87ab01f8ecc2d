use std::process::ExitCode;

use anyhow::Result;
use clap::Args;

use crate::emulator::{Capability, Options};
use crate::stack::sources;
use crate::stack::{Running, bring_up, leave_up};
use crate::system::repository::Repository;
use hookline::output::print_line;

#[derive(Debug, Args)]
pub(super) struct Up {
    #[command(flatten)]
    emulator: Options,
}

impl Up {
    pub(super) async fn run(self) -> Result<ExitCode> {
        let files = Repository::find()?;
        let _lock = files.lock()?;
        let Running { state, emulator, external_stack, .. } = bring_up(&files, &self.emulator, true).await?;
        let lacks_cognito = emulator.capabilities.lacks(Capability::Cognito);
        leave_up(&files, &state, emulator, external_stack)?;
        let stack = state.stack();
        for (name, source) in sources() {
            print_line(format_args!("POST {}  (to {})", stack.url(&format!("/webhooks/{name}")), source.destination));
        }
        match lacks_cognito {
            None => print_line(format_args!("POST {}  (to orders)", stack.url("/events"))),
            Some(reason) => print_line(format_args!("no POST /events: {reason}")),
        }
        print_line(format_args!("emulator {}, log {}", state.emulator.endpoint, files.log("emulator").display()));
        print_line(format_args!("`cargo harness send` sends a signed webhook, `cargo harness down` ends it"));
        Ok(ExitCode::SUCCESS)
    }
}
