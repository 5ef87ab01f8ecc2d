//! The items of the claims table.

use std::collections::HashMap;

use aws_sdk_dynamodb::error::SdkError;
use aws_sdk_dynamodb::operation::put_item::PutItemError;
use aws_sdk_dynamodb::types::AttributeValue;

use super::claim::{Claim, ClaimMode, ClaimOutcome};
use crate::attribute_value::{number, text};

/// The state of a completed claim.
pub(super) const DONE: &str = "done";
/// The state of a claim with one write.
pub(super) const CLAIMED: &str = "claimed";
/// The state of a claim with two writes during its lease.
pub(super) const LEASED: &str = "leased";
/// The state of a claim that failed permanently.
pub(super) const FAILED: &str = "failed";

type Item = HashMap<String, AttributeValue>;

/// Returns the item of a new claim.
pub(super) fn new_item(claim: &Claim) -> Item {
    let attributes =
        ["key", "state", "owner", "request", "message_id", "lease_until", "expires_at", "data_hash"].map(str::to_owned);
    attributes.into_iter().zip(insert_parameters(claim)).collect()
}

/// Returns the parameters of the statement that inserts an item.
pub(super) fn insert_parameters(claim: &Claim) -> Vec<AttributeValue> {
    let (lease_until, expires_at) = (number(claim.lease_until), number(claim.expires_at));
    let (owner, request, message) = (text(&claim.owner), text(&claim.request_id), text(&claim.message_id));
    vec![text(&claim.key), text(state(claim)), owner, request, message, lease_until, expires_at, text(&claim.data_hash)]
}

/// Returns the state of an item during the lease.
fn state(claim: &Claim) -> &'static str {
    match claim.mode {
        ClaimMode::OneWrite => CLAIMED,
        ClaimMode::TwoWrites => LEASED,
    }
}

/// Returns the parameters of the statement that marks an item as completed.
pub(super) fn update_parameters(claim: &Claim) -> Vec<AttributeValue> {
    vec![text(DONE), number(claim.expires_at), text(&claim.key), text(&claim.owner)]
}

/// Returns the stored item if the write failed because of its condition. The inner `None` means that the response has
/// no item.
pub(super) fn item_of_failed_condition<R>(error: &SdkError<PutItemError, R>) -> Option<Option<&Item>> {
    match error.as_service_error()? {
        PutItemError::ConditionalCheckFailedException(failed) => Some(failed.item()),
        _ => None,
    }
}

/// Derives the outcome of a claim from the stored item. The item has the claim's own lease if a response was lost and
/// the SDK repeated the call.
pub(super) fn outcome_of_item(item: Option<&Item>, claim: &Claim) -> ClaimOutcome {
    let attribute = |name: &str| item?.get(name)?.as_s().ok().map(String::as_str);
    // An item of an earlier version has no hash.
    let data_hash = attribute("data_hash").filter(|hash| !hash.is_empty() && !claim.data_hash.is_empty());
    let is_id_reused = data_hash.is_some_and(|hash| hash != claim.data_hash);
    match attribute("state") {
        Some(DONE) => return ClaimOutcome::Completed { is_id_reused },
        Some(FAILED) => return ClaimOutcome::Failed { reason: attribute("reason").unwrap_or_default().to_owned() },
        _ => {}
    }
    let is_claimed = attribute("state") == Some(CLAIMED);
    if attribute("owner") == Some(claim.owner.as_str()) {
        let mode = if is_claimed { ClaimMode::OneWrite } else { ClaimMode::TwoWrites };
        return ClaimOutcome::Acquired { mode };
    }
    let until = || item?.get("lease_until")?.as_n().ok()?.parse().ok();
    let until = until().unwrap_or(claim.lease_until);
    // A claim that this message may take over would have been acquired.
    if is_claimed && until < claim.now {
        return ClaimOutcome::Completed { is_id_reused };
    }
    let is_same_request = is_claimed && attribute("request") == Some(claim.request_id.as_str());
    ClaimOutcome::Leased { until, is_same_request }
}
