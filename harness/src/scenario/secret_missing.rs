use super::ask;
use super::{Found, Scenario, World};
use crate::sender::Webhook;

pub(super) const SCENARIO: Scenario =
    Scenario::new("secret-missing", "a source whose secret was never filled is 503, never a pass", |world| {
        Box::pin(run(world))
    });

async fn run(world: &World) -> Found {
    let webhook = Webhook::signed("unfilled", "push", "{}", "anything")?;
    let answer = ask::refused(world, &webhook, 503).await?;
    anyhow::ensure!(answer.headers.contains_key("retry-after"), "no Retry-After: {:?}", answer.headers);
    Ok("503, queue empty".to_owned())
}
