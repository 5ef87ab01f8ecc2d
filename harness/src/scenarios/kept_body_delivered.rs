use super::expect;
use super::{Scenario, ScenarioResult, Testbed};

pub(super) const SCENARIO: Scenario = Scenario::new(
    "kept-body-delivered",
    "1.5 MB, which no message can hold, arrive with every escape and space",
    |testbed| Box::pin(run(testbed)),
);

async fn run(testbed: &Testbed) -> ScenarioResult {
    expect::delivered(testbed, &testbed.signed("github", expect::intricate(1_500_000))?).await
}
