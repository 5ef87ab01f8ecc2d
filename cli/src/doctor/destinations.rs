//! Paused destinations and open circuit breakers.

use std::collections::BTreeMap;

use anyhow::Result;

use super::report::Finding;
use crate::clock::unix_seconds;
use crate::destinations::{DestinationState, StateTable};
use crate::duration::formatted;
use crate::target::Target;

/// The time after the end of a cool-down without a probe, in seconds: no event waits for the destination any more.
const IDLE_SECONDS: i64 = 3600;

pub(super) async fn check(target: &Target) -> Result<Vec<Finding>> {
    let configuration = target.delivery_configuration().await?;
    let Ok(table) = configuration.state_table() else {
        return Ok(vec![Finding::ok("idempotency is disabled: there are no pauses and no shared circuit breakers")]);
    };
    let names: Vec<_> = configuration.destinations.iter().cloned().collect();
    let states = StateTable::new(&target.sdk, table.to_owned()).read(&names).await?;
    Ok(findings(&states, target.resources.prefix(), unix_seconds()))
}

fn findings(states: &BTreeMap<String, DestinationState>, prefix: &str, now: i64) -> Vec<Finding> {
    let ago = |time: i64| formatted(now.saturating_sub(time).try_into().unwrap_or_default());
    let paused = states.iter().filter_map(|(name, state)| {
        let pause = state.pause.as_ref()?;
        let note = pause.note.as_ref().map(|note| format!(": {note}")).unwrap_or_default();
        let found = format!("`{name}` is paused for {}{note}", ago(pause.since));
        Some(Finding::warning(found, format!("hookline destination resume {name} --service {prefix}")))
    });
    let open = states.iter().filter_map(|(name, state)| {
        let breaker = state.breaker.as_ref()?;
        let found =
            format!("the circuit breaker of `{name}` is open for {}: {}", ago(breaker.opened_at), breaker.reason);
        Some(if now - breaker.until > IDLE_SECONDS {
            Finding::warning(format!("{found}; no event for it since"), "the next event for it is the probe")
        } else {
            let advice = format!("check the destination; hookline destination status {name} --service {prefix}");
            Finding::problem(found, advice)
        })
    });
    let mut findings: Vec<_> = paused.chain(open).collect();
    if findings.is_empty() {
        findings.push(Finding::ok(format!("{} destinations, none is paused or unavailable", states.len())));
    }
    findings
}

#[cfg(test)]
mod tests {
    use super::super::report::Severity;
    use super::*;
    use crate::destinations::{Breaker, Pause};

    const NOW: i64 = 1_767_323_045;

    fn found(state: DestinationState) -> Vec<(Severity, String)> {
        let findings = findings(&BTreeMap::from([("ledger".to_owned(), state)]), "hookline-prod", NOW);
        findings.into_iter().map(|finding| (finding.severity, finding.found)).collect()
    }

    #[test]
    fn pause_is_a_warning_and_an_open_breaker_a_problem() {
        let ok = "1 destinations, none is paused or unavailable".to_owned();
        assert_eq!(found(DestinationState::default()), [(Severity::Ok, ok)]);
        let pause = Some(Pause { since: NOW - 7200, note: Some("migration".to_owned()) });
        let breaker = |until| Some(Breaker { opened_at: NOW - 900, until, reason: "timeout".to_owned() });
        let both = found(DestinationState { pause, breaker: breaker(NOW + 5) });
        let expected = [
            (Severity::Warning, "`ledger` is paused for 2 h: migration".to_owned()),
            (Severity::Problem, "the circuit breaker of `ledger` is open for 15 min: timeout".to_owned()),
        ];
        assert_eq!(both, expected);
        let idle = found(DestinationState { pause: None, breaker: breaker(NOW - 7200) });
        assert!(
            matches!(&idle[..], [(Severity::Warning, text)] if text.ends_with("no event for it since")),
            "{idle:?}"
        );
    }
}
