use super::expect;
use super::{Scenario, ScenarioResult, Testbed};
use crate::traffic::sender::Webhook;

pub(super) const SCENARIO: Scenario =
    Scenario::new("wrong-signature", "a signature by another secret is refused", |testbed| Box::pin(run(testbed)));

async fn run(testbed: &Testbed) -> ScenarioResult {
    expect::not_authentic(testbed, &Webhook::signed("github", "push", "{}", "another secret")?).await
}
