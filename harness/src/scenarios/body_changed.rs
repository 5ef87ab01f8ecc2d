use super::expect;
use super::{Scenario, ScenarioResult, Testbed};

pub(super) const SCENARIO: Scenario =
    Scenario::new("body-changed", "a body that was changed after signing is refused", |testbed| Box::pin(run(testbed)));

async fn run(testbed: &Testbed) -> ScenarioResult {
    let mut webhook = testbed.signed("github", "{\"amount\":10}")?;
    webhook.body = b"{\"amount\":99}".to_vec();
    expect::not_authentic(testbed, &webhook).await
}
