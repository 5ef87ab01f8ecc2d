use super::expect;
use super::{Scenario, ScenarioResult, Testbed};

pub(super) const SCENARIO: Scenario =
    Scenario::new("signature-missing", "a request without a signature is refused", |testbed| Box::pin(run(testbed)));

async fn run(testbed: &Testbed) -> ScenarioResult {
    let webhook = testbed.signed("github", "{}")?.with_header("X-Hub-Signature-256", None);
    expect::not_authentic(testbed, &webhook).await
}
