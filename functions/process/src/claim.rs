//! One effect a key: who is about to deliver an event to a destination claims it first, for as long as a delivery can
//! take, and says afterwards that it is done. The key is ours (`dedupkey#destination`) and not the queue's, so that a
//! message that SQS delivers twice, that a sender sends again or that a person redrives is the same.

use std::collections::HashMap;
use std::future::Future;

use aws_sdk_dynamodb::Client;
use aws_sdk_dynamodb::operation::put_item::PutItemError;
use aws_sdk_dynamodb::types::{AttributeValue, ReturnValuesOnConditionCheckFailure};
use hookline_environment::describe;

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
    /// What the SDK says.
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
#[derive(Debug, Clone)]
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
        let put = self.client.put_item().table_name(&self.name);
        let put = put
            .item("key", text(&claim.key))
            .item("state", text(LEASED))
            .item("owner", text(&claim.owner))
            .item("lease_until", number(claim.lease_until))
            .item("expires_at", number(claim.forget_at))
            .condition_expression("attribute_not_exists(#key) OR (#state = :leased AND lease_until < :now)")
            .expression_attribute_names("#key", "key")
            .expression_attribute_names("#state", "state")
            .expression_attribute_values(":leased", text(LEASED))
            .expression_attribute_values(":now", number(claim.now))
            .return_values_on_condition_check_failure(ReturnValuesOnConditionCheckFailure::AllOld);
        match put.send().await {
            Ok(_) => Ok(Claimed::Ours),
            Err(error) => match error.as_service_error() {
                Some(PutItemError::ConditionalCheckFailedException(taken)) => Ok(taken
                    .item
                    .as_ref()
                    .map_or(Claimed::Leased { until: claim.lease_until }, |item| standing(item, claim))),
                _ => Err(ClaimError { detail: describe(&error) }),
            },
        }
    }

    async fn complete(&self, claim: &Claim) -> Result<(), ClaimError> {
        let update = self.client.update_item().table_name(&self.name).key("key", text(&claim.key));
        let update = update
            .update_expression("SET #state = :done, expires_at = :expires REMOVE lease_until")
            .condition_expression(OWNED)
            .expression_attribute_names("#state", "state")
            .expression_attribute_names("#owner", "owner")
            .expression_attribute_values(":done", text(DONE))
            .expression_attribute_values(":expires", number(claim.forget_at))
            .expression_attribute_values(":owner", text(&claim.owner));
        update.send().await.map(|_| ()).map_err(|error| ClaimError { detail: describe(&error) })
    }

    async fn release(&self, claim: &Claim) -> Result<(), ClaimError> {
        let delete = self.client.delete_item().table_name(&self.name).key("key", text(&claim.key));
        let delete = delete
            .condition_expression(OWNED)
            .expression_attribute_names("#owner", "owner")
            .expression_attribute_values(":owner", text(&claim.owner));
        delete.send().await.map(|_| ()).map_err(|error| ClaimError { detail: describe(&error) })
    }
}

/// What an item that is there already says of a claim. Our own lease is there if an answer was lost and the SDK has asked
/// again.
fn standing(item: &HashMap<String, AttributeValue>, claim: &Claim) -> Claimed {
    let text = |name: &str| item.get(name).and_then(|value| value.as_s().ok()).map(String::as_str);
    if text("state") == Some(DONE) {
        return Claimed::Done;
    }
    if text("owner") == Some(claim.owner.as_str()) {
        return Claimed::Ours;
    }
    let until = item.get("lease_until").and_then(|value| value.as_n().ok()?.parse().ok());
    Claimed::Leased { until: until.unwrap_or(claim.lease_until) }
}

fn text(value: &str) -> AttributeValue {
    AttributeValue::S(value.to_owned())
}

fn number(value: u64) -> AttributeValue {
    AttributeValue::N(value.to_string())
}
