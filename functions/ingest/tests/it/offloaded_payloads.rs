//! Bodies that the queue cannot hold: the bucket stores the body, and the message has its URI.

use hookline_event::{DEAD_LETTER_RESERVE_BYTES, DedupKey, Payload};

use crate::fixture::{Function, SECRET, github_request, webhook_request};

const LIMIT: usize = 262_144 - DEAD_LETTER_RESERVE_BYTES;

fn body(bytes: usize) -> Vec<u8> {
    [b"\"".to_vec(), vec![b'x'; bytes - 2], b"\"".to_vec()].concat()
}

/// The length of the longest body that is queued inline. Base64 has four bytes for each three bytes of the body.
async fn longest_inline_body(function: &Function) -> usize {
    function.status(github_request("push", SECRET, b"\"\"")).await;
    let without_body = function.queue.messages.lock().unwrap()[0].len() - 4;
    (LIMIT - without_body) / 4 * 3
}

#[tokio::test]
async fn offloads_body_if_the_message_exceeds_the_limit() {
    let function = Function::new();
    let longest = longest_inline_body(&function).await;
    assert_eq!(function.status(github_request("push", SECRET, &body(longest))).await, 202);
    assert!(function.payloads.stored.lock().unwrap().is_empty());
    assert_eq!(function.status(github_request("push", SECRET, &body(longest + 1))).await, 202);
    assert_eq!(*function.payloads.stored.lock().unwrap(), [body(longest + 1)]);

    let queued = function.queued_events();
    assert_eq!(queued[1].data, Payload::from(body(longest)));
    assert_eq!(queued[2].data, Payload::offloaded("payloads", "1"));
    assert_eq!(queued[2].dedup_key, DedupKey::from_body("/webhooks/github", &body(longest + 1)));
    assert!(function.queue.messages.lock().unwrap().iter().all(|message| message.len() <= LIMIT));
}

#[tokio::test]
async fn unconfirmed_payload_returns_503_and_is_not_queued() {
    let function = Function::new();
    *function.payloads.is_unavailable.lock().unwrap() = true;
    let (status, headers, _) = function.call(github_request("push", SECRET, &body(300_000))).await;
    assert_eq!(status, 503);
    assert!(headers["retry-after"].is_string(), "{headers}");
    assert!(function.queued_events().is_empty());
}

#[tokio::test]
async fn unauthenticated_body_is_not_offloaded() {
    let function = Function::new();
    assert_eq!(function.status(webhook_request("github", &[], &body(300_000))).await, 401);
    assert_eq!(function.status(github_request("push", "wrong", &body(300_000))).await, 401);
    assert!(function.payloads.stored.lock().unwrap().is_empty());
}
