use super::ask;
use super::{Found, Scenario, World};

pub(super) const SCENARIO: Scenario =
    Scenario::new("signature-missing", "a request without a signature is refused", |world| Box::pin(run(world)));

async fn run(world: &World) -> Found {
    let webhook = world.signed("github", "{}")?.with_header("X-Hub-Signature-256", None);
    ask::not_authentic(world, &webhook).await
}
