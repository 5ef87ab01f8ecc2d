use anyhow::ensure;

use super::{PUSH, Scenario, ScenarioResult, Testbed, expect};

pub(super) const SCENARIO: Scenario =
    Scenario::new("not-found", "404 leaves the event in the dead-letter queue at once, with its reason", |testbed| {
        Box::pin(run(testbed))
    });

async fn run(testbed: &Testbed) -> ScenarioResult {
    let webhook = testbed.signed("missing", PUSH)?;
    expect::accepted(testbed, &webhook).await?;
    let letter = testbed.stack.take_dead_letter_message(&webhook.event_id).await?;
    testbed.settle(&webhook.event_id);
    let attributes = ["reason", "destination", "attempts"].map(|name| letter.attributes.get(name).map(String::as_str));
    ensure!(attributes == [Some("http_404"), Some("missing"), Some("1")], "the attributes are {attributes:?}");
    let attempts = testbed.sink.attempts(&webhook.event_id).len();
    ensure!(attempts == 1, "{attempts} attempts");
    Ok("1 attempt, in the DLQ with its reason".to_owned())
}
