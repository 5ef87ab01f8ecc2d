use super::{Found, Scenario, World};

pub(super) const SCENARIO: Scenario = Scenario {
    skip: |world| (!world.deployment.applied).then(|| "nothing was applied in this run".to_owned()),
    ..Scenario::new("second-plan", "a second plan changes nothing", |world| Box::pin(run(world)))
};

async fn run(world: &World) -> Found {
    let changes = world.deployment.drift().await?;
    anyhow::ensure!(changes.is_empty(), "a second plan would change {}", changes.join(", "));
    Ok("no changes".to_owned())
}
