//! What the event log gets, and that nothing waits for it.

use std::sync::{Arc, Mutex};
use std::time::Duration;

use futures_util::FutureExt as _;
use futures_util::future::{BoxFuture, pending};
use hookline_aws::PortError;
use hookline_event::{Event, Payload};
use hookline_event_log::{
    AttemptEntry, Entry, EventEntry, EventLogSettings, EventStatus, EventSummary, Outcome, Status, StoredEvent,
};
use hookline_telemetry::{Level, Settings, capture};
use process::WriteEventLog;
use serde_json::{Value, json};

use crate::fixture::{Function, message_body, now, record, retry_record, unique_event, unique_record};

/// Records what is written.
#[derive(Clone, Default)]
struct FakeLog(Arc<Mutex<State>>);

#[derive(Default)]
struct State {
    objects: Vec<(String, Vec<u8>)>,
    entries: Vec<Entry>,
    /// The sizes of the calls.
    pages: Vec<usize>,
    is_unavailable: bool,
    hangs: bool,
    unprocessed: usize,
}

impl WriteEventLog for FakeLog {
    fn put_object(&self, key: String, bytes: Vec<u8>) -> BoxFuture<'_, Result<(), PortError>> {
        async move {
            self.respond("s3:PutObject").await?;
            self.0.lock().unwrap().objects.push((key, bytes));
            Ok(())
        }
        .boxed()
    }

    fn put_entries(&self, entries: Vec<Entry>) -> BoxFuture<'_, Result<usize, PortError>> {
        async move {
            self.respond("dynamodb:BatchWriteItem").await?;
            let mut state = self.0.lock().unwrap();
            state.pages.push(entries.len());
            state.entries.extend(entries);
            Ok(state.unprocessed)
        }
        .boxed()
    }
}

impl FakeLog {
    async fn respond(&self, operation: &'static str) -> Result<(), PortError> {
        if self.0.lock().unwrap().hangs {
            pending::<()>().await;
        }
        let is_unavailable = self.0.lock().unwrap().is_unavailable;
        if is_unavailable { Err(PortError::new(operation, "unavailable")) } else { Ok(()) }
    }

    fn events(&self) -> Vec<EventEntry> {
        let entries = self.0.lock().unwrap().entries.clone();
        entries
            .into_iter()
            .filter_map(|entry| if let Entry::Event(event) = entry { Some(*event) } else { None })
            .collect()
    }

    fn attempts(&self) -> Vec<AttemptEntry> {
        let entries = self.0.lock().unwrap().entries.clone();
        let attempts = entries.into_iter().filter_map(|entry| match entry {
            Entry::Attempt(attempt) => Some(*attempt),
            Entry::Event(_) => None,
        });
        attempts.collect()
    }

    /// Reads the stored event of an entry.
    fn stored(&self, entry: &EventEntry) -> StoredEvent {
        let location = entry.object.as_ref().unwrap();
        let state = self.0.lock().unwrap();
        let (_, bytes) = state.objects.iter().find(|(key, _)| *key == location.key).unwrap();
        let start = usize::try_from(location.offset).unwrap();
        StoredEvent::read(&bytes[start..start + usize::try_from(location.length).unwrap()]).unwrap()
    }
}

async fn function() -> (Function, FakeLog) {
    let settings = EventLogSettings { table: "events".to_owned(), seconds: 86_400, sources: None };
    function_with(settings, &[]).await
}

async fn function_with(settings: EventLogSettings, variables: &[(&str, String)]) -> (Function, FakeLog) {
    let (function, log) = (Function::with_variables(variables).await, FakeLog::default());
    let handler = function.handler.with_event_log(settings, log.clone());
    (Function { handler, ..function }, log)
}

/// Returns the destination, the outcome, the reason and the number of each attempt.
fn facts(entry: &EventEntry) -> Vec<(&str, Outcome, Option<&str>, u32)> {
    let attempts = entry.attempts.iter();
    attempts
        .map(|attempt| (attempt.destination.as_str(), attempt.outcome, attempt.reason.as_deref(), attempt.number))
        .collect()
}

#[tokio::test]
async fn delivered_event_is_one_entry_and_a_part_of_an_object() {
    let (function, log) = function().await;
    let records = vec![unique_record("1", "github", 1), unique_record("2", "github", 1), unique_record("3", "both", 1)];
    assert!(function.failed_ids(records).await.is_empty());
    let mut events = log.events();
    assert_eq!((events.len(), log.0.lock().unwrap().objects.len()), (3, 2), "one object for each source");
    for entry in &events {
        let stored = log.stored(entry);
        let event = unique_event(&entry.id, &entry.source);
        assert_eq!(stored.payload, event.data, "the exact bytes");
        assert_eq!(entry.size, Some(event.data.len() as u64));
        let message: Value = serde_json::from_str(&stored.message).unwrap();
        assert_eq!((&message["id"], &message["data_base64"]), (&json!(entry.id), &Value::Null));
        assert!(entry.expires_at >= now() + 86_400);
    }
    let outcomes = facts(&events[2]);
    assert_eq!(outcomes, [("audit", Outcome::Delivered, None, 1), ("orders", Outcome::Delivered, None, 1)]);
    // What changes from run to run.
    let mut entry = events.remove(0);
    entry.expires_at = 0;
    entry.object.as_mut().unwrap().key.clear();
    entry.object.as_mut().unwrap().length = 0;
    entry.attempts[0].at.clear();
    entry.attempts[0].duration_ms = 0;
    insta::assert_json_snapshot!(entry);
}

#[tokio::test]
async fn each_outcome_has_its_reason() {
    // With two writes, a repeated request finds a completed claim at once.
    let mode = ("HOOKLINE_IDEMPOTENCY_MODE", "two_writes".to_owned());
    let settings = EventLogSettings { table: "events".to_owned(), seconds: 60, sources: None };
    let (function, log) = function_with(settings, &[mode]).await;
    function.receiver.respond_with(503, None);
    function.receiver.respond_with(404, None);
    for id in ["retried", "given-up", "delivered"] {
        assert!(function.failed_ids(vec![unique_record(id, "github", 1)]).await.is_empty());
    }
    // Another request of the sender.
    let repeated = Event { request_id: Some("repeated".to_owned()), ..unique_event("delivered", "github") };
    assert!(function.failed_ids(vec![record("m", &message_body(repeated), 1)]).await.is_empty());
    let events = log.events();
    let single = |index: usize| facts(&events[index])[0];
    assert_eq!(single(0), ("orders", Outcome::Retried, Some("http_503"), 1));
    assert!((5..=10).contains(&events[0].attempts[0].retry_in_seconds.unwrap()));
    assert_eq!(single(1), ("orders", Outcome::DeadLettered, Some("http_404"), 1));
    assert_eq!(single(2), ("orders", Outcome::Delivered, None, 1));
    assert_eq!(single(3).1, Outcome::AlreadyDelivered);
}

#[tokio::test]
async fn events_without_a_destination_are_logged() {
    let routes = json!({ "github": { "destinations": ["orders"], "types": ["github.issues"] } });
    let settings = EventLogSettings { table: "events".to_owned(), seconds: 60, sources: None };
    let (function, log) = function_with(settings, &[("HOOKLINE_ROUTES", routes.to_string())]).await;
    let unreadable = record("3", "no event", 1);
    let records = vec![unique_record("1", "github", 1), unique_record("2", "unknown", 1), unreadable];
    assert!(function.failed_ids(records).await.is_empty());
    let events = log.events();
    assert_eq!(events.len(), 2, "an unreadable message has no id");
    assert_eq!((events[0].status, facts(&events[0])), (EventStatus::Filtered, vec![]));
    assert!(events[0].reason.as_deref().unwrap().contains("`github` (types)"), "{:?}", events[0].reason);
    assert_eq!(facts(&events[1]), [("", Outcome::DeadLettered, Some("no_route"), 1)]);
}

#[tokio::test]
async fn later_attempts_are_entries_of_the_same_event() {
    let (function, log) = function().await;
    function.receiver.respond_with(503, None);
    assert!(function.failed_ids(vec![unique_record("m", "github", 1)]).await.is_empty());
    let retry = function.take_due_retry("r", 10);
    assert!(function.failed_ids(vec![retry]).await.is_empty());
    let (events, attempts) = (log.events(), log.attempts());
    assert_eq!((events.len(), attempts.len(), log.0.lock().unwrap().objects.len()), (1, 1, 1));
    let (event, later) = (&events[0], &attempts[0]);
    assert_eq!((&later.event, &later.request_id), (&event.event, &event.request_id));
    assert_eq!((later.attempt.outcome, later.attempt.number), (Outcome::Delivered, 2));
    let summary = EventSummary::new(event, &attempts);
    assert_eq!((summary.status, summary.destinations["orders"].attempts), (Status::Delivered, 2));
}

#[tokio::test]
async fn a_redriven_message_adds_an_attempt_and_no_second_object() {
    let (function, log) = function().await;
    let mut redriven = unique_record("m", "github", 1);
    redriven["attributes"]["SentTimestamp"] = json!("1767400000000");
    assert!(function.failed_ids(vec![redriven]).await.is_empty());
    assert!(log.events().is_empty() && log.0.lock().unwrap().objects.is_empty());
    assert_eq!(log.attempts()[0].attempt.outcome, Outcome::Delivered);
}

#[tokio::test]
async fn a_delivery_that_is_not_due_is_not_logged() {
    let (function, log) = function().await;
    function.receiver.respond_with(503, None);
    assert!(function.failed_ids(vec![unique_record("m", "github", 1)]).await.is_empty());
    let retry = function.retries()[0].clone();
    assert!(function.failed_ids(vec![retry_record("r", &retry)]).await.is_empty());
    assert_eq!((log.events().len(), log.attempts().len()), (1, 0));
}

#[tokio::test]
async fn a_replay_to_one_destination_is_an_event_of_its_own() {
    let (function, log) = function().await;
    let event = Event { replay: Some("replay-1".to_owned()), ..unique_event("m", "both") };
    let retry = json!({ "message": message_body(event), "destination": "orders", "attempts": 0 });
    let mut retry = retry_record("r", &retry);
    // The attributes that the tool does not send.
    let attributes = retry["messageAttributes"].as_object_mut().unwrap();
    attributes.retain(|name, _| ["destination", "attempts"].contains(&name.as_str()));
    assert!(function.failed_ids(vec![retry]).await.is_empty());
    let events = log.events();
    assert_eq!((events[0].replay.as_deref(), facts(&events[0]).len()), (Some("replay-1"), 1));
    let headers = function.receiver.requests.lock().unwrap()[0].0.clone();
    assert_eq!(headers.get("ce-replay").unwrap(), "replay-1");
}

#[tokio::test]
async fn an_offloaded_payload_is_stored_as_its_location() {
    let (function, log) = function().await;
    let uri = "s3://payloads/payloads/1".to_owned();
    function.payloads.objects.lock().unwrap().insert(uri.clone(), b"{}".to_vec());
    let (event, _) = unique_event("m", "github").replace_data(Payload::Offloaded { uri: uri.clone() });
    assert!(function.failed_ids(vec![record("m", &event.to_json().unwrap(), 1)]).await.is_empty());
    let entry = &log.events()[0];
    let stored = log.stored(entry);
    assert!(stored.payload.is_empty() && stored.message.contains(&uri) && entry.size.is_none());
}

#[tokio::test]
async fn only_the_configured_sources_are_logged() {
    let sources = Some(vec!["both".to_owned()]);
    let settings = EventLogSettings { table: "events".to_owned(), seconds: 60, sources };
    let (function, log) = function_with(settings, &[]).await;
    let records = vec![unique_record("1", "github", 1), unique_record("2", "both", 1)];
    assert!(function.failed_ids(records).await.is_empty());
    assert_eq!(log.events().iter().map(|entry| entry.source.as_str()).collect::<Vec<_>>(), ["both"]);
}

#[tokio::test]
async fn calls_have_at_most_25_entries_and_no_key_twice() {
    let (function, log) = function().await;
    let mut records: Vec<_> = (0..30).map(|id| unique_record(&id.to_string(), "github", 1)).collect();
    // SQS has delivered a message twice.
    records.push(unique_record("0", "github", 1));
    function.failed_ids(records).await;
    assert_eq!(log.0.lock().unwrap().pages, [25, 5]);
}

/// A log that is unavailable, throttled or slow changes no result.
#[tokio::test]
async fn what_is_not_written_is_counted() {
    for (is_unavailable, unprocessed, parts) in [(true, 0, 2), (false, 1, 1)] {
        let (function, log) = function().await;
        log.0.lock().unwrap().is_unavailable = is_unavailable;
        log.0.lock().unwrap().unprocessed = unprocessed;
        let captured = capture(Settings { level: Level::Info, service: "hookline-test".into(), function: "process" });
        assert!(function.failed_ids(vec![unique_record("m", "github", 1)]).await.is_empty());
        let lines = captured.lines();
        let dropped: Vec<_> = lines.iter().filter(|line| line["outcome"] == "event_log_dropped").collect();
        assert_eq!((dropped.len(), &dropped[0]["EventLogDropped"]), (1, &json!(parts)), "{lines:?}");
        assert_eq!(function.received_requests(), 1);
    }
}

#[tokio::test]
async fn a_hanging_log_is_given_up_after_a_second() {
    let (function, log) = function().await;
    log.0.lock().unwrap().hangs = true;
    let started = std::time::Instant::now();
    assert!(function.failed_ids(vec![unique_record("m", "github", 1)]).await.is_empty());
    let elapsed = started.elapsed();
    assert!((Duration::from_secs(1)..Duration::from_secs(5)).contains(&elapsed), "{elapsed:?}");
    assert_eq!(function.received_requests(), 1);
}
