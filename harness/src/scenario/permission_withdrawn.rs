use super::ask;
use super::{Found, Need, Scenario, World};
use crate::sender::Webhook;

pub(super) const SCENARIO: Scenario = Scenario::new(
    "permission-withdrawn",
    "without sqs:SendMessage ingest answers 503; given back, it works again",
    |world| Box::pin(run(world)),
)
.needing(&[Need::Iam]);

async fn run(world: &World) -> Found {
    let outputs = &world.stack.outputs;
    let webhook = world.signed("github", format!("{{\"n\":\"{}\"}}", uuid::Uuid::new_v4()))?;
    let (role, policy) = (&outputs.role_names.ingest, &outputs.role_policy_names.ingest);
    let withdrawn = world.stack.withdraw(role, policy, "sqs:SendMessage").await?;
    let refused = without(world, &webhook).await;
    withdrawn.give_back().await?;
    refused?;
    ask::delivered(world, &webhook).await?;
    Ok("503, then 202 and delivered".to_owned())
}

async fn without(world: &World, webhook: &Webhook) -> anyhow::Result<()> {
    let answer = ask::refused(world, webhook, 503).await?;
    anyhow::ensure!(answer.headers.contains_key("retry-after"), "no Retry-After: {:?}", answer.headers);
    Ok(())
}
