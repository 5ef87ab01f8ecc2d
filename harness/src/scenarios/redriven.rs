use futures_util::future::try_join_all;

use super::{Capability, Scenario, ScenarioResult, Testbed, expect};

pub(super) const SCENARIO: Scenario = Scenario::new(
    "redriven",
    "what a destination refused comes back from the dead-letter queue once it has recovered",
    |testbed| Box::pin(run(testbed)),
)
.needing(&[Capability::MoveTasks]);

async fn run(testbed: &Testbed) -> ScenarioResult {
    testbed.sink.recover(false);
    let webhook = |number: u32| testbed.signed("recovering", format!("{{\"number\":{number}}}"));
    let webhooks = (1..=3).map(webhook).collect::<Result<Vec<_>, _>>()?;
    try_join_all(webhooks.iter().map(|webhook| expect::accepted(testbed, webhook))).await?;
    testbed.stack.dead_letters(3).await?;
    testbed.sink.recover(true);
    testbed.stack.redrive().await?;
    for webhook in &webhooks {
        let delivery = testbed.sink.wait_for(&webhook.event_id).await?;
        anyhow::ensure!(delivery.body[..] == webhook.body[..], "a body has changed on its way through the queues");
    }
    testbed.stack.dead_letters(0).await?;
    for webhook in &webhooks {
        let attempts = testbed.sink.attempts(&webhook.event_id);
        let statuses: Vec<_> = attempts.iter().map(|attempt| attempt.status.as_u16()).collect();
        anyhow::ensure!(statuses == [410, 200], "the attempts were {statuses:?}");
    }
    Ok("3 refused with 410, moved back, delivered once".to_owned())
}
