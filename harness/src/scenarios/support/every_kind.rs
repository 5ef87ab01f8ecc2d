//! One event for a destination of each kind. Its payload has markup and mentions, which a message must not render.

use std::time::Duration;

use anyhow::{Context, Result, ensure};
use serde_json::{Value, json};
use uuid::Uuid;

use super::expect;
use super::github::PUSH;
use super::scenario::Scenario;
use super::testbed::Testbed;
use crate::stack::{Destination, DestinationKind, Route, Source};
use crate::system::wait;
use crate::traffic::script::Script;
use crate::traffic::sender::Webhook;
use crate::traffic::sink::Delivery;

/// A mention, a link whose text is another address, and Markdown.
pub(crate) const HOSTILE: &str = "<!channel> @everyone [a](https://evil.example) <https://evil.example|b> *c*";

/// Adds the source `everywhere`, a destination of each kind, and the route between them.
pub(crate) fn resources(scenario: Scenario) -> Scenario {
    scenario
        .source(Source::github("everywhere"))
        .destination(Destination::new("bus", DestinationKind::Eventbridge))
        .destination(Destination::new("discord", DestinationKind::Discord))
        .destination(Destination::new("mail", DestinationKind::Email))
        .destination(Destination::http("signed", Script::Succeeds).option("signed", json!(true)))
        .destination(Destination::new("slack", DestinationKind::Slack))
        .destination(Destination::new("slack-blocks", DestinationKind::Slack).option("blocks", json!(true)))
        .destination(Destination::new("teams", DestinationKind::MicrosoftTeams))
        .destination(Destination::new("telegram", DestinationKind::Telegram))
        .route(Route::new(
            "everywhere",
            "everywhere",
            &["bus", "discord", "mail", "signed", "slack", "slack-blocks", "teams", "telegram"],
        ))
}

/// Sends GitHub's example of a push. Its commit message comes from an unauthenticated author and ends with the event's id.
pub(crate) async fn send_push(testbed: &Testbed) -> Result<Webhook> {
    let event_id = Uuid::new_v4().to_string();
    let mut push: Value = serde_json::from_slice(PUSH)?;
    push["commits"] = json!([{
        "id": "6113728f27ae82c7b1a177c8d03f9e96e0adf246",
        "message": format!("{HOSTILE} {event_id}\n\nSecond line"),
        "author": { "name": "Mona" },
    }]);
    let webhook = testbed.signed("everywhere", push.to_string())?.with_event_id(&event_id);
    expect::accepted(testbed, &webhook).await?;
    Ok(webhook)
}

/// The paths of the sink, without that of the Telegram bot.
pub(crate) const PATHS: [&str; 5] = ["/discord", "/signed", "/slack", "/slack-blocks", "/teams"];

/// Returns the path of the Telegram bot's method, which contains the token.
pub(crate) fn telegram_path(testbed: &Testbed) -> Result<String> {
    let secret = testbed.secrets().destinations.get("telegram").cloned().context("the bot has no secret")?;
    let (_, token) = secret.rsplit_once('/').context("the secret is no URL")?;
    Ok(format!("/{token}/sendMessage"))
}

/// Waits for the delivery at a path of the sink, and expects one attempt at each path of the sink.
pub(crate) async fn delivered_once_at(testbed: &Testbed, event_id: &str, path: &str) -> Result<Delivery> {
    let condition = format!("the delivery of event {event_id} at `{path}`");
    let delivery = wait::until(&condition, Duration::from_secs(30), async || {
        let attempts = testbed.sink.attempts(event_id);
        Ok(attempts.into_iter().find(|attempt| attempt.status.is_success() && attempt.path == path))
    })
    .await?;
    let telegram = telegram_path(testbed)?;
    let paths = PATHS.into_iter().chain([telegram.as_str()]);
    testbed.expect_attempts(event_id, &paths.map(|path| (path, 200)).collect::<Vec<_>>());
    Ok(delivery)
}

/// Returns the JSON of a chat message.
pub(crate) fn message_json(delivery: &Delivery) -> Result<Value> {
    ensure!(delivery.header("content-type") == Some("application/json"), "the message has another type than JSON");
    serde_json::from_slice(&delivery.body).context("the message is not JSON")
}
