use super::ask;
use super::{Found, Scenario, World};

pub(super) const SCENARIO: Scenario =
    Scenario::new("unknown-source", "a source that is not configured is 404", |world| Box::pin(run(world)));

async fn run(world: &World) -> Found {
    let mut webhook = world.signed("github", "{}")?;
    webhook.source = "nobody".to_owned();
    ask::refused(world, &webhook, 404).await?;
    Ok("404, queue empty".to_owned())
}
