use super::ask;
use super::{Found, Scenario, World};

pub(super) const SCENARIO: Scenario =
    Scenario::new("body-changed", "a body that was changed after signing is refused", |world| Box::pin(run(world)));

async fn run(world: &World) -> Found {
    let mut webhook = world.signed("github", "{\"amount\":10}")?;
    webhook.body = b"{\"amount\":99}".to_vec();
    ask::not_authentic(world, &webhook).await
}
