use super::expect;
use super::{Scenario, ScenarioResult, Testbed};

pub(super) const SCENARIO: Scenario =
    Scenario::new("two-bytes-delivered", "the shortest JSON arrives", |testbed| Box::pin(run(testbed)));

async fn run(testbed: &Testbed) -> ScenarioResult {
    expect::delivered(testbed, &testbed.signed("github", "{}")?).await
}
