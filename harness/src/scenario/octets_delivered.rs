use super::ask;
use super::{Found, Scenario, World};

pub(super) const SCENARIO: Scenario =
    Scenario::new("octets-delivered", "arbitrary bytes, declared as octets, arrive", |world| Box::pin(run(world)));

async fn run(world: &World) -> Found {
    let body: Vec<u8> = (0..=255).cycle().take(4096).collect();
    ask::delivered(world, &world.signed("acme", body)?).await
}
