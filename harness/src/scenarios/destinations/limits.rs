//! Events that do not fit into a destination: a chat gets a shortened message, and any other event is dead-lettered with
//! its reason.

use std::collections::BTreeSet;
use std::time::Duration;

use anyhow::{Context, Result, ensure};
use serde_json::{Value, json};
use uuid::Uuid;

use super::super::support::{Scenario, ScenarioResult, Testbed, expect, log, services};
use crate::stack::aws_receivers::{FIFO_QUEUE, NAME, TOPIC_QUEUE};
use crate::stack::{Destination, DestinationKind, Route, Source};
use crate::system::wait;
use crate::traffic::script::Script;

use super::aws;

/// Longer than the limit of each chat and of an e-mail.
const TEXT_CHARACTERS: usize = 30_000;

/// A destination, the limit of its message, and whether the limit is in bytes of the request instead of UTF-16 code units
/// of the text.
type Chat = (&'static str, usize, bool);

const CHATS: [Chat; 4] = [
    ("limited-slack", 4000, false),
    ("limited-discord", 2000, false),
    ("limited-telegram", 4096, false),
    ("limited-teams", 20_000, true),
];

/// Adds a source whose pushes go to chats and an e-mail, and whose releases go to a template that has a
/// text of the payload twice, and to a bus.
pub(super) fn resources(scenario: Scenario) -> Scenario {
    let chat = |name, kind| Destination::new(name, kind).option("template", json!("{{ payload.text }}"));
    scenario
        .source(Source::github("limited"))
        .destination(chat("limited-discord", DestinationKind::Discord))
        .destination(chat("limited-mail", DestinationKind::Email))
        .destination(chat("limited-slack", DestinationKind::Slack))
        .destination(chat("limited-teams", DestinationKind::MicrosoftTeams))
        .destination(chat("limited-telegram", DestinationKind::Telegram))
        .destination(Destination::new("limited-bus", DestinationKind::Eventbridge))
        .destination(
            Destination::http("limited-body", Script::Succeeds)
                .option("body", json!("{\"a\":{{ payload.text }},\"b\":{{ payload.text }}}")),
        )
        .route(
            Route::new(
                "limited-chats",
                "limited",
                &["limited-discord", "limited-mail", "limited-slack", "limited-teams", "limited-telegram"],
            )
            .types(&["limited.push"]),
        )
        .route(Route::new("limited-requests", "limited", &["limited-bus", "limited-body"]).types(&["limited.release"]))
}

pub(super) async fn chats(testbed: &Testbed) -> ScenarioResult {
    // The text begins with the id, by which the sink finds the event.
    let event_id = Uuid::new_v4().to_string();
    let body = json!({ "text": format!("{event_id} {}", "\u{1f600}".repeat(TEXT_CHARACTERS / 2)) });
    let webhook = testbed.signed("limited", body.to_string())?.with_event_id(&event_id);
    expect::accepted(testbed, &webhook).await?;
    let mut lengths = Vec::new();
    for (destination, limit, is_bytes) in CHATS {
        let delivered = [("event_id", event_id.as_str()), ("destination", destination), ("outcome", "delivered")];
        log::wait_for_line(testbed, &delivered).await?;
        let request = request_of(testbed, &event_id, destination).await?;
        let message: Value = serde_json::from_slice(&request).context("the message is not JSON")?;
        let text = text_of(&message).with_context(|| format!("no text for {destination}: {message}"))?;
        let length = if is_bytes { request.len() } else { text.encode_utf16().count() };
        ensure!(text.ends_with('\u{2026}'), "the text of {destination} does not show that it was shortened");
        ensure!(length <= limit && length > limit / 2, "{destination} got {length} of at most {limit}");
        lengths.push(length.to_string());
    }
    let delivered = [("event_id", event_id.as_str()), ("destination", "limited-mail"), ("outcome", "delivered")];
    log::wait_for_line(testbed, &delivered).await?;
    let emails = testbed.stack.sent_emails().await?;
    let email = emails.iter().find(|email| email.text.contains(&event_id)).context("no e-mail about the event")?;
    let length = email.text.trim_end().encode_utf16().count();
    ensure!((10_000..=20_000).contains(&length), "the e-mail has {length} of at most 20,000");
    Ok(format!("{} and {length}", lengths.join(", ")))
}

/// Waits for the request of a destination, and returns its body. The path of a Telegram bot is that of its method.
async fn request_of(testbed: &Testbed, event_id: &str, destination: &str) -> Result<Vec<u8>> {
    let condition = format!("the request of {destination}");
    wait::until(&condition, Duration::from_secs(20), async || {
        let attempts = testbed.sink.attempts(event_id);
        let is_sent_to = |path: &str| match destination {
            "limited-telegram" => path.ends_with("/sendMessage"),
            _ => path.trim_start_matches('/') == destination,
        };
        Ok(attempts.into_iter().find(|attempt| is_sent_to(&attempt.path)).map(|attempt| attempt.body.to_vec()))
    })
    .await
}

/// Returns the text of a message to Slack, Discord, Telegram or Microsoft Teams.
fn text_of(message: &Value) -> Option<String> {
    let inlines = message["attachments"][0]["content"]["body"][0]["inlines"].as_array();
    match inlines {
        Some(inlines) => Some(inlines.iter().filter_map(|inline| inline["text"].as_str()).collect()),
        None => message["text"].as_str().or(message["content"].as_str()).map(str::to_owned),
    }
}

/// The text is too long for a body that has it twice. The complete event is too long for EventBridge.
pub(super) async fn requests(testbed: &Testbed) -> ScenarioResult {
    let event_id = Uuid::new_v4().to_string();
    let body = json!({ "text": "t".repeat(3_200_000), "id": event_id }).to_string();
    let key = testbed.signing_key("limited")?;
    let webhook = testbed.signed_with("limited", "release", body, &key)?.with_event_id(&event_id);
    expect::accepted(testbed, &webhook).await?;
    testbed.settle(&event_id);
    let expected = [("limited-body", "event_too_large"), ("limited-bus", "event_too_large")];
    expect_dead_letters(testbed, &event_id, &expected).await?;
    testbed.expect_attempts(&event_id, &[]);
    Ok("2 deliveries in the dead-letter queue, without an attempt".to_owned())
}

/// A payload above the limits of SNS and Step Functions, and below those of the other services.
pub(super) async fn between_limits(testbed: &Testbed) -> ScenarioResult {
    let webhook = services::send_body(testbed, expect::unique_body(500_000)).await?;
    let id = webhook.event_id.as_str();
    let message = async |queue| -> Result<Value> {
        let message = aws::only_message(testbed.wait_for_messages(queue, id).await?)?;
        serde_json::from_str(&message.body).context("the message is not JSON")
    };
    let mut complete = vec![message(NAME).await?, message(FIFO_QUEUE).await?];
    complete.extend(aws::wait_for_function(testbed, id).await?);
    complete.extend(aws::wait_for_records(testbed, id).await?);
    ensure!(complete.len() == 4, "{} services have received the complete event", complete.len());
    for event in &complete {
        services::check_event(event, &webhook)?;
        ensure!(event["dataref"].is_null(), "the event has a reference although its payload fits");
    }
    for event in [message(TOPIC_QUEUE).await?, aws::only_execution(testbed, id).await?.1] {
        let has_reference = event["dataref"].as_str().is_some_and(|location| location.starts_with("s3://"));
        ensure!(has_reference && event["data"].is_null(), "the event has no reference to its payload");
    }
    Ok("4 complete events, 2 references".to_owned())
}

/// Takes one message of the dead-letter queue for each destination, and compares the reasons. Hookline made no attempt.
async fn expect_dead_letters(testbed: &Testbed, event_id: &str, expected: &[(&str, &str)]) -> Result<()> {
    let mut actual = BTreeSet::new();
    for _ in expected {
        let message = testbed.stack.take_dlq_message(event_id).await?;
        let attribute = |name: &str| message.attributes.get(name).cloned().unwrap_or_default();
        actual.insert((attribute("destination"), attribute("reason")));
    }
    let expected: BTreeSet<_> =
        expected.iter().map(|(destination, reason)| ((*destination).to_owned(), (*reason).to_owned())).collect();
    ensure!(actual == expected, "the dead-letter queue has {actual:?}");
    Ok(())
}
