use super::PUSH;
use super::{Scenario, ScenarioResult, Testbed, expect};
use hookline_event::Event;

pub(super) const SCENARIO: Scenario = Scenario {
    patient: true,
    ..Scenario::new(
        "failing-destination",
        "a destination that always fails leaves the event in the dead-letter queue, intact",
        |testbed| Box::pin(run(testbed)),
    )
};

async fn run(testbed: &Testbed) -> ScenarioResult {
    let webhook = testbed.signed("failing", PUSH)?;
    expect::accepted(testbed, &webhook).await?;
    let letter = testbed.stack.take_dead_letter_message(&webhook.event_id).await?;
    testbed.settle(&webhook.event_id);
    let event = Event::from_json(&letter.body)?;
    anyhow::ensure!(
        event.data == webhook.body.clone().into() && event.id == webhook.event_id,
        "the event is not intact"
    );
    let attributes: Vec<_> =
        ["reason", "destination", "attempts"].map(|name| letter.attributes.get(name)).into_iter().flatten().collect();
    anyhow::ensure!(letter.attributes.contains_key("first_seen"), "the attributes are {:?}", letter.attributes);
    anyhow::ensure!(attributes == ["http_500", "failing", "5"], "the attributes are {:?}", letter.attributes);
    let attempts = testbed.sink.attempts(&webhook.event_id).len();
    anyhow::ensure!(attempts == 5, "{attempts} attempts");
    Ok("5 attempts, in the DLQ with its reason".to_owned())
}
