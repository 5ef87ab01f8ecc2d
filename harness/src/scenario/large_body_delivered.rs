use super::ask;
use super::{Found, Scenario, World};

pub(super) const SCENARIO: Scenario =
    Scenario::new("large-body-delivered", "150 KB of JSON arrive with every escape and space", |world| {
        Box::pin(run(world))
    });

async fn run(world: &World) -> Found {
    ask::delivered(world, &world.signed("github", ask::intricate(150_000))?).await
}
