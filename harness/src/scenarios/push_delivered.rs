use super::{PUSH, expect};
use super::{Scenario, ScenarioResult, Testbed};

pub(super) const SCENARIO: Scenario =
    Scenario::new("push-delivered", "a signed GitHub push arrives, byte for byte", |testbed| Box::pin(run(testbed)));

async fn run(testbed: &Testbed) -> ScenarioResult {
    let webhook = testbed.signed("github", PUSH)?;
    let found = expect::delivered(testbed, &webhook).await?;
    let delivery = testbed.sink.wait_for(&webhook.event_id).await?;
    for (name, expected) in [("ce-type", "github.push"), ("ce-source", "/webhooks/github"), ("ce-specversion", "1.0")] {
        anyhow::ensure!(delivery.header(name) == Some(expected), "{name} is {:?}", delivery.header(name));
    }
    anyhow::ensure!(delivery.path == "/orders", "it arrived at {}", delivery.path);
    Ok(found)
}
