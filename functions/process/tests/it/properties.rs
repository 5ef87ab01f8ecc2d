//! Each event has exactly one result, and a metric shows it: delivered, retried, dead-lettered, or filtered by a rule of
//! the operator.

use std::collections::BTreeMap;
use std::time::Duration;

use hookline_event::{DedupKey, Event};
use hookline_telemetry::{CapturedOutput, Level, MetricValue, Settings, capture};
use process::{OpenState, StoredState};
use proptest::prelude::*;
use proptest::test_runner::TestCaseError;
use serde_json::{Value, json};

use crate::fixture::{Function, event, message_body, now, record, retry_record};

/// `{"a":"b"}` with the content coding `gzip`.
const GZIP: &[u8] = b"\x1f\x8b\x08\x00\x00\x00\x00\x00\x02\x03\xabVJT\xb2RJR\xaa\x05\x00\x9c\x5c\xf6k\x09\x00\x00\x00";

/// The result of one message.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Outcome {
    Delivered,
    Retried,
    DeadLettered,
    Filtered,
}

/// An event, a route and the state of the systems around the function.
#[derive(Debug, Clone)]
struct Case {
    source: &'static str,
    event_type: &'static str,
    data: Vec<u8>,
    content_type: Option<&'static str>,
    content_encoding: Option<&'static str>,
    hops: u32,
    route: Value,
    destination: Value,
    status: u16,
    receives: u32,
    dlq_is_unavailable: bool,
    retry_queue_is_unavailable: bool,
    claims_are_unavailable: bool,
    is_paused: bool,
    is_open: bool,
    /// The age of a message on the retry queue in seconds. `None`: the message is on the intake queue.
    retry_age: Option<u64>,
}

fn data() -> impl Strategy<Value = Vec<u8>> {
    const TEXTS: [&str; 12] = [
        "{\"a\":\"b\"}",
        "{\"a\":\"c\",\"n\":19.90}",
        "{\"n\":18446744073709551615}",
        "\u{feff}{\"a\":\"b\"}",
        "{\"a\":\"\\ud800\"}",
        "{\"a\":{\"a\":\"b\"}}",
        "a=b&n=1",
        "payload=%7B%22a%22%3A%22b%22%7D",
        "payload=%7B%22a%22",
        "not json",
        "",
        "[]",
    ];
    let nested = (0_usize..2000).prop_map(|depth| format!("{}{}", "[".repeat(depth), "]".repeat(depth)).into_bytes());
    prop_oneof![
        6 => prop::sample::select(&TEXTS[..]).prop_map(|text| text.as_bytes().to_vec()),
        1 => Just(GZIP.to_vec()),
        1 => Just(vec![0xff; 900_000]),
        1 => nested,
        1 => any::<Vec<u8>>(),
    ]
}

fn route() -> impl Strategy<Value = Value> {
    let types = prop::option::of(prop::sample::select(&["github.push", "github.*", "other"][..]));
    let pointer = prop::sample::select(&["", "/a", "/n", "/a/a", "/payload"][..]);
    let operator = prop_oneof![
        any::<bool>().prop_map(|exists| json!({ "exists": exists })),
        prop::sample::select(&["b", "c", "19.9", "1"][..]).prop_map(|text| json!({ "equals": text })),
        Just(json!({ "in": ["b", "18446744073709551615"] })),
        Just(json!({ "prefix": "" })),
    ];
    let condition = (pointer, operator).prop_map(|(pointer, mut condition)| {
        condition["pointer"] = json!(pointer);
        condition
    });
    let on_unreadable = prop::option::of(prop::sample::select(&["deliver", "dead_letter"][..]));
    (types, prop::collection::vec(condition, 0..3), on_unreadable).prop_map(|(types, filter, on_unreadable)| {
        let mut route = json!({ "destinations": ["orders"], "filter": filter });
        types.iter().for_each(|types| route["types"] = json!([types]));
        on_unreadable.iter().for_each(|value| route["on_unreadable"] = json!(value));
        route
    })
}

fn destination() -> impl Strategy<Value = Value> {
    let timeout = 4000;
    let template =
        prop::option::of(prop::sample::select(&["{{ payload.a }}", "{{ payload.a.b.c }}", "x {{ payload }}"][..]));
    let chat = (prop::sample::select(&["slack", "discord"][..]), template);
    prop_oneof![
        Just(json!({ "kind": "http", "url": "RECEIVER/orders", "timeout_ms": timeout })),
        Just(json!({ "kind": "eventbridge", "bus": "orders", "timeout_ms": timeout })),
        chat.prop_map(move |(kind, template)| json!({ "kind": kind, "timeout_ms": timeout, "template": template })),
    ]
}

fn case() -> impl Strategy<Value = Case> {
    let content_type = prop::option::of(prop::sample::select(
        &["application/json", "application/x-www-form-urlencoded; charset=utf-8", "text/plain"][..],
    ));
    let content_encoding = prop::option::weighted(0.3, prop::sample::select(&["gzip", "br", "UTF-8"][..]));
    let source = prop_oneof![9 => Just("github"), 1 => Just("unrouted")];
    let hops = prop_oneof![9 => 0_u32..=8, 1 => 9_u32..2000];
    let event = (
        source,
        prop::sample::select(&["github.push", "github.star[x]"][..]),
        data(),
        content_type,
        content_encoding,
        hops,
    );
    let status = prop_oneof![3 => Just(200_u16), 1 => prop::sample::select(&[404_u16, 410, 429, 500, 503][..])];
    let unavailable = || prop::bool::weighted(0.1);
    let retry_age = prop::option::weighted(0.4, prop::sample::select(&[0_u64, 60, 86_399, 86_400, 1_000_000][..]));
    let queues = (1_u32..=5, unavailable(), unavailable(), retry_age);
    let state = (status, unavailable(), unavailable(), unavailable());
    (event, route(), destination(), queues, state).prop_map(|(event, route, destination, queues, state)| {
        let (source, event_type, data, content_type, content_encoding, hops) = event;
        let (receives, dlq_is_unavailable, retry_queue_is_unavailable, retry_age) = queues;
        let (status, claims_are_unavailable, is_paused, is_open) = state;
        Case {
            source,
            event_type,
            data,
            content_type,
            content_encoding,
            hops,
            route,
            destination,
            status,
            receives,
            dlq_is_unavailable,
            retry_queue_is_unavailable,
            claims_are_unavailable,
            is_paused,
            is_open,
            retry_age,
        }
    })
}

impl Case {
    async fn function(&self) -> Function {
        let http = json!({ "kind": "http", "url": "RECEIVER/other", "timeout_ms": 400 });
        let mut destinations = json!({ "orders": self.destination, "audit": http, "hangs": http });
        if destinations["orders"]["template"].is_null() {
            destinations["orders"].as_object_mut().unwrap().remove("template");
        }
        let routes = json!({ "github": self.route });
        let variables = [("HOOKLINE_ROUTES", routes.to_string()), ("HOOKLINE_DESTINATIONS", destinations.to_string())];
        let function = Function::with_variables(&variables).await;
        function.aws.put_secret("orders", &function.receiver_url);
        let entries = json!({ "FailedEntryCount": 0, "Entries": [{ "EventId": "e" }] });
        let error = json!({ "__type": if self.status >= 500 { "InternalException" } else { "ValidationException" } });
        let response = if self.status == 200 { entries } else { error };
        function.aws.set_response("PutEvents", self.status, response);
        function.receiver.respond_with(self.status, None);
        *function.queue.dlq_is_unavailable.lock().unwrap() = self.dlq_is_unavailable;
        *function.queue.retry_queue_is_unavailable.lock().unwrap() = self.retry_queue_is_unavailable;
        *function.claims.is_unavailable.lock().unwrap() = self.claims_are_unavailable;
        let open = self.is_open.then(|| OpenState { until: now() + 20, cool_down: 30 });
        let state = StoredState { is_paused: self.is_paused, open };
        function.claims.states.lock().unwrap().insert("orders".to_owned(), state);
        function
    }

    fn record(&self) -> Value {
        let event = Event {
            event_type: self.event_type.to_owned(),
            data: self.data.clone().into(),
            content_type: self.content_type.map(str::to_owned),
            content_encoding: self.content_encoding.map(str::to_owned),
            hops: self.hops,
            payload_uri: None,
            replay: None,
            dedup_key: DedupKey::from_signed_id("github", "m"),
            ..event(self.source)
        };
        let Some(age) = self.retry_age else { return record("m", &message_body(event), self.receives) };
        let retry = json!({
            "message": message_body(event),
            "destination": "orders",
            "attempts": 2,
            "first_failed_at": now() - age,
            "not_before": now(),
            "first_seen": "1767323045700",
            "reason": "",
        });
        let mut record = retry_record("m", &retry);
        record["attributes"]["ApproximateReceiveCount"] = json!(self.receives.to_string());
        record
    }

    /// Runs the function, and derives the result from the calls to the destination and to the queues.
    async fn run(&self) -> Result<Outcome, TestCaseError> {
        let log = capture(Settings { level: Level::Info, service: "hookline-test".into(), function: "process" });
        let function = self.function().await;
        let response = function.response(vec![self.record()], Duration::from_secs(30)).await;
        let is_acknowledged = response["batchItemFailures"].as_array().unwrap().is_empty();
        let calls = function.received_requests() + function.aws.calls.lock().unwrap().len();
        let (retries, dead_letters) = (function.retries().len(), function.dead_letters().len());
        let outcome = match (is_acknowledged, retries, dead_letters) {
            // The message stays on its queue, because another queue did not confirm.
            (false, 0, 0) | (true, 1, 0) => Outcome::Retried,
            (true, 0, 1) => Outcome::DeadLettered,
            (true, 0, 0) if calls == 1 => Outcome::Delivered,
            (true, 0, 0) if calls == 0 => Outcome::Filtered,
            other => return Err(TestCaseError::fail(format!("{other:?}, {calls} calls"))),
        };
        // A delivery happens only if the destination accepts the event, and an event is filtered only by a rule.
        prop_assert!(outcome != Outcome::Delivered || self.status == 200);
        prop_assert!(outcome != Outcome::Delivered || !(self.is_paused || self.is_open));
        prop_assert!(outcome != Outcome::Filtered || !self.has_no_rule(), "there is no rule that filters");
        check_metrics(&log, outcome)?;
        Ok(outcome)
    }

    /// Whether the route matches each event of its source.
    fn has_no_rule(&self) -> bool {
        self.source != "github" || (self.route["types"].is_null() && self.route["filter"] == json!([]))
    }
}

/// Exactly one of the metrics shows the result.
fn check_metrics(log: &CapturedOutput, outcome: Outcome) -> Result<(), TestCaseError> {
    let lines = log.lines();
    let mut counts: BTreeMap<String, f64> = BTreeMap::new();
    for metric in lines.iter().flat_map(|line| MetricValue::parse_line(line).unwrap()) {
        *counts.entry(metric.name).or_default() += metric.value;
    }
    let count = |name: &str| counts.get(name).copied().unwrap_or_default();
    // A message that stays on the queue because of the dead-letter queue has a failure and no other result.
    let unconfirmed = lines.iter().any(|line| line["outcome"] == "dlq_unavailable");
    let waits = count("Retries") + count("Deferred");
    let retries = match outcome {
        // The retry queue did not confirm the last receive, so the dead-letter queue has the event.
        Outcome::DeadLettered => 0.0,
        _ if waits == 0.0 && unconfirmed => count("DeliveryFailed"),
        _ => waits,
    };
    let shown = [count("Delivered"), retries, count("DeadLettered"), count("FilteredOut")];
    let expected = match outcome {
        Outcome::Delivered => [1.0, 0.0, 0.0, 0.0],
        Outcome::Retried => [0.0, 1.0, 0.0, 0.0],
        Outcome::DeadLettered => [0.0, 0.0, 1.0, 0.0],
        Outcome::Filtered => [0.0, 0.0, 0.0, 1.0],
    };
    prop_assert_eq!(shown, expected, "{:?}", lines);
    Ok(())
}

#[test]
fn each_event_has_exactly_one_result_that_a_metric_shows() {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    let mut seen = Vec::new();
    let config = ProptestConfig { cases: 300, failure_persistence: None, ..ProptestConfig::default() };
    let mut runner = proptest::test_runner::TestRunner::new(config);
    let result = {
        let seen = std::cell::RefCell::new(&mut seen);
        runner.run(&case(), |case| {
            seen.borrow_mut().push(runtime.block_on(case.run())?);
            Ok(())
        })
    };
    result.unwrap_or_else(|error| panic!("{error}"));
    for outcome in [Outcome::Delivered, Outcome::Retried, Outcome::DeadLettered, Outcome::Filtered] {
        assert!(seen.contains(&outcome), "no case was {outcome:?}");
    }
}
