//! What the idempotency table's adapter asks of DynamoDB, on the real client, and how it reads the answers.

use futures_util::future::join_all;
use process::{Claim, ClaimError, Claimed, Claims, Table};
use serde_json::{Value, json};

use crate::fixture::Aws;

/// A table that gives one answer.
async fn table(status: u16, answer: Value) -> (Table, Aws) {
    let aws = Aws::default();
    for operation in ["PutItem", "UpdateItem", "DeleteItem"] {
        aws.answer(operation, status, &answer);
    }
    (Table::new(aws.client().await, "claims".into()), aws)
}

fn claim() -> Claim {
    Claim { key: "k#orders".into(), owner: "me".into(), now: 100, lease_until: 165, forget_at: 1000 }
}

async fn refused(item: Value) -> Result<Claimed, ClaimError> {
    let answer = json!({ "__type": "com.amazonaws.dynamodb.v20120810#ConditionalCheckFailedException", "Item": item });
    table(400, answer).await.0.claim(&claim()).await
}

#[tokio::test]
async fn a_claim_is_a_conditional_write() {
    let (table, aws) = table(200, json!({})).await;
    assert_eq!(table.claim(&claim()).await, Ok(Claimed::Ours));
    table.complete(&claim()).await.unwrap();
    table.release(&claim()).await.unwrap();
    insta::assert_json_snapshot!(*aws.seen.lock().unwrap());
}

#[tokio::test]
async fn what_stands_there_says_why_it_is_refused() {
    assert_eq!(refused(json!({ "state": { "S": "done" } })).await, Ok(Claimed::Done));
    let leased = json!({ "state": { "S": "leased" }, "lease_until": { "N": "140" } });
    assert_eq!(refused(leased).await, Ok(Claimed::Leased { until: 140 }));
    let ours = json!({ "state": { "S": "leased" }, "owner": { "S": "me" }, "lease_until": { "N": "165" } });
    assert_eq!(refused(ours).await, Ok(Claimed::Ours), "the first answer was lost");
    // Gone in between, or not told: to be asked again when our own lease would have ended.
    assert_eq!(refused(json!(null)).await, Ok(Claimed::Leased { until: 165 }));
}

#[tokio::test]
async fn any_other_answer_is_no_claim() {
    for (status, kind) in
        [(400, "ResourceNotFoundException"), (400, "AccessDeniedException"), (500, "InternalServerError")]
    {
        let (table, _) = table(status, json!({ "__type": kind })).await;
        assert!(table.claim(&claim()).await.is_err(), "{kind}");
        assert!(table.complete(&claim()).await.is_err(), "{kind}");
    }
}

/// Of three events at once: their claims, and that they are done, with what the table answers to each.
async fn three(
    answers: Value,
) -> (Vec<Result<Claimed, ClaimError>>, Vec<Result<(), ClaimError>>, Vec<(String, Value)>) {
    let (table, aws) = table(200, json!({})).await;
    aws.answer("BatchExecuteStatement", 200, &answers);
    let claims = ["a", "b", "c"].map(|key| Claim { key: key.into(), ..claim() });
    let claimed = join_all(claims.iter().map(|claim| table.claim(claim))).await;
    let completed = join_all(claims.iter().map(|claim| table.complete(claim))).await;
    let seen = aws.seen.lock().unwrap().clone();
    (claimed, completed, seen)
}

#[tokio::test]
async fn claims_at_the_same_time_are_one_call_each_with_its_own_condition() {
    let (claimed, completed, seen) = three(json!({ "Responses": [{ "TableName": "claims" }, {}, {}] })).await;
    assert_eq!(claimed, [Ok(Claimed::Ours), Ok(Claimed::Ours), Ok(Claimed::Ours)]);
    assert_eq!(completed, [Ok(()), Ok(()), Ok(())]);
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
    let claimed = join_all(claims.iter().map(|claim| table.claim(claim))).await;
    assert_eq!(claimed, [Ok(Claimed::Ours), Ok(Claimed::Ours), Ok(Claimed::Leased { until: 140 })]);
    let seen = aws.seen.lock().unwrap().clone();
    assert_eq!(seen[0].1["Statements"].as_array().map(Vec::len), Some(2));
    // Copies alone are no batch.
    aws.answer("PutItem", 200, json!({}));
    let copies = ["a", "a"].map(|key| Claim { key: key.into(), ..claim() });
    assert!(join_all(copies.iter().map(|claim| table.claim(claim))).await.iter().all(Result::is_ok));
    assert_eq!(aws.seen.lock().unwrap().len(), 4);
}

#[tokio::test]
async fn a_table_that_does_not_answer_gives_nobody_a_claim() {
    let (table, aws) = table(200, json!({})).await;
    aws.answer("BatchExecuteStatement", 400, json!({ "__type": "AccessDeniedException" }));
    let claims = ["a", "b"].map(|key| Claim { key: key.into(), ..claim() });
    assert!(join_all(claims.iter().map(|claim| table.claim(claim))).await.iter().all(Result::is_err));
    assert!(join_all(claims.iter().map(|claim| table.complete(claim))).await.iter().all(Result::is_err));
}
