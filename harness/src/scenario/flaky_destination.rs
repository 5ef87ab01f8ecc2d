use super::PUSH;
use super::{Found, Scenario, World, ask};

pub(super) const SCENARIO: Scenario = Scenario {
    patient: true,
    ..Scenario::new("flaky-destination", "a destination that fails twice and then works gets the event", |world| {
        Box::pin(run(world))
    })
};

async fn run(world: &World) -> Found {
    let webhook = world.signed("flaky", PUSH)?;
    ask::accepted(world, &webhook).await?;
    let delivery = world.sink.wait_for(&webhook.event_id).await?;
    anyhow::ensure!(delivery.body[..] == webhook.body[..], "the body has changed");
    world.stack.at_rest().await?;
    let statuses: Vec<_> =
        world.sink.attempts(&webhook.event_id).iter().map(|attempt| attempt.status.as_u16()).collect();
    anyhow::ensure!(statuses == [503, 503, 200], "the attempts were {statuses:?}");
    Ok("503, 503, 200".to_owned())
}
