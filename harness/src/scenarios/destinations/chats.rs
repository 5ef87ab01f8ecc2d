//! Messages to chats. Text of the payload is plain text in all of them.

use anyhow::{Context, Result, ensure};
use serde_json::{Value, json};

use super::super::support::{ScenarioResult, Testbed, every_kind};
use crate::stack::TELEGRAM_CHAT;

/// Sends a push, and returns the message that arrives at a path.
async fn message_at(testbed: &Testbed, path: &str) -> Result<Value> {
    let webhook = every_kind::send_push(testbed).await?;
    every_kind::message_json(&every_kind::delivered_once_at(testbed, &webhook.event_id, path).await?)
}

pub(super) async fn slack(testbed: &Testbed) -> ScenarioResult {
    let webhook = every_kind::send_push(testbed).await?;
    let delivery = every_kind::delivered_once_at(testbed, &webhook.event_id, "/slack").await?;
    let message = every_kind::message_json(&delivery)?;
    let text = message["text"].as_str().context("the message has no text")?;
    ensure!(message["mrkdwn"] == false, "the message allows markup: {message}");
    ensure!(
        text.contains("pushed") && text.contains("to tag simple-tag"),
        "the text does not describe the push: {text}"
    );
    ensure!(text.contains("&lt;!channel&gt;") && !text.contains("<!"), "the text has a mention: {text}");
    ensure!(!text.contains("<https://evil.example"), "the text has a link from the payload: {text}");
    ensure!(!text.contains("Second line"), "the text has more than the first line of a commit message: {text}");
    Ok(format!("{} characters", text.chars().count()))
}

pub(super) async fn discord(testbed: &Testbed) -> ScenarioResult {
    let webhook = every_kind::send_push(testbed).await?;
    let delivery = every_kind::delivered_once_at(testbed, &webhook.event_id, "/discord").await?;
    let message = every_kind::message_json(&delivery)?;
    let text = message["content"].as_str().context("the message has no content")?;
    ensure!(message["allowed_mentions"] == json!({ "parse": [] }), "the message allows mentions: {message}");
    ensure!(text.contains("pushed"), "the text does not describe the push: {text}");
    let is_escaped = text.contains("\\@everyone") && text.contains("\\[a\\]\\(");
    ensure!(is_escaped, "the text has markup from the payload: {text}");
    Ok(format!("{} characters", text.chars().count()))
}

pub(super) async fn slack_blocks(testbed: &Testbed) -> ScenarioResult {
    let message = message_at(testbed, "/slack-blocks").await?;
    ensure!(message["mrkdwn"] == false, "the message allows markup: {message}");
    let section = &message["blocks"][0]["elements"][0];
    ensure!(message["blocks"][0]["type"] == "rich_text" && section["type"] == "rich_text_section", "got {message}");
    let text = joined_texts(&section["elements"]);
    ensure!(text.contains(every_kind::HOSTILE), "the text of the payload has changed: {text}");
    let elements = section["elements"].as_array().into_iter().flatten();
    let types: Vec<_> = elements.map(|element| element["type"].as_str().unwrap_or_default()).collect();
    ensure!(types.iter().all(|kind| ["text", "link"].contains(kind)), "a block has a mention: {types:?}");
    Ok(format!("{} elements", types.len()))
}

pub(super) async fn microsoft_teams(testbed: &Testbed) -> ScenarioResult {
    let message = message_at(testbed, "/teams").await?;
    let attachment = &message["attachments"][0];
    ensure!(message["type"] == "message", "the type is {}", message["type"]);
    let content_type = &attachment["contentType"];
    ensure!(*content_type == "application/vnd.microsoft.card.adaptive", "the content type is {content_type}");
    let block = &attachment["content"]["body"][0];
    ensure!(block["type"] == "RichTextBlock", "the text may have markup: {block}");
    let text = joined_texts(&block["inlines"]);
    ensure!(text.contains("pushed") && text.contains(every_kind::HOSTILE), "the text has changed: {text}");
    ensure!(attachment["content"]["msteams"]["entities"].is_null(), "the card has a mention: {message}");
    Ok(format!("{} characters", text.chars().count()))
}

pub(super) async fn telegram(testbed: &Testbed) -> ScenarioResult {
    let message = message_at(testbed, &every_kind::telegram_path(testbed)?).await?;
    ensure!(
        message["chat_id"] == TELEGRAM_CHAT && message["message_thread_id"] == 7,
        "sent to another chat: {message}"
    );
    ensure!(message["parse_mode"].is_null(), "the message allows markup: {message}");
    let text = message["text"].as_str().context("the message has no text")?;
    ensure!(text.contains("pushed") && text.contains("everyone"), "the text does not describe the push: {text}");
    ensure!(!text.contains("@everyone"), "the text has a mention: {text}");
    let entities = message["entities"].as_array().context("the message has no entities")?;
    ensure!(entities.iter().all(|entity| entity["type"] == "text_link"), "an entity is no link: {message}");
    Ok(format!("{} characters, {} links", text.chars().count(), entities.len()))
}

/// Returns the text of a list of elements.
fn joined_texts(elements: &Value) -> String {
    let texts = elements.as_array().into_iter().flatten().filter_map(|element| element["text"].as_str());
    texts.collect()
}
