use anyhow::ensure;
use uuid::Uuid;

use super::{Found, Need, Scenario, World, ask};
use crate::sender::Webhook;

pub(super) const SCENARIO: Scenario = Scenario::new(
    "delivered-once",
    "the same event from its sender again, and the same message from the queue again, have no second effect",
    |world| Box::pin(run(world)),
)
.needing(&[Need::Dynamodb]);

async fn run(world: &World) -> Found {
    // A sender that has missed our answer sends the same again, under another id of the delivery.
    let body = format!("{{\"order\":\"{}\"}}", Uuid::new_v4());
    let secret = world.secret("github")?;
    let first = Webhook::signed("github", "push", body.clone(), &secret)?;
    ask::delivered(world, &first).await?;
    let again = Webhook::signed("github", "push", body, &secret)?;
    ask::accepted(world, &again).await?;
    world.settle(&again.event_id);
    world.stack.at_rest().await?;
    ensure!(world.sink.attempts(&again.event_id).is_empty(), "the same event was delivered again");

    // SQS delivers at least once: the same message five times, in one batch or in several.
    let event = ask::event("github", &Uuid::new_v4().to_string());
    let messages = vec![event.to_json()?; 5];
    world.stack.enqueue(&messages).await?;
    world.stack.at_rest().await?;
    let attempts = world.sink.attempts(&event.id).len();
    ensure!(attempts == 1, "the same message was delivered {attempts} times");
    Ok("two sendings and five messages, one effect each".to_owned())
}
