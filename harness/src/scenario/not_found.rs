use anyhow::ensure;

use super::{Found, PUSH, Scenario, World, ask};

pub(super) const SCENARIO: Scenario =
    Scenario::new("not-found", "404 leaves the event in the dead-letter queue at once, with its reason", |world| {
        Box::pin(run(world))
    });

async fn run(world: &World) -> Found {
    let webhook = world.signed("missing", PUSH)?;
    ask::accepted(world, &webhook).await?;
    let letter = world.stack.take_letter(&webhook.event_id).await?;
    world.settle(&webhook.event_id);
    let attributes = ["reason", "destination", "attempts"].map(|name| letter.attributes.get(name).map(String::as_str));
    ensure!(attributes == [Some("http_404"), Some("missing"), Some("1")], "the attributes are {attributes:?}");
    let attempts = world.sink.attempts(&webhook.event_id).len();
    ensure!(attempts == 1, "{attempts} attempts");
    Ok("1 attempt, in the DLQ with its reason".to_owned())
}
