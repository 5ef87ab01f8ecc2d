//! What the idempotency table's adapter asks of DynamoDB, on the real client, and how it reads the answers.

use hookline_aws::PortError;
use process::{Claim, Claimed, Claims, DynamoDbClaims};
use serde_json::{Value, json};

use crate::fixture::Aws;

/// A table that gives one answer.
async fn table(status: u16, answer: Value) -> (DynamoDbClaims, Aws) {
    let aws = Aws::default();
    for operation in ["PutItem", "UpdateItem", "DeleteItem"] {
        aws.answer(operation, status, &answer);
    }
    (DynamoDbClaims::new(&aws.sdk().await, "claims".into()), aws)
}

fn unwrapped<T>(results: Vec<Result<T, PortError>>) -> Vec<T> {
    results.into_iter().map(Result::unwrap).collect()
}

fn claim() -> Claim {
    Claim { key: "k#orders".into(), owner: "me".into(), now: 100, lease_until: 165, forget_at: 1000 }
}

async fn refused(item: Value) -> Claimed {
    let answer = json!({ "__type": "com.amazonaws.dynamodb.v20120810#ConditionalCheckFailedException", "Item": item });
    table(400, answer).await.0.claim(&[claim()]).await.remove(0).unwrap()
}

#[tokio::test]
async fn a_claim_is_a_conditional_write() {
    let (table, aws) = table(200, json!({})).await;
    assert_eq!(table.claim(&[claim()]).await.remove(0).unwrap(), Claimed::Ours);
    table.complete(&[claim()]).await.remove(0).unwrap();
    table.release(&[claim()]).await.remove(0).unwrap();
    insta::assert_json_snapshot!(*aws.seen.lock().unwrap());
}

#[tokio::test]
async fn what_stands_there_says_why_it_is_refused() {
    assert_eq!(refused(json!({ "state": { "S": "done" } })).await, Claimed::Done);
    let leased = json!({ "state": { "S": "leased" }, "lease_until": { "N": "140" } });
    assert_eq!(refused(leased).await, Claimed::Leased { until: 140 });
    let ours = json!({ "state": { "S": "leased" }, "owner": { "S": "me" }, "lease_until": { "N": "165" } });
    assert_eq!(refused(ours).await, Claimed::Ours, "the first answer was lost");
    // Gone in between, or not told: to be asked again when our own lease would have ended.
    assert_eq!(refused(json!(null)).await, Claimed::Leased { until: 165 });
}

#[tokio::test]
async fn any_other_answer_is_no_claim() {
    for (status, kind) in
        [(400, "ResourceNotFoundException"), (400, "AccessDeniedException"), (500, "InternalServerError")]
    {
        let (table, _) = table(status, json!({ "__type": kind })).await;
        assert!(table.claim(&[claim()]).await[0].is_err(), "{kind}");
        assert!(table.complete(&[claim()]).await[0].is_err(), "{kind}");
    }
}

/// Of three events at once: their claims, and that they are done, with what the table answers to each.
async fn three(answers: Value) -> (Vec<Result<Claimed, PortError>>, Vec<Result<(), PortError>>, Vec<(String, Value)>) {
    let (table, aws) = table(200, json!({})).await;
    aws.answer("BatchExecuteStatement", 200, &answers);
    let claims = ["a", "b", "c"].map(|key| Claim { key: key.into(), ..claim() });
    let claimed = table.claim(&claims).await;
    let completed = table.complete(&claims).await;
    let seen = aws.seen.lock().unwrap().clone();
    (claimed, completed, seen)
}

#[tokio::test]
async fn claims_at_the_same_time_are_one_call_each_with_its_own_condition() {
    let (claimed, completed, seen) = three(json!({ "Responses": [{ "TableName": "claims" }, {}, {}] })).await;
    assert_eq!(unwrapped(claimed), [Claimed::Ours, Claimed::Ours, Claimed::Ours]);
    assert_eq!(unwrapped(completed), [(), (), ()]);
    insta::assert_json_snapshot!(seen);
}

/// What stands there, and whether a throttled statement was written, is told by a call for that one alone.
#[tokio::test]
async fn what_is_not_written_is_asked_for_alone() {
    let duplicate = json!({ "Error": { "Code": "DuplicateItem", "Message": "Duplicate primary key exists in table" } });
    let throttled = json!({ "Error": { "Code": "ThrottlingError" } });
    for (answers, alone) in [
        (json!({ "Responses": [{}, duplicate, throttled] }), 2),
        (json!({ "Responses": [{}] }), 3),
        (json!({ "unexpected": true }), 3),
    ] {
        let (claimed, completed, seen) = three(answers).await;
        assert!(claimed.iter().all(Result::is_ok) && completed.iter().all(Result::is_ok));
        let count = |name: &str| seen.iter().filter(|(operation, _)| operation == name).count();
        assert_eq!((count("PutItem"), count("UpdateItem"), count("BatchExecuteStatement")), (alone, alone, 2));
    }
}

/// As when SQS delivers a message twice in one batch.
#[tokio::test]
async fn two_claims_of_one_key_are_never_in_one_call() {
    let (table, aws) = table(200, json!({})).await;
    aws.answer("BatchExecuteStatement", 200, json!({ "Responses": [{}, {}] }));
    let leased = json!({ "__type": "ConditionalCheckFailedException", "Item": { "lease_until": { "N": "140" } } });
    aws.answer("PutItem", 400, leased);
    let claims = ["a", "b", "a"].map(|key| Claim { key: key.into(), ..claim() });
    let claimed = table.claim(&claims).await;
    assert_eq!(unwrapped(claimed), [Claimed::Ours, Claimed::Ours, Claimed::Leased { until: 140 }]);
    let seen = aws.seen.lock().unwrap().clone();
    assert_eq!(seen[0].1["Statements"].as_array().map(Vec::len), Some(2));
    // Copies alone are no batch.
    aws.answer("PutItem", 200, json!({}));
    let copies = ["a", "a"].map(|key| Claim { key: key.into(), ..claim() });
    assert!(table.claim(&copies).await.iter().all(Result::is_ok));
    assert_eq!(aws.seen.lock().unwrap().len(), 4);
}

#[tokio::test]
async fn a_table_that_does_not_answer_gives_nobody_a_claim() {
    let (table, aws) = table(200, json!({})).await;
    aws.answer("BatchExecuteStatement", 400, json!({ "__type": "AccessDeniedException" }));
    let claims = ["a", "b"].map(|key| Claim { key: key.into(), ..claim() });
    assert!(table.claim(&claims).await.iter().all(Result::is_err));
    assert!(table.complete(&claims).await.iter().all(Result::is_err));
}
