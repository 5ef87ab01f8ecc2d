//! Bodies that the queue cannot hold: kept in the bucket, and named in the message.

use hookline_event::{DEAD_LETTER_RESERVE_BYTES, DedupKey, Payload};

use crate::fixture::{Function, SECRET, github, webhook};

const LIMIT: usize = 262_144 - DEAD_LETTER_RESERVE_BYTES;

fn body(bytes: usize) -> Vec<u8> {
    [b"\"".to_vec(), vec![b'x'; bytes - 2], b"\"".to_vec()].concat()
}

/// The longest body that the queue takes: base64 grows by steps of four.
async fn longest(function: &Function) -> usize {
    function.status(github("push", SECRET, b"\"\"")).await;
    let empty = function.queue.messages.lock().unwrap()[0].len() - 4;
    (LIMIT - empty) / 4 * 3
}

#[tokio::test]
async fn size_is_counted_in_bytes_of_the_message() {
    let function = Function::new();
    let longest = longest(&function).await;
    assert_eq!(function.status(github("push", SECRET, &body(longest))).await, 202);
    assert!(function.payloads.kept.lock().unwrap().is_empty());
    assert_eq!(function.status(github("push", SECRET, &body(longest + 1))).await, 202);
    assert_eq!(*function.payloads.kept.lock().unwrap(), [body(longest + 1)]);

    let queued = function.queued();
    assert_eq!(queued[1].data, Payload::from(body(longest)));
    assert_eq!(queued[2].data, Payload::kept("payloads", "1"));
    assert_eq!(queued[2].dedup_key, DedupKey::from_body("/webhooks/github", &body(longest + 1)));
    assert!(function.queue.messages.lock().unwrap().iter().all(|message| message.len() <= LIMIT));
}

#[tokio::test]
async fn what_the_bucket_does_not_confirm_is_not_queued() {
    let function = Function::new();
    *function.payloads.down.lock().unwrap() = true;
    let (status, headers, _) = function.call(github("push", SECRET, &body(300_000))).await;
    assert_eq!(status, 503);
    assert!(headers["retry-after"].is_string(), "{headers}");
    assert!(function.queued().is_empty());
}

#[tokio::test]
async fn what_is_not_authentic_is_not_kept() {
    let function = Function::new();
    assert_eq!(function.status(webhook("github", &[], &body(300_000))).await, 401);
    assert_eq!(function.status(github("push", "wrong", &body(300_000))).await, 401);
    assert!(function.payloads.kept.lock().unwrap().is_empty());
}
