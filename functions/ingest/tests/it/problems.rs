use std::collections::BTreeMap;

use crate::fixture::{Function, Mood, SECRET, StoreMood, gateway_event, github, webhook};

/// What a sender reads, for one request of each kind.
#[tokio::test]
async fn what_a_sender_reads() {
    let function = Function::new();
    let mut read = BTreeMap::new();
    let large = vec![b'x'; ingest::MAX_BODY_BYTES + 1];
    let html =
        serde_json::from_str(&github("push", SECRET, b"{}").to_string().replace("application/json", "text/html"));
    for (name, event) in [
        ("not authentic", github("push", "wrong", b"{}")),
        ("empty", github("push", SECRET, b"")),
        ("not json", github("push", SECRET, b"{")),
        ("unknown source", webhook("nobody", &[], b"{}")),
        ("too large", webhook("github", &[], &large)),
        ("unsupported type", html.unwrap()),
        ("events without a caller", gateway_event("/events", &[], b"{}")),
    ] {
        let (_, headers, body) = function.call(event).await;
        read.insert(name, (headers, body));
    }
    *function.payloads.down.lock().unwrap() = true;
    let (_, headers, body) = function.call(github("push", SECRET, &vec![b'1'; 300_000])).await;
    read.insert("bucket down", (headers, body));
    *function.queue.mood.lock().unwrap() = Mood::Refuses;
    let (_, headers, body) = function.call(github("push", SECRET, b"{}")).await;
    read.insert("queue down", (headers, body));
    *function.queue.mood.lock().unwrap() = Mood::Panics;
    let (_, headers, body) = function.call(github("push", SECRET, b"{}")).await;
    read.insert("fault of ours", (headers, body));
    let function = Function::new();
    function.secrets.become_(StoreMood::Down);
    let (_, headers, body) = function.call(github("push", SECRET, b"{}")).await;
    read.insert("secret store down", (headers, body));
    insta::assert_json_snapshot!(read);
}
