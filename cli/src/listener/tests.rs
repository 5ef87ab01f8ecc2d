//! The limit of listeners, with the calls that a command makes at its start.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use serde_json::{Value, json};

use super::ListenerQueue;
use crate::aws::fake::{Call, FakeAws, Response, configuration, ok, unexpected};
use crate::clock::unix_seconds;

/// Returns the item with this number of running listeners of source `github`, one that has ended, and one of another source.
fn listeners(running: usize) -> Value {
    let listener = |source: &str, until: i64| {
        json!({ "M": {
        "queue_url": { "S": "http://127.0.0.1:1/q" }, "source": { "S": source }, "until": { "N": until.to_string() },
    } })
    };
    let now = unix_seconds();
    let mut queues: serde_json::Map<_, _> =
        (0..running).map(|number| (format!("q-{number}"), listener("github", now + 100))).collect();
    queues.insert("ended".to_owned(), listener("github", now - 100));
    queues.insert("other".to_owned(), listener("stripe", now + 100));
    json!({ "Item": { "key": { "S": "listeners" }, "queues": { "M": queues } } })
}

/// Opens a queue where `running` listeners of the source are registered, and later `registered_later` more.
async fn open(running: usize, registered_later: usize) -> (FakeAws, Result<ListenerQueue, String>) {
    let reads = Arc::new(AtomicUsize::new(0));
    let (aws, target) = FakeAws::start(move |call| {
        let response = respond(&call, running, registered_later, &reads);
        async move { response }
    })
    .await;
    let opened = ListenerQueue::open(&target, "github", ListenerQueue::LEASE).await;
    (aws, opened.map_err(|error| format!("{error:#}")))
}

fn respond(call: &Call, running: usize, registered_later: usize, reads: &AtomicUsize) -> Response {
    match call.operation.as_str() {
        // The first read removes listeners that have ended, the second one is before the registration.
        "GetItem" if reads.fetch_add(1, Ordering::Relaxed) < 2 => ok(&listeners(running)),
        "GetItem" => ok(&listeners(running + registered_later)),
        "CreateQueue" => ok(&json!({ "QueueUrl": "http://127.0.0.1:1/own" })),
        "ListQueues" | "UpdateItem" | "DeleteItem" | "DeleteQueue" => ok(&json!({})),
        _ => configuration(call, &["github"]).unwrap_or_else(|| unexpected(call)),
    }
}

#[tokio::test]
async fn the_sixth_listener_of_a_source_is_rejected_before_it_has_a_queue() {
    let (aws, opened) = open(4, 0).await;
    assert!(opened.is_ok(), "{opened:?}");
    assert_eq!(aws.calls("CreateQueue").len(), 1);
    let (aws, opened) = open(5, 0).await;
    let error = opened.unwrap_err();
    assert!(error.contains("source `github` already has 5 running listeners") && error.contains("Ctrl-C"), "{error}");
    assert!(aws.calls("CreateQueue").is_empty());
}

#[tokio::test]
async fn a_listener_that_another_one_has_overtaken_removes_its_queue() {
    let (aws, opened) = open(4, 1).await;
    assert!(opened.unwrap_err().contains("already has 5 running listeners"));
    assert_eq!((aws.calls("CreateQueue").len(), aws.calls("DeleteQueue").len()), (1, 1));
}
