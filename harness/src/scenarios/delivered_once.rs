use anyhow::ensure;
use uuid::Uuid;

use super::{Capability, Scenario, ScenarioResult, Testbed, expect};
use crate::traffic::sender::Webhook;

pub(super) const SCENARIO: Scenario = Scenario::new(
    "delivered-once",
    "the same event from its sender again, and the same message from the queue again, have no second effect",
    |testbed| Box::pin(run(testbed)),
)
.needing(&[Capability::Dynamodb]);

async fn run(testbed: &Testbed) -> ScenarioResult {
    // A sender that has missed our answer sends the same again, under another id of the delivery.
    let body = format!("{{\"order\":\"{}\"}}", Uuid::new_v4());
    let secret = testbed.secret("github")?;
    let first = Webhook::signed("github", "push", body.clone(), &secret)?;
    expect::delivered(testbed, &first).await?;
    let again = Webhook::signed("github", "push", body, &secret)?;
    expect::accepted(testbed, &again).await?;
    testbed.settle(&again.event_id);
    testbed.stack.at_rest().await?;
    ensure!(testbed.sink.attempts(&again.event_id).is_empty(), "the same event was delivered again");

    // SQS delivers at least once: the same message five times, in one batch or in several.
    let event = expect::event("github", &Uuid::new_v4().to_string());
    let messages = vec![event.to_json()?; 5];
    testbed.stack.enqueue(&messages).await?;
    testbed.stack.at_rest().await?;
    let attempts = testbed.sink.attempts(&event.id).len();
    ensure!(attempts == 1, "the same message was delivered {attempts} times");
    Ok("two sendings and five messages, one effect each".to_owned())
}
