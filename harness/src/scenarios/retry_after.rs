use std::time::Duration;

use anyhow::ensure;

use super::PUSH;
use super::{Scenario, ScenarioResult, Testbed, expect};
use crate::traffic::sink::RETRY_AFTER_SECONDS;

pub(super) const SCENARIO: Scenario = Scenario {
    patient: true,
    ..Scenario::new("retry-after", "a destination that asks for time with 429 is given it", |testbed| {
        Box::pin(run(testbed))
    })
};

async fn run(testbed: &Testbed) -> ScenarioResult {
    let webhook = testbed.signed("busy", PUSH)?;
    expect::accepted(testbed, &webhook).await?;
    testbed.sink.wait_for(&webhook.event_id).await?;
    let attempts = testbed.sink.attempts(&webhook.event_id);
    let [first, second] = attempts.as_slice() else { anyhow::bail!("{} attempts", attempts.len()) };
    ensure!((first.status.as_u16(), second.status.as_u16()) == (429, 200), "the attempts were {attempts:?}");
    let waited = second.at.duration_since(first.at);
    // The queue counts in whole seconds, from when it is told.
    ensure!(waited >= Duration::from_secs(u64::from(RETRY_AFTER_SECONDS) - 1), "it waited {waited:?}");
    Ok(format!("429, then 200 after {:.1} s", waited.as_secs_f64()))
}
