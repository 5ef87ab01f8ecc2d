use super::expect;
use super::{Scenario, ScenarioResult, Testbed};

pub(super) const SCENARIO: Scenario =
    Scenario::new("unknown-source", "a source that is not configured is 404", |testbed| Box::pin(run(testbed)));

async fn run(testbed: &Testbed) -> ScenarioResult {
    let mut webhook = testbed.signed("github", "{}")?;
    webhook.source = "nobody".to_owned();
    expect::refused(testbed, &webhook, 404).await?;
    Ok("404, queue empty".to_owned())
}
