use std::time::Duration;

use serde_json::json;

use crate::fixture::{Function, record, unique_record};

/// With any other shape Lambda treats the whole batch as failed, and an emulator may delete its messages.
#[tokio::test]
async fn response_has_the_shape_of_partial_batch_responses() {
    let function = Function::new().await;
    let minute = Duration::from_secs(60);
    assert_eq!(
        function.response(vec![unique_record("m", "github", 1)], minute).await,
        json!({ "batchItemFailures": [] })
    );
    function.receiver.respond_with(500, None);
    *function.queue.retry_queue_is_unavailable.lock().unwrap() = true;
    let failed = function.response(vec![unique_record("n", "github", 1)], minute).await;
    assert_eq!(failed, json!({ "batchItemFailures": [{ "itemIdentifier": "n" }] }));
    assert_eq!(function.response(Vec::new(), minute).await, json!({ "batchItemFailures": [] }));
}

#[tokio::test]
async fn poison_record_does_not_affect_nine_others() {
    let function = Function::new().await;
    let mut records: Vec<_> = (0..9).map(|id| unique_record(&id.to_string(), "github", 1)).collect();
    records.insert(6, record("poison", "\u{0}", 1));
    assert!(function.failed_ids(records).await.is_empty());
    assert_eq!((function.received_requests(), function.dead_letters().len()), (9, 1));
}

#[tokio::test]
async fn panic_fails_only_its_record() {
    let function = Function::new().await;
    *function.queue.panic_on_event.lock().unwrap() = Some("slow");
    let mut records: Vec<_> = (0..9).map(|id| unique_record(&id.to_string(), "github", 1)).collect();
    records.insert(6, unique_record("slow", "slow", 1));
    assert_eq!(function.failed_ids(records).await, ["slow"]);
    assert_eq!(function.received_requests(), 9);
}

#[tokio::test]
async fn failed_message_without_id_fails_the_whole_batch() {
    let function = Function::new().await;
    function.receiver.respond_with(500, None);
    *function.queue.retry_queue_is_unavailable.lock().unwrap() = true;
    let mut without_id = unique_record("m", "github", 1);
    without_id["messageId"] = json!(null);
    assert_eq!(function.failed_ids(vec![without_id]).await, [""]);
}

/// The function does not know the message identifiers of a malformed event.
#[tokio::test]
async fn malformed_event_fails_the_whole_batch() {
    let function = Function::new().await;
    for event in ["", "s3cret", "{\"Records\": {}}", "{\"Records\": [{\"body\": 1}]}"] {
        let response = function.invoke(event, Duration::from_secs(60)).await;
        assert_eq!(response, json!({ "batchItemFailures": [{ "itemIdentifier": "" }] }), "{event}");
    }
}
