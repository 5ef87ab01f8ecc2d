use super::ask;
use super::{Found, Scenario, World};

pub(super) const SCENARIO: Scenario =
    Scenario::new("duplicate-header", "the signature header twice is refused, although both are right", |world| {
        Box::pin(run(world))
    });

async fn run(world: &World) -> Found {
    let mut webhook = world.signed("github", "{}")?;
    let again = webhook.headers.iter().find(|(name, _)| name == "X-Hub-Signature-256").cloned();
    webhook.headers.extend(again);
    ask::not_authentic(world, &webhook).await
}
