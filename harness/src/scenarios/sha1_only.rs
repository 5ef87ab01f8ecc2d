use super::expect;
use hmac::{Hmac, KeyInit, Mac};
use sha1::Sha1;

use super::{Scenario, ScenarioResult, Testbed};

pub(super) const SCENARIO: Scenario =
    Scenario::new("sha1-only", "the old SHA-1 header alone is refused", |testbed| Box::pin(run(testbed)));

async fn run(testbed: &Testbed) -> ScenarioResult {
    let webhook = testbed.signed("github", "{\"yo\":true}")?.with_header("X-Hub-Signature-256", None);
    // Right, for whoever would still look at it.
    let mac = Hmac::<Sha1>::new_from_slice(testbed.secret("github")?.as_bytes())?.chain_update(&webhook.body);
    let signature = hex::encode(mac.finalize().into_bytes());
    testbed.keep_out_of_logs(&signature);
    let webhook = webhook.with_header("X-Hub-Signature", Some(&format!("sha1={signature}")));
    expect::not_authentic(testbed, &webhook).await
}
