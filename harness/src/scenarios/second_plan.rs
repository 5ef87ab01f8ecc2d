use super::{Scenario, ScenarioResult, Testbed};

pub(super) const SCENARIO: Scenario = Scenario {
    skip: |testbed| (!testbed.deployment.applied).then(|| "nothing was applied in this run".to_owned()),
    ..Scenario::new("second-plan", "a second plan changes nothing", |testbed| Box::pin(run(testbed)))
};

async fn run(testbed: &Testbed) -> ScenarioResult {
    let changes = testbed.deployment.drift().await?;
    anyhow::ensure!(changes.is_empty(), "a second plan would change {}", changes.join(", "));
    Ok("no changes".to_owned())
}
