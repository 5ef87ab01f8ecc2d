//! What the idempotency table's adapter asks of DynamoDB, on the real client, and how it reads the answers.

use process::{Claim, ClaimError, Claimed, Claims, Table};
use serde_json::{Value, json};

use crate::fixture::Aws;

/// A table that gives one answer.
async fn table(status: u16, answer: Value) -> (Table, Aws) {
    let aws = Aws::default();
    for operation in ["PutItem", "UpdateItem", "DeleteItem"] {
        aws.answer(operation, status, &answer);
    }
    (Table { client: aws.client().await, name: "claims".into() }, aws)
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
