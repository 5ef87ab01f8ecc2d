use std::time::Duration;

use serde_json::json;

use crate::fixture::{Function, message, record};

/// AWS takes any other shape for a failure of the whole batch; an emulator may delete it.
#[tokio::test]
async fn the_response_has_the_shape_that_the_queue_understands() {
    let function = Function::new().await;
    let minute = Duration::from_secs(60);
    assert_eq!(function.response(vec![message("m", "github", 1)], minute).await, json!({ "batchItemFailures": [] }));
    function.sink.answer(500, None);
    let failed = function.response(vec![message("n", "github", 1)], minute).await;
    assert_eq!(failed, json!({ "batchItemFailures": [{ "itemIdentifier": "n" }] }));
    assert_eq!(function.response(Vec::new(), minute).await, json!({ "batchItemFailures": [] }));
}

#[tokio::test]
async fn one_poison_record_of_ten_leaves_nine_delivered() {
    let function = Function::new().await;
    let mut records: Vec<_> = (0..9).map(|id| message(&id.to_string(), "github", 1)).collect();
    records.insert(6, record("poison", "\u{0}", 1));
    assert!(function.failures(records).await.is_empty());
    assert_eq!((function.received(), function.letters().len()), (9, 1));
}

#[tokio::test]
async fn a_panic_in_one_record_fails_that_record() {
    let function = Function::new().await;
    *function.queue.panics_on.lock().unwrap() = Some("handle-slow");
    let mut records: Vec<_> = (0..9).map(|id| message(&id.to_string(), "github", 1)).collect();
    records.insert(6, message("slow", "slow", 1));
    assert_eq!(function.failures(records).await, ["slow"]);
    assert_eq!(function.received(), 9);
}

#[tokio::test]
async fn a_message_without_an_id_has_the_whole_batch_come_again() {
    let function = Function::new().await;
    function.sink.answer(500, None);
    let mut nameless = message("m", "github", 1);
    nameless["messageId"] = json!(null);
    assert_eq!(function.failures(vec![nameless]).await, [""]);
}

/// It cannot be told which messages it has.
#[tokio::test]
async fn what_is_no_batch_comes_again_as_a_whole() {
    let function = Function::new().await;
    for event in ["", "s3cret", "{\"Records\": {}}", "{\"Records\": [{\"body\": 1}]}"] {
        let answer = function.answer(event, Duration::from_secs(60)).await;
        assert_eq!(answer, json!({ "batchItemFailures": [{ "itemIdentifier": "" }] }), "{event}");
    }
}
