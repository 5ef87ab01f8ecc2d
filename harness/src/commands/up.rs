use std::process::ExitCode;

use anyhow::Result;
use clap::Args;
use hookline::output::print_line;

use crate::emulator::{Capability, EmulatorOptions};
use crate::scenarios;
use crate::stack::{RunningStack, keep_running, start_stack};
use crate::system::repository::Repository;

#[derive(Debug, Args)]
pub(super) struct Up {
    #[command(flatten)]
    emulator: EmulatorOptions,
}

impl Up {
    pub(super) async fn run(self) -> Result<ExitCode> {
        let repository = Repository::find()?;
        let _lock = repository.lock()?;
        let config = scenarios::stack_config()?;
        let running = start_stack(&repository, &self.emulator, &config, true).await?;
        let RunningStack { state, emulator, external_stack, .. } = running;
        let events_unavailable = emulator.capabilities.unavailable_reason(Capability::Cognito);
        keep_running(&repository, &state, emulator, external_stack)?;
        let stack = state.stack();
        for source in config.sources() {
            let url = stack.url(&format!("/webhooks/{}", source.name));
            print_line(format_args!("POST {url}  (delivered to {})", config.destinations_of(source.name).join(", ")));
        }
        match events_unavailable {
            None => {
                let destinations = config.destinations_of("events").join(", ");
                print_line(format_args!("POST {}  (delivered to {destinations})", stack.url("/events")));
            }
            Some(reason) => print_line(format_args!("POST /events is not available: {reason}")),
        }
        let log = repository.log("emulator");
        print_line(format_args!("emulator: {}, log: {}", state.emulator.endpoint, log.display()));
        print_line(format_args!("open the stack in a browser with `cargo hookline console`"));
        print_line(format_args!("send a webhook with `cargo harness send`, end the stack with `cargo harness down`"));
        Ok(ExitCode::SUCCESS)
    }
}
