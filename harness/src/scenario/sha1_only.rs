use super::ask;
use hmac::{Hmac, KeyInit, Mac};
use sha1::Sha1;

use super::{Found, Scenario, World};

pub(super) const SCENARIO: Scenario =
    Scenario::new("sha1-only", "the old SHA-1 header alone is refused", |world| Box::pin(run(world)));

async fn run(world: &World) -> Found {
    let webhook = world.signed("github", "{\"yo\":true}")?.with_header("X-Hub-Signature-256", None);
    // Right, for whoever would still look at it.
    let mac = Hmac::<Sha1>::new_from_slice(world.secret("github")?.as_bytes())?.chain_update(&webhook.body);
    let signature = hex::encode(mac.finalize().into_bytes());
    world.keep_out_of_logs(&signature);
    let webhook = webhook.with_header("X-Hub-Signature", Some(&format!("sha1={signature}")));
    ask::not_authentic(world, &webhook).await
}
