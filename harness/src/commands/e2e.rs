use std::process::ExitCode;

use anyhow::{Result, bail};
use clap::Args;
use hookline::output::print_line;
use wildmatch::WildMatch;

use crate::emulator::EmulatorOptions;
use crate::scenarios::{self, Deployment, Scenario, Testbed};
use crate::stack::{RunningStack, keep_running, start_stack};
use crate::system::repository::Repository;

#[derive(Debug, Args)]
pub(super) struct E2e {
    /// Print the names of the scenarios and what they check, and run nothing
    #[arg(long)]
    list: bool,
    /// Run only the scenarios whose name matches, such as `*secret*`; may be repeated
    #[arg(long, value_name = "GLOB")]
    only: Vec<String>,
    /// Also run the long scenarios: releases, outages, crashes, missing permissions and more
    #[arg(long)]
    all: bool,
    /// Keep the stack running, for `cargo harness send`, `load` and `down`
    #[arg(long)]
    keep: bool,
    /// Use the running stack, apply only changes, and keep it running
    #[arg(long)]
    reuse: bool,
    /// Print JSON
    #[arg(long)]
    json: bool,
    #[command(flatten)]
    emulator: EmulatorOptions,
}

impl E2e {
    pub(super) async fn run(self) -> Result<ExitCode> {
        let scenarios = matching(&self.only, self.all || self.list)?;
        if self.list {
            print_line(format_args!("{}", scenarios::list(&scenarios, self.json)?));
            return Ok(ExitCode::SUCCESS);
        }
        let repository = Repository::find()?;
        let _lock = repository.lock()?;
        let config = scenarios::stack_config()?;
        let running = start_stack(&repository, &self.emulator, &config, self.reuse).await?;
        let RunningStack { mut state, terraform, variables, sink, applied, mut emulator, external_stack } = running;
        let capabilities = emulator.capabilities.clone();
        let testbed = Testbed::new(
            &state,
            config,
            sink,
            Deployment::new(terraform, variables, applied),
            capabilities,
            repository.clone(),
        );
        let run = async {
            testbed.stack.purge_queues().await?;
            testbed.stack.clear_idempotency_table().await?;
            Ok(scenarios::run(&testbed, scenarios).await)
        };
        let rows = emulator.while_running(run).await?;
        let passed = scenarios::print(&rows, self.json)?;
        if !passed {
            eprintln!("logs: {}", repository.harness_directory.join("logs").display());
        }
        state.secrets = testbed.secrets();
        if testbed.deployment.is_changed() {
            // The next run must apply the original configuration again.
            state.fingerprint.clear();
        }
        if self.keep || self.reuse {
            keep_running(&repository, &state, emulator, external_stack)?;
            eprintln!(
                "the stack is running: send a webhook with `cargo harness send`, end the stack with `cargo harness down`"
            );
        } else {
            external_stack.destroy(&repository).await?;
        }
        Ok(if passed { ExitCode::SUCCESS } else { ExitCode::FAILURE })
    }
}

/// Returns the scenarios that match one of the globs. Without a glob, returns all scenarios, and the long
/// ones only with `with_long`.
fn matching(globs: &[String], with_long: bool) -> Result<Vec<Scenario>> {
    let globs: Vec<_> = globs.iter().map(|glob| WildMatch::new(glob)).collect();
    let mut scenarios = scenarios::all();
    scenarios.retain(|scenario| match globs.is_empty() {
        true => with_long || !scenario.is_long,
        false => globs.iter().any(|glob| glob.matches(scenario.name)),
    });
    if scenarios.is_empty() {
        bail!("no scenario matches --only: list the names with `cargo e2e --list`");
    }
    Ok(scenarios)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn globs_select_scenarios_and_unknown_name_is_an_error() {
        let names = |globs: &[&str]| -> Vec<_> {
            let globs: Vec<_> = globs.iter().map(|glob| (*glob).to_owned()).collect();
            matching(&globs, true)
                .map(|scenarios| scenarios.iter().map(|scenario| scenario.name).collect())
                .unwrap_or_default()
        };
        assert_eq!(names(&["push-*", "sha1-signature-rejected"]), ["push-delivered", "sha1-signature-rejected"]);
        assert_eq!(names(&[]).len(), scenarios::all().len());
        assert!(names(&["psuh-*"]).is_empty());
        let without_long = matching(&[], false).unwrap();
        assert!(without_long.iter().all(|scenario| !scenario.is_long));
        assert_eq!(names(&["hung-destination"]), ["hung-destination"], "selected by its name");
    }
}
