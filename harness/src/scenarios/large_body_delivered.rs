use super::expect;
use super::{Scenario, ScenarioResult, Testbed};

pub(super) const SCENARIO: Scenario =
    Scenario::new("large-body-delivered", "150 KB of JSON arrive with every escape and space", |testbed| {
        Box::pin(run(testbed))
    });

async fn run(testbed: &Testbed) -> ScenarioResult {
    expect::delivered(testbed, &testbed.signed("github", expect::intricate(150_000))?).await
}
