use super::{Found, Scenario, World};
use std::time::Duration;

use crate::sender::Webhook;
use crate::wait;

pub(super) const SCENARIO: Scenario = Scenario {
    patient: true,
    ..Scenario::new(
        "previous-secret",
        "after a rotation the new secret and the previous one are accepted, the one before is not",
        |world| Box::pin(run(world)),
    )
};

async fn run(world: &World) -> Found {
    let first = world.secret("rotating")?;
    accepted(world, &first).await?;
    let second = world.rotate("rotating").await?;
    accepted(world, &second).await?;
    let previous = world.send(&signed(&first)?).await?;
    anyhow::ensure!(previous.status == 202, "the previous secret: {}", previous.status);

    let third = world.rotate("rotating").await?;
    accepted(world, &third).await?;
    let previous = world.send(&signed(&second)?).await?;
    anyhow::ensure!(previous.status == 202, "the previous secret: {}", previous.status);
    // Every environment of the function notices by itself, when it meets a signature that it does not know.
    wait::until("the secret before the previous one to be refused", Duration::from_secs(10), async || {
        world.send(&signed(&third)?).await?;
        Ok((world.send(&signed(&first)?).await?.status == 401).then_some(()))
    })
    .await?;
    Ok("two rotations, no deploy".to_owned())
}

/// A new secret is looked up as soon as the last look is old enough.
async fn accepted(world: &World, secret: &str) -> anyhow::Result<()> {
    wait::until("the new secret to be accepted", Duration::from_secs(10), async || {
        Ok((world.send(&signed(secret)?).await?.status == 202).then_some(()))
    })
    .await
}

fn signed(secret: &str) -> anyhow::Result<Webhook> {
    // Each an event of its own: the same twice would have one effect.
    Webhook::signed("rotating", "push", format!("{{\"n\":\"{}\"}}", uuid::Uuid::new_v4()), secret)
}
