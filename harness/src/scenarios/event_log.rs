//! The event log: what process writes about each event.

use std::time::Duration;

use anyhow::{Context, ensure};
use hookline_event_log::{EventStatus, Status};

use super::support::{Scenario, ScenarioResult, Testbed, expect};
use crate::emulator::Capability;
use crate::stack::{Destination, LoggedEvent, Route, Source};
use crate::system::wait;
use crate::traffic::script::Script;

pub(super) fn all() -> Vec<Scenario> {
    vec![
        Scenario::new(
            "event-logged",
            "the event log has each attempt at both destinations of an event, its exact bytes, and an event that was filtered",
            logged,
        )
        .source(Source::github("logged"))
        .destination(Destination::http("logged", Script::Succeeds))
        .destination(Destination::http("logged-flaky", Script::FailsTwice))
        .route(Route::new("logged", "logged", &["logged", "logged-flaky"]).types(&["logged.push"]))
        .needs(&[Capability::Dynamodb])
        .concurrent(),
    ]
}

async fn logged(testbed: &Testbed) -> ScenarioResult {
    let webhook = testbed.signed("logged", expect::unique_body(20_000))?;
    expect::accepted(testbed, &webhook).await?;
    let is_delivered = |event: &LoggedEvent| event.summary().status == Status::Delivered && !event.attempts.is_empty();
    let event = wait_for(testbed, &webhook.event_id, is_delivered).await?;
    let summary = event.summary();
    let attempts = |name: &str| summary.destinations.get(name).map(|destination| destination.attempts);
    ensure!(attempts("logged") == Some(1) && attempts("logged-flaky") == Some(3), "the log has {summary:?}");
    let first: Vec<_> = event.event.attempts.iter().map(|attempt| attempt.reason.as_deref()).collect();
    ensure!(first == [None, Some("http_503")], "the first attempts have the reasons {first:?}");
    let stored = testbed.stack.stored_event(&event.event).await?;
    ensure!(stored.payload == webhook.body, "the stored bytes differ from the sent body");
    let message: serde_json::Value = serde_json::from_str(&stored.message).context("the stored message is not JSON")?;
    ensure!(message["id"] == webhook.event_id.as_str(), "the stored message is {message}");

    let filtered =
        testbed.signed_with("logged", "issues", expect::unique_body(100), &testbed.signing_key("logged")?)?;
    expect::accepted(testbed, &filtered).await?;
    testbed.settle(&filtered.event_id);
    let event = wait_for(testbed, &filtered.event_id, |_| true).await?;
    ensure!(event.event.status == EventStatus::Filtered, "the log has {:?}", event.event);
    Ok("3 and 1 attempts, 20 KB, 1 filtered event".to_owned())
}

/// Waits for an event in the log.
async fn wait_for(
    testbed: &Testbed,
    id: &str,
    is_expected: impl Fn(&LoggedEvent) -> bool,
) -> anyhow::Result<LoggedEvent> {
    wait::until(&format!("event {id} in the event log"), Duration::from_secs(30), async || {
        Ok(testbed.stack.logged_event("logged", id).await?.filter(|event| is_expected(event)))
    })
    .await
}
