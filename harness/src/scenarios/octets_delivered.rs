use super::expect;
use super::{Scenario, ScenarioResult, Testbed};

pub(super) const SCENARIO: Scenario =
    Scenario::new("octets-delivered", "arbitrary bytes, declared as octets, arrive", |testbed| Box::pin(run(testbed)));

async fn run(testbed: &Testbed) -> ScenarioResult {
    let body: Vec<u8> = (0..=255).cycle().take(4096).collect();
    expect::delivered(testbed, &testbed.signed("acme", body)?).await
}
