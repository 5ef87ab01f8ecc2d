use super::ask;
use super::{Found, Scenario, World};

pub(super) const SCENARIO: Scenario =
    Scenario::new("two-bytes-delivered", "the shortest JSON arrives", |world| Box::pin(run(world)));

async fn run(world: &World) -> Found {
    ask::delivered(world, &world.signed("github", "{}")?).await
}
