//! The requests of the store of states and the handling of the responses, with the real SDK client.

use recover::{BeginResult, DynamoDbStateStore, Lease, State, StateStore as _};
use serde_json::{Value, json};

use crate::fixture::FakeAws;

async fn store(get: (u16, Value), put: (u16, Value)) -> (DynamoDbStateStore, FakeAws) {
    let aws = FakeAws::new([("GetItem", get), ("PutItem", put)]);
    (DynamoDbStateStore::new(&aws.sdk().await, "claims".into()), aws)
}

fn lease() -> Lease {
    Lease { owner: "invocation".to_owned(), until: 1_700_000_240 }
}

/// Returns an item with the state and the lease of another invocation.
fn item(state: &Value, until: u64) -> Value {
    json!({ "Item": {
        "key": { "S": "recover#github" }, "state": state, "lease_owner": { "S": "other" },
        "lease_until": { "N": until.to_string() }, "expires_at": { "N": "1700000000" },
    } })
}

fn ok() -> (u16, Value) {
    (200, json!({}))
}

#[tokio::test]
async fn first_run_takes_the_lease_and_returns_it_with_conditional_writes() {
    let (store, aws) = store(ok(), ok()).await;
    let begun = store.begin("github", &lease(), 1_700_000_000).await.unwrap();
    assert_eq!(begun, BeginResult::Leased(State::default()), "the first run has an empty state");
    let state = State {
        settled_before: 1_699_990_000,
        requested: [("guid-1".to_owned(), 1_700_000_010)].into(),
        lost: [("guid-2".to_owned(), 1_699_990_500)].into(),
        ..State::default()
    };
    store.finish("github", &lease(), &state, 1_700_000_020).await.unwrap();
    insta::assert_json_snapshot!(*aws.calls.lock().unwrap());
}

#[tokio::test]
async fn later_run_keeps_the_state_while_it_has_the_lease() {
    let state = json!({ "S": "{\"settled_before\":7,\"limited_until\":9}" });
    let (store, aws) = store((200, item(&state, 0)), ok()).await;
    let expected = State { settled_before: 7, limited_until: 9, ..State::default() };
    assert_eq!(store.begin("github", &lease(), 1_700_000_000).await.unwrap(), BeginResult::Leased(expected));
    insta::assert_json_snapshot!(aws.calls.lock().unwrap()[1]);
}

/// A later version may have stored another format.
#[tokio::test]
async fn unreadable_state_is_empty() {
    for state in [json!({ "S": "{" }), json!({ "S": "{\"settled_before\":\"x\"}" }), json!({ "N": "1" })] {
        let (store, _) = store((200, item(&state, 0)), ok()).await;
        assert_eq!(store.begin("github", &lease(), 10).await.unwrap(), BeginResult::Leased(State::default()));
    }
}

#[tokio::test]
async fn lease_of_another_invocation_is_respected_until_it_ends() {
    let state = json!({ "S": "{}" });
    let (leased, aws) = store((200, item(&state, 1_700_000_100)), ok()).await;
    assert_eq!(leased.begin("github", &lease(), 1_700_000_099).await.unwrap(), BeginResult::InProgress);
    assert_eq!(aws.calls.lock().unwrap().len(), 1, "nothing is written");
    assert_eq!(leased.begin("github", &lease(), 1_700_000_100).await.unwrap(), BeginResult::Leased(State::default()));

    let taken = (400, json!({ "__type": "ConditionalCheckFailedException" }));
    let (taken, _) = store((200, item(&state, 0)), taken).await;
    assert_eq!(taken.begin("github", &lease(), 1_700_000_100).await.unwrap(), BeginResult::InProgress);
    assert!(taken.finish("github", &lease(), &State::default(), 10).await.is_err());
}

#[tokio::test]
async fn rejected_call_is_an_error() {
    let denied = || (400, json!({ "__type": "AccessDeniedException" }));
    for (get, put, operation) in [(denied(), ok(), "GetItem"), (ok(), denied(), "PutItem")] {
        let (store, _) = store(get, put).await;
        let error = store.begin("github", &lease(), 10).await.unwrap_err();
        assert!(error.to_string().starts_with(&format!("dynamodb:{operation} failed")), "{error}");
    }
}
