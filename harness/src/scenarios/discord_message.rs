use anyhow::{Context, ensure};
use serde_json::json;

use super::{Scenario, ScenarioResult, Testbed, everywhere};

pub(super) const SCENARIO: Scenario =
    Scenario::new("discord-message", "a push is told in Discord once, and its payload mentions nobody", |testbed| {
        Box::pin(run(testbed))
    });

async fn run(testbed: &Testbed) -> ScenarioResult {
    let webhook = everywhere::push(testbed).await?;
    let delivery = everywhere::once_at(testbed, &webhook.event_id, "/discord").await?;
    let message = everywhere::message(&delivery)?;
    let text = message["content"].as_str().context("the message has no content")?;
    ensure!(message["allowed_mentions"] == json!({ "parse": [] }), "mentions are allowed: {message}");
    ensure!(text.contains("pushed"), "the push is not told: {text}");
    ensure!(text.contains("\\@everyone") && text.contains("\\[a\\]\\("), "markup of the payload's is left: {text}");
    Ok(format!("{} characters", text.chars().count()))
}
