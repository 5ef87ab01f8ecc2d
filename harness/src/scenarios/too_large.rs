use super::expect;
use super::{Scenario, ScenarioResult, Testbed};

pub(super) const SCENARIO: Scenario =
    Scenario::new("too-large", "a body that can be neither queued nor kept is 413", |testbed| Box::pin(run(testbed)));

async fn run(testbed: &Testbed) -> ScenarioResult {
    let body = format!("\"{}\"", "x".repeat(4_800_000));
    expect::refused(testbed, &testbed.signed("github", body)?, 413).await?;
    Ok("413, queue empty".to_owned())
}
