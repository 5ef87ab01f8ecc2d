use super::{Found, Scenario, World};
use crate::sender::Webhook;

pub(super) const SCENARIO: Scenario =
    Scenario::new("ping-answered", "a verified ping is answered and not queued", |world| Box::pin(run(world)));

async fn run(world: &World) -> Found {
    let webhook =
        Webhook::signed("github", "ping", "{\"zen\":\"Keep it logically awesome.\"}", &world.secret("github")?)?;
    let answer = world.send(&webhook).await?;
    anyhow::ensure!((answer.status, answer.body.as_str()) == (200, "pong"), "got {}: {}", answer.status, answer.body);
    let depth = world.stack.depth().await?;
    anyhow::ensure!(depth.intake == 0 && world.sink.attempts(&webhook.event_id).is_empty(), "the ping was queued");
    Ok("200, queue empty".to_owned())
}
