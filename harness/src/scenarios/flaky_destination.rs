use super::PUSH;
use super::{Scenario, ScenarioResult, Testbed, expect};

pub(super) const SCENARIO: Scenario = Scenario {
    patient: true,
    ..Scenario::new("flaky-destination", "a destination that fails twice and then works gets the event", |testbed| {
        Box::pin(run(testbed))
    })
};

async fn run(testbed: &Testbed) -> ScenarioResult {
    let webhook = testbed.signed("flaky", PUSH)?;
    expect::accepted(testbed, &webhook).await?;
    let delivery = testbed.sink.wait_for(&webhook.event_id).await?;
    anyhow::ensure!(delivery.body[..] == webhook.body[..], "the body has changed");
    testbed.stack.at_rest().await?;
    let statuses: Vec<_> =
        testbed.sink.attempts(&webhook.event_id).iter().map(|attempt| attempt.status.as_u16()).collect();
    anyhow::ensure!(statuses == [503, 503, 200], "the attempts were {statuses:?}");
    Ok("503, 503, 200".to_owned())
}
