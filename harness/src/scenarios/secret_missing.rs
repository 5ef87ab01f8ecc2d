use super::expect;
use super::{Scenario, ScenarioResult, Testbed};
use crate::traffic::sender::Webhook;

pub(super) const SCENARIO: Scenario =
    Scenario::new("secret-missing", "a source whose secret was never filled is 503, never a pass", |testbed| {
        Box::pin(run(testbed))
    });

async fn run(testbed: &Testbed) -> ScenarioResult {
    let webhook = Webhook::signed("unfilled", "push", "{}", "anything")?;
    let answer = expect::refused(testbed, &webhook, 503).await?;
    anyhow::ensure!(answer.headers.contains_key("retry-after"), "no Retry-After: {:?}", answer.headers);
    Ok("503, queue empty".to_owned())
}
