use super::{Scenario, ScenarioResult, Testbed};
use crate::traffic::sender::Webhook;

pub(super) const SCENARIO: Scenario =
    Scenario::new("ping-answered", "a verified ping is answered and not queued", |testbed| Box::pin(run(testbed)));

async fn run(testbed: &Testbed) -> ScenarioResult {
    let webhook =
        Webhook::signed("github", "ping", "{\"zen\":\"Keep it logically awesome.\"}", &testbed.secret("github")?)?;
    let answer = testbed.send(&webhook).await?;
    anyhow::ensure!((answer.status, answer.body.as_str()) == (200, "pong"), "got {}: {}", answer.status, answer.body);
    let depth = testbed.stack.depth().await?;
    anyhow::ensure!(depth.intake == 0 && testbed.sink.attempts(&webhook.event_id).is_empty(), "the ping was queued");
    Ok("200, queue empty".to_owned())
}
