use super::expect;
use super::{Scenario, ScenarioResult, Testbed};

pub(super) const SCENARIO: Scenario =
    Scenario::new("duplicate-header", "the signature header twice is refused, although both are right", |testbed| {
        Box::pin(run(testbed))
    });

async fn run(testbed: &Testbed) -> ScenarioResult {
    let mut webhook = testbed.signed("github", "{}")?;
    let again = webhook.headers.iter().find(|(name, _)| name == "X-Hub-Signature-256").cloned();
    webhook.headers.extend(again);
    expect::not_authentic(testbed, &webhook).await
}
