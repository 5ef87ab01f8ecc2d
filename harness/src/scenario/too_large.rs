use super::ask;
use super::{Found, Scenario, World};

pub(super) const SCENARIO: Scenario =
    Scenario::new("too-large", "a body that can be neither queued nor kept is 413", |world| Box::pin(run(world)));

async fn run(world: &World) -> Found {
    let body = format!("\"{}\"", "x".repeat(4_800_000));
    ask::refused(world, &world.signed("github", body)?, 413).await?;
    Ok("413, queue empty".to_owned())
}
