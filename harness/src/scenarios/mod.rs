//! End-to-end tests on a running stack, grouped by behaviour. `support` has the parts that several scenarios use.
//!
//! To add a scenario, write a function and register it in `all` of its group, with the sources, routes and destinations
//! that it needs. The local stack has the declarations of all scenarios and the common sources.

mod accepted;
mod configuration;
mod console;
mod crashed;
mod dead_lettered;
mod deployed;
mod descriptions;
mod destinations;
mod event_log;
mod handshakes;
mod isolated;
mod listen;
mod operators;
mod permissions;
mod recovery;
mod rejected;
mod restored;
mod retried;
mod senders;
mod support;
mod telemetry;

use anyhow::{Context, Result};

pub(crate) use self::support::{Deployment, PUSH, Scenario, Testbed, list, print, run};
use crate::stack::{Destination, StackConfig, common_sources};
use crate::traffic::script::Script;

/// Returns all scenarios. [`run`] orders them by their schedule and then runs them in this order. Scenarios with retries are
/// among the last: while retries are pending, a concurrent scenario cannot see an empty queue.
pub(crate) fn all() -> Vec<Scenario> {
    [
        accepted::all(),
        rejected::all(),
        senders::all(),
        descriptions::all(),
        handshakes::all(),
        destinations::all(),
        retried::all(),
        crashed::all(),
        dead_lettered::all(),
        isolated::all(),
        operators::all(),
        recovery::all(),
        telemetry::all(),
        event_log::all(),
        listen::all(),
        console::all(),
        configuration::all(),
        deployed::all(),
        restored::all(),
        permissions::all(),
    ]
    .into_iter()
    .flatten()
    .collect()
}

/// Returns the sources, destinations and routes that the scenarios declare.
///
/// # Errors
///
/// If two scenarios declare the same name with different settings, or if a declaration is missing.
pub(crate) fn stack_config() -> Result<StackConfig> {
    let mut config = StackConfig::default();
    config.add_destination(&Destination::http("orders", Script::Succeeds))?;
    for source in common_sources() {
        config.add_source(&source)?;
    }
    for scenario in all() {
        scenario.declare(&mut config).with_context(|| format!("scenario `{}`", scenario.name))?;
    }
    config.check()?;
    Ok(config)
}

#[cfg(test)]
mod tests {
    use std::collections::{BTreeMap, BTreeSet};

    use super::*;
    use crate::emulator::test_capabilities;

    const DOCUMENTATION: &str = include_str!("../../../docs/scenarios.md");

    /// Returns the table of scenarios by emulator. Scenarios with the same results share a row.
    fn matrix() -> String {
        let emulators = [test_capabilities::ministack(), test_capabilities::localstack()];
        let mut rows: BTreeMap<[String; 2], Vec<String>> = BTreeMap::new();
        for scenario in all() {
            let results = emulators.each_ref().map(|emulator| {
                let reason = scenario.unsupported_reason(emulator);
                reason.map_or_else(|| "runs".to_owned(), |reason| format!("skipped: {reason}"))
            });
            rows.entry(results).or_default().push(format!("`{}`", scenario.name));
        }
        let row = |([ministack, localstack], names): ([String; 2], Vec<String>)| {
            format!("| {} | {ministack} | {localstack} |\n", names.join(", "))
        };
        let rows: String = rows.into_iter().map(row).collect();
        format!("| scenario | MiniStack | LocalStack 4.14.0 |\n|---|---|---|\n{rows}")
    }

    #[test]
    fn documentation_lists_the_results_by_emulator() {
        assert!(DOCUMENTATION.contains(&matrix()), "docs/scenarios.md must have this table:\n{}", matrix());
    }

    #[test]
    fn documentation_describes_every_scenario() {
        for scenario in all() {
            let row = format!("| `{}` | {} |\n", scenario.name, scenario.about);
            assert!(DOCUMENTATION.contains(&row), "docs/scenarios.md must have this row:\n{row}");
        }
    }

    #[test]
    fn list_has_every_scenario_once() {
        let all = all();
        let names: BTreeSet<_> = all.iter().map(|scenario| scenario.name).collect();
        assert_eq!(names.len(), all.len());
        insta::assert_snapshot!(list(&all, false).unwrap());
    }

    #[test]
    fn declarations_of_all_scenarios_are_consistent() {
        let config = stack_config().map_err(|error| format!("{error:#}")).unwrap();
        // These names are the interface of `cargo harness send` and `cargo harness load`.
        insta::assert_json_snapshot!(config.terraform_variables(&test_capabilities::ministack(), "http://sink"));
    }

    #[test]
    fn conflicting_declaration_is_rejected() {
        use crate::stack::Source;
        let mut config = stack_config().unwrap();
        let scenario = Scenario::new("conflict", "", async |_: &Testbed| Ok(String::new()))
            .source(Source::github("flaky").sends_to("orders"));
        let error = scenario.declare(&mut config).unwrap_err().to_string();
        assert_eq!(error, "source `flaky` is declared twice with different settings");
    }
}
