//! The event log: what process writes about each event, and what an operator sees of it.

use std::collections::BTreeSet;
use std::time::Duration;

use anyhow::{Context, Result, ensure};
use hookline::event_log::{EventFilter, EventLog, ListOptions, LoggedEvent, Replay, ReplayTo, Tail};
use hookline_event_log::{Status, received_time};
use time::OffsetDateTime;
use tokio::sync::Mutex;
use uuid::Uuid;

use super::support::{Scenario, ScenarioResult, Testbed, expect};
use crate::emulator::Capability;
use crate::stack::{Destination, Route, Source};
use crate::system::wait;
use crate::traffic::script::Script;
use crate::traffic::sender::Webhook;
use crate::traffic::sink::Delivery;

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
        Scenario::new(
            "event-replayed",
            "an event, and then two other events, are sent again to their routes, and the first one also to another \
             destination; each destination receives them with the id of the replay, and the log has the new attempts",
            replayed,
        )
        .source(Source::github("logged"))
        .destination(Destination::http("logged", Script::Succeeds))
        .destination(Destination::http("logged-later", Script::Succeeds))
        .route(Route::new("replayed", "logged", &["logged"]).types(&["logged.release"]))
        .route(Route::new("logged-later", "logged", &["logged-later"]).types(&["logged.member"]))
        .needs(&[Capability::Dynamodb])
        .concurrent(),
        Scenario::new(
            "event-tailed",
            "the tail of the event log has an event once, and again when a later attempt is made, and no other source's event",
            tailed,
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

async fn replayed(testbed: &Testbed) -> ScenarioResult {
    let log = EventLog::find(testbed.stack.target()).await?;
    let key = testbed.signing_key("logged")?;
    let mut webhooks = Vec::new();
    for number in 0..3 {
        let body = format!(r#"{{"number":{number},"batch":"{}"}}"#, Uuid::new_v4());
        let webhook = testbed.signed_with("logged", "release", body, &key)?;
        expect::accepted(testbed, &webhook).await?;
        testbed.allow_repeat(&webhook.event_id);
        webhooks.push(webhook);
    }
    let mut events = Vec::new();
    for webhook in &webhooks {
        events.push(listed(testbed, &log, Status::Delivered, &webhook.event_id).await?);
    }

    let one = Replay::new(&log, ReplayTo::Routes)?;
    let first = events.first().context("there is no event")?;
    one.send(first).await?;
    wait_for_replay(testbed, &webhooks[..1], "/logged", one.id()).await?;

    let many = Replay::new(&log, ReplayTo::Routes)?;
    for logged in events.iter().skip(1) {
        many.send(logged).await?;
    }
    wait_for_replay(testbed, &webhooks[1..], "/logged", many.id()).await?;

    let other = Replay::new(&log, ReplayTo::Destination("logged-later".to_owned()))?;
    other.send(first).await?;
    wait_for_replay(testbed, &webhooks[..1], "/logged-later", other.id()).await?;
    ensure!(
        Replay::new(&log, ReplayTo::Destination("logged-latr".to_owned())).is_err(),
        "an unknown destination is valid"
    );

    check_requests(&log, first, [one.id(), other.id()]).await?;
    check_selection(testbed, &log, &events).await?;
    Ok("1, then 2 to their routes, then 1 to another destination; 3 requests of one event in the log".to_owned())
}

/// Waits until the log has an event and its two replays, each delivered.
async fn check_requests(log: &EventLog, first: &LoggedEvent, replays: [&str; 2]) -> Result<()> {
    let id = &first.event.id;
    let requests = wait::until(&format!("three requests of {id} in the log"), Duration::from_secs(30), async || {
        let requests = log.events(id, Some("logged")).await?;
        Ok((requests.len() == 3).then_some(requests))
    })
    .await?;
    let found: Vec<_> = requests.iter().rev().map(|logged| logged.event.replay.as_deref()).collect();
    ensure!(found == [None, Some(replays[0]), Some(replays[1])], "the requests are replays {found:?}");
    let is_delivered = |logged: &LoggedEvent| logged.summary().status == Status::Delivered;
    ensure!(requests.iter().all(is_delivered), "the requests are {requests:?}");
    Ok(())
}

/// Checks that conditions select each event once, although the log has its replays too.
async fn check_selection(testbed: &Testbed, log: &EventLog, events: &[LoggedEvent]) -> Result<()> {
    let select = async |payload: Option<&str>| {
        let options = ListOptions {
            since: events.first().map(|first| first.event.received.clone()).context("there is no event")?,
            filter: EventFilter { event_type: Some("logged.rel*".to_owned()), ..EventFilter::default() },
            payload: payload.map(str::parse).transpose().context("the filter is invalid")?,
            ..options(testbed)
        };
        let selected = log.list_distinct(&options).await?.events;
        let ids: BTreeSet<_> = selected.iter().map(|logged| logged.event.id.clone()).collect();
        ensure!(ids.len() == selected.len(), "an event is selected twice");
        Ok(ids)
    };
    let ids = |events: &[LoggedEvent]| events.iter().map(|logged| logged.event.id.clone()).collect::<BTreeSet<_>>();
    let (all, one) = (select(None).await?, select(Some("/number=1")).await?);
    // Another scenario sends events of the same type.
    ensure!(all.is_superset(&ids(events)), "the type selects {all:?}");
    ensure!(one == ids(&events[1..2]), "the value of the payload selects {one:?}");
    Ok(())
}

/// Waits until a destination has received each event with the id of the replay and its exact bytes.
async fn wait_for_replay(testbed: &Testbed, webhooks: &[Webhook], path: &str, replay: &str) -> Result<()> {
    for webhook in webhooks {
        let condition = format!("replay {replay} of event {} at {path}", webhook.event_id);
        let delivery = wait::until(&condition, Duration::from_secs(30), async || {
            let is_replay = |delivery: &Delivery| delivery.path == path && delivery.header("ce-replay") == Some(replay);
            Ok(testbed.sink.attempts(&webhook.event_id).into_iter().find(is_replay))
        })
        .await?;
        ensure!(delivery.body[..] == webhook.body[..], "the replayed body differs from the sent body");
    }
    Ok(())
}

async fn tailed(testbed: &Testbed) -> ScenarioResult {
    let log = EventLog::find(testbed.stack.target()).await?;
    let mut tail = Tail::new(&log, options(testbed));
    tail.next().await?;
    let webhook = testbed.signed("logged", expect::unique_body(200))?;
    expect::accepted(testbed, &webhook).await?;
    let state = Mutex::new((tail, Vec::new()));
    let attempts = wait::until("the event with all attempts in the tail", Duration::from_secs(60), async || {
        let mut state = state.lock().await;
        let (tail, attempts) = &mut *state;
        for logged in tail.next().await? {
            ensure!(logged.event.source == "logged", "the tail has an event of {}", logged.event.source);
            if logged.event.id == webhook.event_id {
                attempts.push(logged.event.attempts.len() + logged.attempts.len());
            }
        }
        Ok((attempts.last() == Some(&4)).then(|| attempts.clone()))
    })
    .await?;
    ensure!(attempts.is_sorted_by(|a, b| a < b), "the tail has the event with these numbers of attempts: {attempts:?}");
    Ok(format!("printed with {attempts:?} attempts"))
}

/// Waits until the log lists an event with this status.
async fn listed(testbed: &Testbed, log: &EventLog, status: Status, id: &str) -> Result<LoggedEvent> {
    wait::until(&format!("the {status} event {id} in the event log"), Duration::from_secs(30), async || {
        let filter = EventFilter { status: Some(status), ..EventFilter::default() };
        let listed = log.list(&ListOptions { filter, ..options(testbed) }).await?;
        Ok(listed.events.into_iter().find(|event| event.event.id == id))
    })
    .await
}

/// Lists all events of the source that were received since the start of the run.
fn options(testbed: &Testbed) -> ListOptions {
    ListOptions {
        source: Some("logged".to_owned()),
        since: received_time(testbed.started.into()),
        until: received_time(OffsetDateTime::now_utc()),
        filter: EventFilter::default(),
        payload: None,
        limit: 100,
        max_entries: None,
    }
}
