//! One effect a key: who is about to deliver an event to a destination claims it first, for as long as a delivery can
//! take, and says afterwards that it is done. The key is ours (`dedupkey#destination`) and not the queue's, so that a
//! message that SQS delivers twice, that a sender sends again or that a person redrives is the same.

use std::future::Future;

use hookline_aws::{AwsError, Client, DYNAMODB, Operation};
use serde_json::{Value, json};

/// What a claim is about, in seconds since 1970.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Claim {
    /// `dedupkey#destination`.
    pub key: String,
    /// Who claims: only the owner of a lease may end it.
    pub owner: String,
    /// When it is claimed.
    pub now: u64,
    /// Until when nobody else may: shorter than the message stays invisible, so that a crash costs no receive.
    pub lease_until: u64,
    /// When the table may forget it.
    pub forget_at: u64,
}

/// What became of a claim.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Claimed {
    /// It is ours: deliver.
    Ours,
    /// It was delivered before.
    Done,
    /// Somebody else is at it, until then.
    Leased {
        /// Seconds since 1970.
        until: u64,
    },
}

/// The table did not answer.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("the idempotency table did not answer: {detail}")]
pub struct ClaimError {
    /// Why not, after all attempts.
    pub detail: String,
}

/// The table of claims.
pub trait Claims: Send + Sync + 'static {
    /// Claims, unless it is done or leased.
    fn claim(&self, claim: &Claim) -> impl Future<Output = Result<Claimed, ClaimError>> + Send;

    /// Notes that it is done.
    fn complete(&self, claim: &Claim) -> impl Future<Output = Result<(), ClaimError>> + Send;

    /// Gives it back, because it is not done: the next attempt need not wait for the lease.
    fn release(&self, claim: &Claim) -> impl Future<Output = Result<(), ClaimError>> + Send;
}

/// A table in DynamoDB: `key`, `state` (`leased` or `done`), `owner`, `lease_until` and `expires_at`, its TTL.
#[derive(Clone)]
pub struct Table {
    /// The client.
    pub client: Client,
    /// The table's name.
    pub name: String,
}

const DONE: &str = "done";
const LEASED: &str = "leased";
const OWNED: &str = "#owner = :owner";

impl Claims for Table {
    async fn claim(&self, claim: &Claim) -> Result<Claimed, ClaimError> {
        let put = json!({
            "TableName": self.name,
            "Item": {
                "key": text(&claim.key),
                "state": text(LEASED),
                "owner": text(&claim.owner),
                "lease_until": number(claim.lease_until),
                "expires_at": number(claim.forget_at),
            },
            "ConditionExpression": "attribute_not_exists(#key) OR (#state = :leased AND lease_until < :now)",
            "ExpressionAttributeNames": { "#key": "key", "#state": "state" },
            "ExpressionAttributeValues": { ":leased": text(LEASED), ":now": number(claim.now) },
            "ReturnValuesOnConditionCheckFailure": "ALL_OLD",
        });
        match self.ask("PutItem", &put).await {
            Ok(()) => Ok(Claimed::Ours),
            Err(error) if error.code() == Some("ConditionalCheckFailedException") => {
                let item = error.member("Item").unwrap_or_default();
                Ok(standing(&item, claim))
            }
            Err(error) => Err(ClaimError { detail: error.to_string() }),
        }
    }

    async fn complete(&self, claim: &Claim) -> Result<(), ClaimError> {
        let update = json!({
            "TableName": self.name,
            "Key": { "key": text(&claim.key) },
            "UpdateExpression": "SET #state = :done, expires_at = :expires REMOVE lease_until",
            "ConditionExpression": OWNED,
            "ExpressionAttributeNames": { "#state": "state", "#owner": "owner" },
            "ExpressionAttributeValues": {
                ":done": text(DONE), ":expires": number(claim.forget_at), ":owner": text(&claim.owner),
            },
        });
        self.ask("UpdateItem", &update).await.map_err(|error| ClaimError { detail: error.to_string() })
    }

    async fn release(&self, claim: &Claim) -> Result<(), ClaimError> {
        let delete = json!({
            "TableName": self.name,
            "Key": { "key": text(&claim.key) },
            "ConditionExpression": OWNED,
            "ExpressionAttributeNames": { "#owner": "owner" },
            "ExpressionAttributeValues": { ":owner": text(&claim.owner) },
        });
        self.ask("DeleteItem", &delete).await.map_err(|error| ClaimError { detail: error.to_string() })
    }
}

impl Table {
    async fn ask(&self, operation: &str, asked: &Value) -> Result<(), AwsError> {
        self.client.send(Operation::json(DYNAMODB, operation, asked.to_string())).await.map(|_| ())
    }
}

/// What an item that is there already says of a claim. Our own lease is there if an answer was lost and the call was made
/// again.
fn standing(item: &Value, claim: &Claim) -> Claimed {
    let text = |name: &str| item.get(name)?.get("S")?.as_str();
    if text("state") == Some(DONE) {
        return Claimed::Done;
    }
    if text("owner") == Some(claim.owner.as_str()) {
        return Claimed::Ours;
    }
    let until = || item.get("lease_until")?.get("N")?.as_str()?.parse().ok();
    Claimed::Leased { until: until().unwrap_or(claim.lease_until) }
}

fn text(value: &str) -> Value {
    json!({ "S": value })
}

fn number(value: u64) -> Value {
    json!({ "N": value.to_string() })
}
