use super::ask;
use super::{Found, Scenario, World};

pub(super) const SCENARIO: Scenario =
    Scenario::new("too-large", "a body that the queue cannot hold is 413", |world| Box::pin(run(world)));

async fn run(world: &World) -> Found {
    let body = format!("\"{}\"", "x".repeat(300_000));
    ask::refused(world, &world.signed("github", body)?, 413).await?;
    Ok("413, queue empty".to_owned())
}
