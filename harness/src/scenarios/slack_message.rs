use anyhow::{Context, ensure};

use super::{Scenario, ScenarioResult, Testbed, everywhere};

pub(super) const SCENARIO: Scenario =
    Scenario::new("slack-message", "a push is told in Slack once, and its payload mentions nobody", |testbed| {
        Box::pin(run(testbed))
    });

async fn run(testbed: &Testbed) -> ScenarioResult {
    let webhook = everywhere::push(testbed).await?;
    let delivery = everywhere::once_at(testbed, &webhook.event_id, "/slack").await?;
    let message = everywhere::message(&delivery)?;
    let text = message["text"].as_str().context("the message has no text")?;
    ensure!(message["mrkdwn"] == false, "markup is on: {message}");
    ensure!(text.contains("pushed") && text.contains("to tag simple-tag"), "the push is not told: {text}");
    ensure!(text.contains("&lt;!channel&gt;") && !text.contains("<!"), "a mention is left: {text}");
    ensure!(!text.contains("<https://evil.example"), "a link of the payload's is left: {text}");
    ensure!(!text.contains("Second line"), "more than a commit's first line is told: {text}");
    Ok(format!("{} characters", text.chars().count()))
}
