use super::{Scenario, ScenarioResult, Testbed};
use std::time::Duration;

use crate::system::wait;
use crate::traffic::sender::Webhook;

pub(super) const SCENARIO: Scenario = Scenario {
    patient: true,
    ..Scenario::new(
        "previous-secret",
        "after a rotation the new secret and the previous one are accepted, the one before is not",
        |testbed| Box::pin(run(testbed)),
    )
};

async fn run(testbed: &Testbed) -> ScenarioResult {
    let first = testbed.secret("rotating")?;
    accepted(testbed, &first).await?;
    let second = testbed.rotate("rotating").await?;
    accepted(testbed, &second).await?;
    let previous = testbed.send(&signed(&first)?).await?;
    anyhow::ensure!(previous.status == 202, "the previous secret: {}", previous.status);

    let third = testbed.rotate("rotating").await?;
    accepted(testbed, &third).await?;
    let previous = testbed.send(&signed(&second)?).await?;
    anyhow::ensure!(previous.status == 202, "the previous secret: {}", previous.status);
    // Every environment of the function notices by itself, when it meets a signature that it does not know.
    wait::until("the secret before the previous one to be refused", Duration::from_secs(10), async || {
        testbed.send(&signed(&third)?).await?;
        Ok((testbed.send(&signed(&first)?).await?.status == 401).then_some(()))
    })
    .await?;
    Ok("two rotations, no deploy".to_owned())
}

/// A new secret is looked up as soon as the last look is old enough.
async fn accepted(testbed: &Testbed, secret: &str) -> anyhow::Result<()> {
    wait::until("the new secret to be accepted", Duration::from_secs(10), async || {
        Ok((testbed.send(&signed(secret)?).await?.status == 202).then_some(()))
    })
    .await
}

fn signed(secret: &str) -> anyhow::Result<Webhook> {
    // Each an event of its own: the same twice would have one effect.
    Webhook::signed("rotating", "push", format!("{{\"n\":\"{}\"}}", uuid::Uuid::new_v4()), secret)
}
