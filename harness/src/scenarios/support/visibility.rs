use super::{ScenarioResult, Testbed};

/// Runs a scenario with a short visibility timeout of the intake queue, so that its messages are redelivered within seconds.
pub(crate) async fn with_visibility(
    testbed: &Testbed,
    seconds: u32,
    scenario: impl Future<Output = ScenarioResult>,
) -> ScenarioResult {
    let before = testbed.stack.visibility_timeout().await?;
    testbed.stack.set_visibility_timeout(seconds).await?;
    let result = scenario.await;
    testbed.stack.set_visibility_timeout(before).await?;
    result
}
