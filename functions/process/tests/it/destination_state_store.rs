//! The requests of the store of destination states and the handling of the responses, with the real SDK client.

use process::{ClaimStore as _, DestinationStateStore as _, DynamoDbClaimStore, OpenState, ProbeStart, StoredState};
use serde_json::{Value, json};

use crate::fixture::FakeAws;

async fn store(responses: &[(&'static str, u16, Value)]) -> (DynamoDbClaimStore, FakeAws) {
    let aws = FakeAws::default();
    for (operation, status, response) in responses {
        aws.set_response(operation, *status, response);
    }
    (DynamoDbClaimStore::new(&aws.sdk().await, "claims".into()), aws)
}

#[tokio::test]
async fn stored_states_are_read_in_one_call() {
    let items = json!([
        { "key": { "S": "breaker#audit" }, "state": { "S": "open" }, "until": { "N": "140" }, "cool_down": { "N": "30" } },
        { "key": { "S": "pause#orders" }, "paused": { "BOOL": true } },
        { "key": { "S": "breaker#orders" }, "state": { "S": "closed" }, "until": { "N": "140" } },
        { "key": { "S": "pause#audit" }, "paused": { "BOOL": false } },
    ]);
    let (store, aws) = store(&[("BatchGetItem", 200, json!({ "Responses": { "claims": items } }))]).await;
    let states = store.read_states(&["orders", "audit", "new"]).await.unwrap();
    let open = Some(OpenState { until: 140, cool_down: 30 });
    let expected = [
        StoredState { is_paused: true, open: None },
        StoredState { is_paused: false, open },
        StoredState { is_paused: false, open: None },
    ];
    assert_eq!(states, expected);
    insta::assert_json_snapshot!(*aws.calls.lock().unwrap());
}

/// An item that is missing in the response would resume a paused destination.
#[tokio::test]
async fn incomplete_response_is_an_error() {
    let unprocessed = json!({ "claims": { "Keys": [{ "key": { "S": "pause#orders" } }] } });
    let response = json!({ "Responses": { "claims": [] }, "UnprocessedKeys": unprocessed });
    let (store, _) = store(&[("BatchGetItem", 200, response)]).await;
    assert!(store.read_states(&["orders"]).await.is_err());
}

#[tokio::test]
async fn breaker_is_opened_and_closed_with_conditional_writes() {
    let (store, aws) = store(&[("UpdateItem", 200, json!({}))]).await;
    let open = OpenState { until: 130, cool_down: 30 };
    assert_eq!(store.open_breaker("orders", open, "timeout", 100).await.unwrap(), None);
    assert_eq!(store.begin_probe("orders", 130, 140).await.unwrap(), ProbeStart::Started);
    store.close_breaker("orders").await.unwrap();
    insta::assert_json_snapshot!(*aws.calls.lock().unwrap());
}

#[tokio::test]
async fn breaker_of_another_execution_environment_is_returned() {
    let rejected = |item: Value| json!({ "__type": "ConditionalCheckFailedException", "Item": item });
    let item = json!({ "state": { "S": "open" }, "until": { "N": "140" }, "cool_down": { "N": "60" }, "probe_until": { "N": "150" } });
    let (open, closed) = (OpenState { until: 130, cool_down: 30 }, json!({ "state": { "S": "closed" } }));
    let (store_with_open, _) = store(&[("UpdateItem", 400, rejected(item))]).await;
    let other = store_with_open.open_breaker("orders", open, "timeout", 100).await.unwrap();
    assert_eq!(other, Some(OpenState { until: 140, cool_down: 60 }));
    let probe = store_with_open.begin_probe("orders", 145, 160).await.unwrap();
    assert_eq!(probe, ProbeStart::Open(OpenState { until: 150, cool_down: 60 }), "until the other probe ends");
    let (store_with_closed, _) = store(&[("UpdateItem", 400, rejected(closed))]).await;
    assert_eq!(store_with_closed.begin_probe("orders", 145, 160).await.unwrap(), ProbeStart::Closed);
    let (denied, _) = store(&[("UpdateItem", 400, json!({ "__type": "AccessDeniedException" }))]).await;
    assert!(denied.open_breaker("orders", open, "timeout", 100).await.is_err());
    assert!(denied.claim(&[]).await.is_empty());
}
