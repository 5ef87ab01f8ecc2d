use super::ask;
use super::{Found, Scenario, World};

pub(super) const SCENARIO: Scenario = Scenario::new(
    "kept-body-delivered",
    "1.5 MB, which no message can hold, arrive with every escape and space",
    |world| Box::pin(run(world)),
);

async fn run(world: &World) -> Found {
    ask::delivered(world, &world.signed("github", ask::intricate(1_500_000))?).await
}
