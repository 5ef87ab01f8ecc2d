use std::process::ExitCode;

use anyhow::{Result, bail};
use clap::Args;
use wildmatch::WildMatch;

use crate::emulator::Options;
use crate::scenarios::{self, Deployment, Scenario, Testbed};
use crate::stack::{Running, bring_up, leave_up};
use crate::system::repository::Repository;
use hookline::output::print_line;

#[derive(Debug, Args)]
pub(super) struct E2e {
    /// Print the scenarios and end
    #[arg(long)]
    list: bool,
    /// Run only scenarios whose name matches; may be given several times
    #[arg(long, value_name = "GLOB")]
    only: Vec<String>,
    /// Leave the stack up, for `cargo harness send` and `down`
    #[arg(long)]
    keep: bool,
    /// Use the stack that was left up, changed only as far as it has to be, and leave it up
    #[arg(long)]
    reuse: bool,
    /// Print the result as JSON
    #[arg(long)]
    json: bool,
    #[command(flatten)]
    emulator: Options,
}

impl E2e {
    pub(super) async fn run(self) -> Result<ExitCode> {
        let scenarios = chosen(&self.only)?;
        if self.list {
            print_line(format_args!("{}", scenarios::list(&scenarios, self.json)?));
            return Ok(ExitCode::SUCCESS);
        }
        let files = Repository::find()?;
        let _lock = files.lock()?;
        let running = bring_up(&files, &self.emulator, self.reuse).await?;
        let Running { mut state, terraform, variables, sink, applied, mut emulator, external_stack } = running;
        let capabilities = emulator.capabilities.clone();
        let testbed =
            Testbed::new(&state, sink, Deployment::new(terraform, variables, applied), capabilities, files.clone());
        let all = async {
            testbed.stack.purge().await?;
            testbed.stack.forget_deliveries().await?;
            Ok(scenarios::run(&testbed, &scenarios).await)
        };
        let rows = emulator.while_alive(all).await?;
        let passed = scenarios::print(&rows, self.json)?;
        if !passed {
            eprintln!("logs are in {}", files.own.join("logs").display());
        }
        state.secrets = testbed.secrets();
        if testbed.deployment.is_changed() {
            // The next run applies what is ours again.
            state.fingerprint.clear();
        }
        if self.keep || self.reuse {
            leave_up(&files, &state, emulator, external_stack)?;
            eprintln!("the stack is left up: `cargo harness send` uses it, `cargo harness down` ends it");
        } else {
            external_stack.end(&files).await?;
        }
        Ok(if passed { ExitCode::SUCCESS } else { ExitCode::FAILURE })
    }
}

fn chosen(globs: &[String]) -> Result<Vec<Scenario>> {
    let globs: Vec<_> = globs.iter().map(|glob| WildMatch::new(glob)).collect();
    let mut scenarios = scenarios::all();
    scenarios.retain(|scenario| globs.is_empty() || globs.iter().any(|glob| glob.matches(scenario.name)));
    if scenarios.is_empty() {
        bail!("no scenario has such a name: `cargo e2e --list` prints them");
    }
    Ok(scenarios)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn globs_choose_scenarios_and_a_typo_is_told() {
        let names = |globs: &[&str]| -> Vec<_> {
            let globs: Vec<_> = globs.iter().map(|glob| (*glob).to_owned()).collect();
            chosen(&globs).map(|chosen| chosen.iter().map(|it| it.name).collect()).unwrap_or_default()
        };
        assert_eq!(names(&["push-*", "sha1-only"]), ["push-delivered", "sha1-only"]);
        assert_eq!(names(&[]).len(), scenarios::all().len());
        assert!(names(&["psuh-*"]).is_empty());
    }
}
