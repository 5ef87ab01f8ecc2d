//! Two callers of `POST /events` have used one id. Their events differ by the deduplication key.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use hookline_event::{DedupKey, Event, Payload};
use hookline_event_log::{Entry, EventEntry, Outcome, event_key, event_position};
use serde_json::{Value, json};

use super::*;
use crate::aws::fake::{Call, FakeAws, FakeIndex, Response, configuration, ok, unexpected};
use crate::dead_letter_queue::tests as dead_letters;
use crate::event_log::tests::event;
use crate::target::Target;

const ID: &str = "order-17";
const SINCE: Duration = Duration::from_secs(60);

fn dedup_key(caller: &str) -> DedupKey {
    DedupKey::from_signed_id("/events", &format!("{caller}/{ID}"))
}

/// Returns the queue message of a caller's event, whose payload is offloaded.
fn queued(caller: &str) -> Event<Payload> {
    Event {
        source: "/events".to_owned(),
        dedup_key: dedup_key(caller),
        request_id: Some(format!("request-{caller}")),
        data: Payload::offloaded("hookline-test-payloads", &format!("payloads/{caller}")),
        ..dead_letters::event("events", ID)
    }
}

fn logged(caller: &str, second: u32) -> EventEntry {
    let event = event(ID, second, Outcome::DeadLettered);
    let request_id = format!("request-{caller}");
    EventEntry {
        event: event_key("events", ID),
        position: event_position(&event.received, &request_id),
        source: "events".to_owned(),
        request_id,
        dedup_key: Some(dedup_key(caller).as_str().to_owned()),
        ..event
    }
}

/// Starts a deployment that has an event of each caller in the event log, the dead-letter queue, the payload bucket and the
/// idempotency table.
async fn start(callers: &'static [&'static str]) -> (FakeAws, Target) {
    let (index, receives) = (FakeIndex::default(), Arc::new(AtomicUsize::new(0)));
    for (caller, second) in callers.iter().zip(1..) {
        index.add(&Entry::Event(Box::new(logged(caller, second))));
    }
    FakeAws::start(move |call| {
        let response = respond(&call, callers, &index, &receives);
        async move { response }
    })
    .await
}

fn respond(call: &Call, callers: &[&str], index: &FakeIndex, receives: &AtomicUsize) -> Response {
    match call.operation.as_str() {
        "Query" => index.query(&call.body),
        "FilterLogEvents" => ok(&json!({ "events": [] })),
        "GetQueueAttributes" => ok(&json!({ "Attributes": {} })),
        // Two empty responses end each reading of the queue.
        "ReceiveMessage" if receives.fetch_add(1, Ordering::Relaxed).is_multiple_of(3) => {
            ok(&json!({ "Messages": callers.iter().map(|caller| message(caller)).collect::<Value>() }))
        }
        "BatchGetItem" => {
            let keys = call.body["RequestItems"]["hookline-test-deliveries"]["Keys"].as_array();
            let delivered: Vec<_> = callers.iter().map(|caller| format!("{}#orders", dedup_key(caller))).collect();
            let mut items = keys.cloned().unwrap_or_default();
            items.retain(|key| delivered.iter().any(|delivered| key["key"]["S"] == **delivered));
            ok(&json!({ "Responses": { "hookline-test-deliveries": items } }))
        }
        "ReceiveMessage" | "ChangeMessageVisibilityBatch" | "DeleteMessage" | "DeleteItem" => ok(&json!({})),
        operation if operation.starts_with("DELETE /hookline-test-payloads/") => (204, Vec::new()),
        _ => configuration(call, &[]).unwrap_or_else(|| unexpected(call)),
    }
}

fn message(caller: &str) -> Value {
    json!({ "MessageId": format!("m-{caller}"), "ReceiptHandle": format!("handle-{caller}"),
            "Body": queued(caller).to_json().unwrap() })
}

#[tokio::test]
async fn events_of_two_callers_with_one_id_are_not_deleted_together() {
    let (_, target) = start(&["a", "b"]).await;
    let selection = EventSelection { id: ID, ..EventSelection::default() };
    let error = EventData::find(&target, selection, SINCE).await.unwrap_err().to_string();
    let mut keys = ["a", "b"].map(|caller| dedup_key(caller).as_str()[..16].to_owned());
    keys.sort_unstable();
    let [first, second] = keys;
    assert_eq!(
        error,
        format!("several events have the id `order-17`: add --key with the beginning of one of {first}, {second}")
    );
    let other = EventSelection { key: Some("x"), ..selection };
    let error = EventData::find(&target, other, SINCE).await.unwrap_err().to_string();
    assert!(error.contains(&format!("has the key `x`: add --key with the beginning of one of {first}, ")), "{error}");
}

#[tokio::test]
async fn key_selects_what_is_deleted_everywhere() {
    let (aws, target) = start(&["a", "b"]).await;
    let key = dedup_key("a");
    let selection = EventSelection { id: ID, source: None, key: Some(key.as_str()) };
    let data = EventData::find(&target, selection, SINCE).await.unwrap();
    let requests: Vec<_> = data.logged.iter().map(|logged| logged.event.request_id.as_str()).collect();
    assert_eq!(requests, ["request-a"]);
    assert_eq!(data.messages.iter().map(|message| message.message_id.as_str()).collect::<Vec<_>>(), ["m-a"]);
    assert_eq!(Vec::from_iter(&data.payloads), ["s3://hookline-test-payloads/payloads/a"]);
    let claims: Vec<_> = data.claims.iter().map(|claim| claim.key.clone()).collect();
    assert_eq!(claims, [format!("{key}#orders")]);

    assert!(data.delete(&target).await.unwrap().is_complete(&data));
    let handles: Vec<_> = aws.calls("DeleteMessage").iter().map(|call| call["ReceiptHandle"].clone()).collect();
    assert_eq!(handles, ["handle-a"]);
    let items = aws.calls("DeleteItem");
    let positions: Vec<_> = items.iter().filter_map(|call| call["Key"]["position"]["S"].as_str()).collect();
    assert_eq!((items.len(), positions), (2, vec![logged("a", 1).position.as_str()]));
    assert_eq!(aws.calls("DELETE /hookline-test-payloads/payloads/a").len(), 1);
    assert!(aws.calls("DELETE /hookline-test-payloads/payloads/b").is_empty());
}

#[tokio::test]
async fn event_whose_id_no_other_event_has_needs_no_key() {
    let (_, target) = start(&["a"]).await;
    let selection = EventSelection { id: ID, ..EventSelection::default() };
    let data = EventData::find(&target, selection, SINCE).await.unwrap();
    assert_eq!((data.logged.len(), data.messages.len(), data.payloads.len(), data.claims.len()), (1, 1, 1, 1));
}
