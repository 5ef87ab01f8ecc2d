use super::ask;
use super::{Found, Scenario, World};

pub(super) const SCENARIO: Scenario =
    Scenario::new("sha1-only", "the old SHA-1 header alone is refused", |world| Box::pin(run(world)));

async fn run(world: &World) -> Found {
    let webhook = world.signed("github", "{\"yo\":true}")?.with_header("X-Hub-Signature-256", None);
    let webhook = webhook.with_header("X-Hub-Signature", Some("sha1=126f2c800419c60137ce748d7672e77b65cf16d6"));
    ask::not_authentic(world, &webhook).await
}
