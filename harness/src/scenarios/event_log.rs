//! The event log: what process writes about each event, and what an operator sees of it.

use std::time::Duration;

use anyhow::{Context, Result, ensure};
use hookline::event_log::{EventFilter, EventLog, ListOptions, LoggedEvent};
use hookline_event_log::{Status, received_time};
use time::OffsetDateTime;

use super::support::{Scenario, ScenarioResult, Testbed, expect};
use crate::emulator::Capability;
use crate::stack::{Destination, Route, Source};
use crate::system::wait;
use crate::traffic::script::Script;

pub(super) fn all() -> Vec<Scenario> {
    vec![
        Scenario::new(
            "event-logged",
            "the event log lists an event with all attempts at both destinations and its exact bytes, a filtered event and a \
             rejected request",
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
    let log = EventLog::find(testbed.stack.target()).await?;
    let webhook = testbed.signed("logged", expect::unique_body(20_000))?;
    expect::accepted(testbed, &webhook).await?;
    let key = testbed.signing_key("logged")?;
    let filtered = testbed.signed_with("logged", "issues", expect::unique_body(100), &key)?;
    expect::accepted(testbed, &filtered).await?;
    testbed.settle(&filtered.event_id);
    let forged = testbed.signed_with("logged", "push", expect::unique_body(100), "another secret of this sender")?;
    let rejected = expect::request_id(&expect::rejected(testbed, &forged, 401).await?)?;

    let event = listed(testbed, &log, Status::Delivered, &webhook.event_id).await?;
    let summary = event.summary();
    let attempts = |name: &str| summary.destinations.get(name).map(|destination| destination.attempts);
    ensure!(attempts("logged") == Some(1) && attempts("logged-flaky") == Some(3), "the log has {summary:?}");
    let reasons: Vec<_> = event.attempts.iter().map(|entry| entry.attempt.reason.as_deref()).collect();
    ensure!(reasons == [Some("http_503"), None], "the later attempts have the reasons {reasons:?}");
    let shown = log.events(&webhook.event_id, None).await?;
    ensure!(shown.first() == Some(&event) && shown.len() == 1, "the event is shown as {shown:?}");
    let payload = log.payload(&event.event).await?;
    ensure!(payload.bytes == webhook.body, "the stored bytes differ from the sent body");
    let message: serde_json::Value = serde_json::from_str(&payload.message).context("the message is not JSON")?;
    ensure!(message["id"] == webhook.event_id.as_str(), "the stored message is {message}");

    listed(testbed, &log, Status::Filtered, &filtered.event_id).await?;
    let request = listed(testbed, &log, Status::Rejected, &rejected).await?;
    ensure!(request.event.http_status == Some(401), "the request is {:?}", request.event);
    Ok("1 and 3 attempts, 20 KB, 1 filtered event, 1 rejected request".to_owned())
}

/// Waits until the log lists an event with this status.
async fn listed(testbed: &Testbed, log: &EventLog, status: Status, id: &str) -> Result<LoggedEvent> {
    wait::until(&format!("the {status} event {id} in the event log"), Duration::from_secs(30), async || {
        let options = ListOptions {
            source: Some("logged".to_owned()),
            since: received_time(testbed.started.into()),
            until: received_time(OffsetDateTime::now_utc()),
            filter: EventFilter { status: Some(status), ..EventFilter::default() },
            payload: None,
            limit: 100,
        };
        Ok(log.list(&options).await?.events.into_iter().find(|event| event.event.id == id))
    })
    .await
}
