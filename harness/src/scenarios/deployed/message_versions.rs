use std::cell::Cell;
use std::path::{Path, PathBuf};
use std::time::Duration;

use anyhow::{Context, Result, ensure};
use futures_util::future::try_join_all;
use hookline_event::DedupKey;
use serde_json::{Value, json};
use uuid::Uuid;

use super::super::support::release::{expect_latest, roll_back_to};
use super::super::support::{ScenarioResult, Testbed, while_sending, with_traffic};
use crate::terraform::{Functions, ScriptResult};

/// Half of the batches for some seconds.
const CANARY: [&str; 4] = ["--percent", "50", "--minutes", "0.3"];

/// The time between two rounds of messages.
const INTERVAL: Duration = Duration::from_secs(1);

/// The largest batch of SQS.
const BATCH: usize = 10;

/// The rounds with messages that are retried: about during the canary, and during the rollback. Their four failures are
/// too few to open a circuit breaker.
const RETRIED_ROUNDS: [usize; 2] = [20, 60];

/// The attempts of an event: paths and statuses.
type Attempts = &'static [(&'static str, u16)];

/// The messages of a round.
struct Messages {
    /// Each stored message, and the same message as a later version could write it.
    delivered: Vec<Value>,
    /// The two forms of one message, for a destination that fails once. Process reads them again on the retry lane,
    /// possibly with another version.
    retried: [Value; 2],
}

/// Sends messages of two versions while process moves from one version to the next and back.
pub(super) async fn forward_and_back(testbed: &Testbed) -> ScenarioResult {
    let (deployment, messages) = (&testbed.deployment, messages(testbed).await?);
    let before = testbed.stack.alias_versions().await?;
    deployment.apply(&deployment.with_new_packages()?).await?;
    let latest = deployment.outputs().await?.function_versions;
    let round = Cell::new(0);
    let send = async || {
        let number = round.replace(round.get() + 1);
        send_round(testbed, &messages, number).await
    };
    let work = while_sending(INTERVAL, send, move_forward_and_back(testbed, &before, &latest));
    let (((), rounds), requests) = with_traffic(testbed, work).await?;
    let event_ids = rounds.concat();
    for event_id in &event_ids {
        testbed.sink.wait_for_delivery(event_id).await?;
    }
    let (from, to, count) = (&before.process, &latest.process, event_ids.len());
    Ok(format!("process {from} to {to} to {from}, {count} messages of both versions, {requests} requests"))
}

/// Releases the latest versions with a canary, and rolls back.
async fn move_forward_and_back(testbed: &Testbed, before: &Functions, latest: &Functions) -> Result<()> {
    let key = testbed.signing_key("github")?;
    let ScriptResult { code, text, errors } = testbed.deployment.release(&key, &CANARY).await?;
    ensure!(code == Some(0), "the release ended with {code:?}: {text}{errors}");
    ensure!(!text.contains("had 0 invocations"), "a new version had no invocations during its canary: {text}");
    expect_latest(testbed).await?;
    roll_back_to(testbed, before).await?;
    let versions = testbed.stack.alias_versions().await?;
    ensure!(versions == *before, "the aliases are at {versions:?} instead of {before:?}");
    // The next scenarios use the latest versions.
    roll_back_to(testbed, latest).await
}

/// Sends the messages of a round. Returns the ids of the events.
async fn send_round(testbed: &Testbed, messages: &Messages, number: usize) -> Result<Vec<String>> {
    let mut event_ids = send(testbed, &messages.delivered, &[("/orders", 200)]).await?;
    if RETRIED_ROUNDS.contains(&number) {
        event_ids.extend(send(testbed, &messages.retried, &[("/busy", 429), ("/busy", 200)]).await?);
    }
    Ok(event_ids)
}

/// Sends each message as a new event, whose attempts have to be these.
async fn send(testbed: &Testbed, messages: &[Value], attempts: Attempts) -> Result<Vec<String>> {
    let mut event_ids = Vec::new();
    let mut texts = Vec::new();
    for message in messages {
        let event_id = Uuid::new_v4().to_string();
        texts.push(of_event(message.clone(), &event_id)?.to_string());
        testbed.expect_attempts(&event_id, attempts);
        event_ids.push(event_id);
    }
    try_join_all(texts.chunks(BATCH).map(|batch| testbed.stack.enqueue(batch))).await?;
    Ok(event_ids)
}

/// Returns the message of another event.
fn of_event(mut message: Value, event_id: &str) -> Result<Value> {
    let source = message["source"].as_str().context("the message has no source")?;
    message["dedupkey"] = json!(DedupKey::from_signed_id(source, event_id).as_str());
    message["id"] = json!(event_id);
    if message.get("requestid").is_some() {
        message["requestid"] = json!(Uuid::new_v4().to_string());
    }
    Ok(message)
}

async fn messages(testbed: &Testbed) -> Result<Messages> {
    let stored = stored_messages(testbed).await?;
    let mut pushes = stored.iter().filter(|message| message["type"] == "github.push");
    let mut push = pushes.next().context("no push is stored")?.clone();
    push["source"] = json!("/webhooks/busy");
    let retried = [push.clone(), of_later_version(push)];
    let delivered = stored.into_iter().flat_map(|message| [message.clone(), of_later_version(message)]).collect();
    Ok(Messages { delivered, retried })
}

/// Returns a message with an attribute that this version does not know, and a later minor version of CloudEvents.
fn of_later_version(mut message: Value) -> Value {
    message["specversion"] = json!("1.1");
    message["laterattribute"] = json!("a value");
    message
}

/// Returns the stored messages of all versions. An offloaded payload is in the bucket of this stack.
async fn stored_messages(testbed: &Testbed) -> Result<Vec<Value>> {
    let bucket = testbed.stack.target().delivery_configuration().await?.payload_bucket;
    let mut messages = Vec::new();
    for version in entries(&testbed.repository.root.join("crates/event/testdata/messages"))? {
        for file in entries(&version)? {
            let text = std::fs::read_to_string(&file).with_context(|| format!("cannot read `{}`", file.display()))?;
            let mut message: Value = serde_json::from_str(&text)?;
            if message.get("dataref").is_some() {
                let key = format!("payloads/{}", Uuid::new_v4());
                testbed.stack.put_object(&bucket, &key, b"{}".to_vec()).await?;
                message["dataref"] = json!(format!("s3://{bucket}/{key}"));
            }
            messages.push(message);
        }
    }
    ensure!(!messages.is_empty(), "there are no stored messages");
    Ok(messages)
}

/// Returns the paths in a folder.
fn entries(folder: &Path) -> Result<Vec<PathBuf>> {
    let entries = std::fs::read_dir(folder).with_context(|| format!("cannot read `{}`", folder.display()))?;
    entries.map(|entry| Ok(entry?.path())).collect()
}
