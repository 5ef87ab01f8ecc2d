//! One event for a destination of each kind, with a payload that would rather be more than text.

use anyhow::{Context, Result, ensure};
use serde_json::{Value, json};
use uuid::Uuid;

use super::{PUSH, Testbed, expect};
use crate::traffic::sender::Webhook;
use crate::traffic::sink::Delivery;

/// A mention, a link that is not what it says, and what Markdown would make of the rest.
pub(crate) const HOSTILE: &str = "<!channel> @everyone [a](https://evil.example) <https://evil.example|b> *c*";

/// GitHub's own example of a push, with a commit message of a stranger's that ends with the event's id.
pub(crate) async fn push(testbed: &Testbed) -> Result<Webhook> {
    let event_id = Uuid::new_v4().to_string();
    let mut push: Value = serde_json::from_slice(PUSH)?;
    push["commits"] = json!([{
        "id": "6113728f27ae82c7b1a177c8d03f9e96e0adf246",
        "message": format!("{HOSTILE} {event_id}\n\nSecond line"),
        "author": { "name": "Mona" },
    }]);
    let webhook = testbed.signed("everywhere", push.to_string())?.named(&event_id);
    expect::accepted(testbed, &webhook).await?;
    Ok(webhook)
}

/// What has arrived at a path, once.
pub(crate) async fn once_at(testbed: &Testbed, event_id: &str, path: &str) -> Result<Delivery> {
    let delivery = testbed.sink.wait_for_path(event_id, path).await?;
    testbed.stack.at_rest().await?;
    let times = testbed.sink.attempts(event_id).iter().filter(|attempt| attempt.path == path).count();
    ensure!(times == 1, "it arrived {times} times at {path}");
    Ok(delivery)
}

/// A chat's message, as JSON.
pub(crate) fn message(delivery: &Delivery) -> Result<Value> {
    ensure!(delivery.header("content-type") == Some("application/json"), "the message is not said to be JSON");
    serde_json::from_slice(&delivery.body).context("the message is not JSON")
}
