use super::ask;
use super::{Found, Scenario, World};
use crate::sender::Webhook;

pub(super) const SCENARIO: Scenario =
    Scenario::new("wrong-signature", "a signature by another secret is refused", |world| Box::pin(run(world)));

async fn run(world: &World) -> Found {
    ask::not_authentic(world, &Webhook::signed("github", "push", "{}", "another secret")?).await
}
