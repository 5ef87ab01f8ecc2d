//! The requests of the DynamoDB claim store and the handling of the responses, with the real SDK client.

use hookline_aws::PortError;
use process::{Claim, ClaimMode, ClaimOutcome, ClaimStore, DynamoDbClaimStore};
use serde_json::{Value, json};

use crate::fixture::FakeAws;

const COMPLETED: ClaimOutcome = ClaimOutcome::Completed { is_id_reused: false };
const ACQUIRED: ClaimOutcome = ClaimOutcome::Acquired { mode: ClaimMode::TwoWrites };

/// Creates a store whose table returns the same response to every call.
pub(crate) async fn store(status: u16, response: Value) -> (DynamoDbClaimStore, FakeAws) {
    let aws = FakeAws::default();
    for operation in ["PutItem", "UpdateItem", "DeleteItem"] {
        aws.set_response(operation, status, &response);
    }
    (DynamoDbClaimStore::new(&aws.sdk().await, "claims".into()), aws)
}

fn unwrapped<T>(results: Vec<Result<T, PortError>>) -> Vec<T> {
    results.into_iter().map(Result::unwrap).collect()
}

pub(crate) fn claim() -> Claim {
    Claim {
        key: "k#orders".into(),
        owner: "me".into(),
        request_id: "r".into(),
        mode: ClaimMode::TwoWrites,
        data_hash: "h".into(),
        message_id: "m".into(),
        is_sent_by_ingest: true,
        now: 100,
        lease_until: 165,
        expires_at: 1000,
    }
}

/// Returns the outcome of a claim if the table has this item.
async fn outcome_with_stored_item(item: Value) -> ClaimOutcome {
    let response =
        json!({ "__type": "com.amazonaws.dynamodb.v20120810#ConditionalCheckFailedException", "Item": item });
    store(400, response).await.0.claim(&[claim()]).await.remove(0).unwrap()
}

#[tokio::test]
async fn claim_is_a_conditional_write() {
    let (store, aws) = store(200, json!({})).await;
    assert_eq!(store.claim(&[claim()]).await.remove(0).unwrap(), ACQUIRED);
    store.complete(&[claim()]).await.remove(0).unwrap();
    store.fail(&claim(), "http_404").await.unwrap();
    store.release(&[claim()]).await.remove(0).unwrap();
    insta::assert_json_snapshot!(*aws.calls.lock().unwrap());
}

/// Only a new key is claimed with one write. The same request may take such a claim over, with two writes.
#[tokio::test]
async fn only_a_new_key_is_claimed_with_one_write() {
    let (store, aws) = store(200, json!({})).await;
    let claim = Claim { mode: ClaimMode::OneWrite, ..claim() };
    let acquired = ClaimOutcome::Acquired { mode: ClaimMode::OneWrite };
    assert_eq!(store.claim(std::slice::from_ref(&claim)).await.remove(0).unwrap(), acquired);
    aws.set_response("PutItem", 400, json!({ "__type": "ConditionalCheckFailedException" }));
    let leased = ClaimOutcome::Leased { until: 165, is_same_request: false };
    assert_eq!(store.claim(&[claim]).await.remove(0).unwrap(), leased);
    insta::assert_json_snapshot!(*aws.calls.lock().unwrap());
}

#[tokio::test]
async fn stored_item_determines_the_outcome() {
    assert_eq!(outcome_with_stored_item(json!({ "state": { "S": "done" } })).await, COMPLETED);
    let leased = json!({ "state": { "S": "leased" }, "lease_until": { "N": "140" } });
    assert_eq!(outcome_with_stored_item(leased).await, ClaimOutcome::Leased { until: 140, is_same_request: false });
    let own_lease = json!({ "state": { "S": "leased" }, "owner": { "S": "me" }, "lease_until": { "N": "165" } });
    assert_eq!(outcome_with_stored_item(own_lease).await, ACQUIRED, "the first response was lost");
    let failed = json!({ "state": { "S": "failed" }, "reason": { "S": "http_404" }, "message_id": { "S": "m" } });
    assert_eq!(outcome_with_stored_item(failed).await, ClaimOutcome::Failed { reason: "http_404".into() });
    let claimed = |until: &str| json!({ "state": { "S": "claimed" }, "request": { "S": "other" }, "lease_until": { "N": until } });
    assert_eq!(
        outcome_with_stored_item(claimed("140")).await,
        ClaimOutcome::Leased { until: 140, is_same_request: false }
    );
    assert_eq!(outcome_with_stored_item(claimed("99")).await, COMPLETED, "one write is enough");
    let same = json!({ "state": { "S": "claimed" }, "request": { "S": "r" }, "lease_until": { "N": "140" } });
    let same_request = ClaimOutcome::Leased { until: 140, is_same_request: true };
    assert_eq!(outcome_with_stored_item(same).await, same_request, "SQS delivered the message twice");
    // The item was deleted or not returned: the delivery is retried after the time of the own lease.
    assert_eq!(
        outcome_with_stored_item(json!(null)).await,
        ClaimOutcome::Leased { until: 165, is_same_request: false }
    );
}

/// The sender has used one id for two events.
#[tokio::test]
async fn other_data_of_a_completed_claim_is_reported() {
    for (hash, is_id_reused) in [(json!("h"), false), (json!("other"), true), (json!(""), false), (json!(null), false)]
    {
        for state in ["done", "claimed"] {
            let mut item =
                json!({ "state": { "S": state }, "request": { "S": "other" }, "lease_until": { "N": "99" } });
            if hash.is_string() {
                item["data_hash"] = json!({ "S": hash });
            }
            assert_eq!(
                outcome_with_stored_item(item).await,
                ClaimOutcome::Completed { is_id_reused },
                "{state} {hash}"
            );
        }
    }
}

/// DynamoDB deletes an item up to some days after its TTL. Until then the item would suppress new events.
#[tokio::test]
async fn claim_takes_over_an_item_that_has_expired() {
    let (store, aws) = store(200, json!({})).await;
    let duplicate = json!({ "Error": { "Code": "DuplicateItem" } });
    aws.set_response("BatchExecuteStatement", 200, json!({ "Responses": [duplicate, {}] }));
    let claims = ["expired", "new"].map(|key| Claim { key: key.into(), now: 2_000_000, ..claim() });
    assert_eq!(unwrapped(store.claim(&claims).await), [ACQUIRED, ACQUIRED]);
    let calls = aws.calls.lock().unwrap().clone();
    let (operation, request) = &calls[1];
    assert_eq!((operation.as_str(), &request["Item"]["key"]["S"]), ("PutItem", &json!("expired")));
    let condition = request["ConditionExpression"].as_str().unwrap();
    assert!(condition.split(" OR ").any(|part| part == "expires_at < :now"), "{condition}");
    assert_eq!(request["ExpressionAttributeValues"][":now"]["N"], "2000000");
}

#[tokio::test]
async fn any_other_error_fails_the_claim() {
    for (status, kind) in
        [(400, "ResourceNotFoundException"), (400, "AccessDeniedException"), (500, "InternalServerError")]
    {
        let (store, _) = store(status, json!({ "__type": kind })).await;
        assert!(store.claim(&[claim()]).await[0].is_err(), "{kind}");
        assert!(store.complete(&[claim()]).await[0].is_err(), "{kind}");
    }
}

/// Claims and completes three events in one batch each, with the given response to each batch.
async fn claim_and_complete_three(
    batch_response: Value,
) -> (Vec<Result<ClaimOutcome, PortError>>, Vec<Result<(), PortError>>, Vec<(String, Value)>) {
    let (store, aws) = store(200, json!({})).await;
    aws.set_response("BatchExecuteStatement", 200, &batch_response);
    let claims = ["a", "b", "c"].map(|key| Claim { key: key.into(), ..claim() });
    let claimed = store.claim(&claims).await;
    let completed = store.complete(&claims).await;
    let calls = aws.calls.lock().unwrap().clone();
    (claimed, completed, calls)
}

#[tokio::test]
async fn claims_of_a_batch_are_one_call_with_separate_conditions() {
    let (claimed, completed, calls) =
        claim_and_complete_three(json!({ "Responses": [{ "TableName": "claims" }, {}, {}] })).await;
    assert_eq!(unwrapped(claimed), [ACQUIRED, ACQUIRED, ACQUIRED]);
    assert_eq!(unwrapped(completed), [(), (), ()]);
    insta::assert_json_snapshot!(calls);
}

/// A separate call returns the stored item, or repeats a throttled statement.
#[tokio::test]
async fn statement_that_was_not_executed_is_followed_by_a_separate_call() {
    let duplicate = json!({ "Error": { "Code": "DuplicateItem", "Message": "Duplicate primary key exists in table" } });
    let throttled = json!({ "Error": { "Code": "ThrottlingError" } });
    for (batch_response, separate_calls) in [
        (json!({ "Responses": [{}, duplicate, throttled] }), 2),
        (json!({ "Responses": [{}] }), 3),
        (json!({ "unexpected": true }), 3),
    ] {
        let (claimed, completed, calls) = claim_and_complete_three(batch_response).await;
        assert!(claimed.iter().all(Result::is_ok) && completed.iter().all(Result::is_ok));
        let count = |name: &str| calls.iter().filter(|(operation, _)| operation == name).count();
        assert_eq!(
            (count("PutItem"), count("UpdateItem"), count("BatchExecuteStatement")),
            (separate_calls, separate_calls, 2)
        );
    }
}

/// SQS can deliver a message twice in one batch.
#[tokio::test]
async fn two_claims_of_one_key_are_never_in_one_call() {
    let (store, aws) = store(200, json!({})).await;
    aws.set_response("BatchExecuteStatement", 200, json!({ "Responses": [{}, {}] }));
    let leased = json!({ "__type": "ConditionalCheckFailedException", "Item": { "lease_until": { "N": "140" } } });
    aws.set_response("PutItem", 400, leased);
    let claims = ["a", "b", "a"].map(|key| Claim { key: key.into(), ..claim() });
    let claimed = store.claim(&claims).await;
    assert_eq!(unwrapped(claimed), [ACQUIRED, ACQUIRED, ClaimOutcome::Leased { until: 140, is_same_request: false }]);
    let calls = aws.calls.lock().unwrap().clone();
    assert_eq!(calls[0].1["Statements"].as_array().map(Vec::len), Some(2));
    // A batch of only duplicates is not a batch call.
    aws.set_response("PutItem", 200, json!({}));
    let duplicates = ["a", "a"].map(|key| Claim { key: key.into(), ..claim() });
    assert!(store.claim(&duplicates).await.iter().all(Result::is_ok));
    assert_eq!(aws.calls.lock().unwrap().len(), 4);
}

#[tokio::test]
async fn failed_batch_call_fails_every_claim() {
    let (store, aws) = store(200, json!({})).await;
    aws.set_response("BatchExecuteStatement", 400, json!({ "__type": "AccessDeniedException" }));
    let claims = ["a", "b"].map(|key| Claim { key: key.into(), ..claim() });
    assert!(store.claim(&claims).await.iter().all(Result::is_err));
    assert!(store.complete(&claims).await.iter().all(Result::is_err));
}
