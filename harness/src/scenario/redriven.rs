use futures_util::future::try_join_all;

use super::{Found, Need, Scenario, World, ask};

pub(super) const SCENARIO: Scenario = Scenario::new(
    "redriven",
    "what a destination refused comes back from the dead-letter queue once it has recovered",
    |world| Box::pin(run(world)),
)
.needing(&[Need::MoveTasks]);

async fn run(world: &World) -> Found {
    world.sink.recover(false);
    let webhook = |number: u32| world.signed("recovering", format!("{{\"number\":{number}}}"));
    let webhooks = (1..=3).map(webhook).collect::<Result<Vec<_>, _>>()?;
    try_join_all(webhooks.iter().map(|webhook| ask::accepted(world, webhook))).await?;
    world.stack.dead_letters(3).await?;
    world.sink.recover(true);
    world.stack.redrive().await?;
    for webhook in &webhooks {
        let delivery = world.sink.wait_for(&webhook.event_id).await?;
        anyhow::ensure!(delivery.body[..] == webhook.body[..], "a body has changed on its way through the queues");
    }
    world.stack.dead_letters(0).await?;
    for webhook in &webhooks {
        let attempts = world.sink.attempts(&webhook.event_id);
        let statuses: Vec<_> = attempts.iter().map(|attempt| attempt.status.as_u16()).collect();
        anyhow::ensure!(statuses == [410, 200], "the attempts were {statuses:?}");
    }
    Ok("3 refused with 410, moved back, delivered once".to_owned())
}
