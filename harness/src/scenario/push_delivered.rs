use super::{Found, Scenario, World};
use super::{PUSH, ask};

pub(super) const SCENARIO: Scenario =
    Scenario::new("push-delivered", "a signed GitHub push arrives, byte for byte", |world| Box::pin(run(world)));

async fn run(world: &World) -> Found {
    let webhook = world.signed("github", PUSH)?;
    let found = ask::delivered(world, &webhook).await?;
    let delivery = world.sink.wait_for(&webhook.event_id).await?;
    for (name, expected) in [("ce-type", "github.push"), ("ce-source", "/webhooks/github"), ("ce-specversion", "1.0")] {
        anyhow::ensure!(delivery.header(name) == Some(expected), "{name} is {:?}", delivery.header(name));
    }
    anyhow::ensure!(delivery.path == "/orders", "it arrived at {}", delivery.path);
    Ok(found)
}
