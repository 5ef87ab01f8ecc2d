//! The shared state of destinations in the table of the claims. The items `pause#<destination>` and
//! `breaker#<destination>` have no time to live. Keys of claims begin with 64 hex digits, so no key is used twice.

use std::collections::HashMap;

use aws_sdk_dynamodb::operation::update_item::UpdateItemError;
use aws_sdk_dynamodb::types::{AttributeValue, KeysAndAttributes, ReturnValuesOnConditionCheckFailure};
use hookline_aws::PortError;

use super::store::{DestinationStateStore, OpenState, ProbeStart, StoredState};
use crate::attribute_value::{number, text};
use crate::idempotency::DynamoDbClaimStore;

/// The maximum number of keys in one read, a limit of DynamoDB.
const MAX_KEYS: usize = 100;

const OPEN: &str = "open";
const CLOSED: &str = "closed";
const UPDATE: &str = "dynamodb:UpdateItem";
const READ: &str = "dynamodb:BatchGetItem";

type Item = HashMap<String, AttributeValue>;

impl DestinationStateStore for DynamoDbClaimStore {
    async fn read_states(&self, destinations: &[&str]) -> Result<Vec<StoredState>, PortError> {
        let keys: Vec<_> =
            destinations.iter().flat_map(|destination| [pause_key(destination), breaker_key(destination)]).collect();
        let mut items = HashMap::new();
        for chunk in keys.chunks(MAX_KEYS) {
            items.extend(self.read_items(chunk).await?);
        }
        let state = |destination: &&str| StoredState {
            is_paused: items.get(&pause_key(destination)).is_some_and(is_paused),
            open: items.get(&breaker_key(destination)).and_then(open_state),
        };
        Ok(destinations.iter().map(state).collect())
    }

    async fn open_breaker(
        &self,
        destination: &str,
        open: OpenState,
        reason: &str,
        now: u64,
    ) -> Result<Option<OpenState>, PortError> {
        let update = self
            .client()
            .update_item()
            .table_name(self.table())
            .key("key", text(&breaker_key(destination)))
            .update_expression(
                "SET #state = :open, #until = :until, cool_down = :cool_down, opened_at = :now, #reason = :reason \
                 REMOVE probe_until",
            )
            .condition_expression("attribute_not_exists(#until) OR #state <> :open OR #until <= :now")
            .expression_attribute_names("#state", "state")
            .expression_attribute_names("#until", "until")
            .expression_attribute_names("#reason", "reason")
            .expression_attribute_values(":open", text(OPEN))
            .expression_attribute_values(":until", number(open.until))
            .expression_attribute_values(":cool_down", number(open.cool_down.into()))
            .expression_attribute_values(":now", number(now))
            .expression_attribute_values(":reason", text(reason))
            .return_values_on_condition_check_failure(ReturnValuesOnConditionCheckFailure::AllOld);
        match Box::pin(update.send()).await {
            Ok(_) => Ok(None),
            Err(error) => match error.as_service_error() {
                Some(UpdateItemError::ConditionalCheckFailedException(failed)) => {
                    Ok(failed.item().and_then(open_state))
                }
                _ => Err(PortError::new(UPDATE, error)),
            },
        }
    }

    async fn close_breaker(&self, destination: &str) -> Result<(), PortError> {
        let update = self
            .client()
            .update_item()
            .table_name(self.table())
            .key("key", text(&breaker_key(destination)))
            .update_expression("SET #state = :closed REMOVE probe_until")
            .expression_attribute_names("#state", "state")
            .expression_attribute_values(":closed", text(CLOSED));
        Box::pin(update.send()).await.map(|_| ()).map_err(|error| PortError::new(UPDATE, error))
    }

    async fn begin_probe(&self, destination: &str, now: u64, until: u64) -> Result<ProbeStart, PortError> {
        let update = self
            .client()
            .update_item()
            .table_name(self.table())
            .key("key", text(&breaker_key(destination)))
            .update_expression("SET probe_until = :probe")
            .condition_expression(
                "#state = :open AND #until <= :now AND (attribute_not_exists(probe_until) OR probe_until <= :now)",
            )
            .expression_attribute_names("#state", "state")
            .expression_attribute_names("#until", "until")
            .expression_attribute_values(":open", text(OPEN))
            .expression_attribute_values(":now", number(now))
            .expression_attribute_values(":probe", number(until))
            .return_values_on_condition_check_failure(ReturnValuesOnConditionCheckFailure::AllOld);
        match Box::pin(update.send()).await {
            Ok(_) => Ok(ProbeStart::Started),
            Err(error) => match error.as_service_error() {
                Some(UpdateItemError::ConditionalCheckFailedException(failed)) => {
                    Ok(failed.item().map_or(ProbeStart::Closed, probe_start))
                }
                _ => Err(PortError::new(UPDATE, error)),
            },
        }
    }
}

impl DynamoDbClaimStore {
    /// Reads items by their keys. A missing item would mean that a destination is neither paused nor open, so a response that
    /// leaves out keys is an error.
    pub(crate) async fn read_items(&self, keys: &[String]) -> Result<HashMap<String, Item>, PortError> {
        let keys = keys.iter().map(|key| HashMap::from([("key".to_owned(), text(key))])).collect();
        let keys = KeysAndAttributes::builder().set_keys(Some(keys)).consistent_read(true).build();
        let keys = keys.map_err(|error| PortError::new(READ, error))?;
        let read = self.client().batch_get_item().request_items(self.table(), keys);
        let response = Box::pin(read.send()).await.map_err(|error| PortError::new(READ, error))?;
        if response.unprocessed_keys.is_some_and(|keys| !keys.is_empty()) {
            return Err(PortError::new(READ, "DynamoDB did not process all keys"));
        }
        let items = response.responses.into_iter().flat_map(HashMap::into_values).flatten();
        let with_key = |item: Item| Some((item.get("key")?.as_s().ok()?.clone(), item));
        Ok(items.filter_map(with_key).collect())
    }
}

fn pause_key(destination: &str) -> String {
    format!("pause#{destination}")
}

fn breaker_key(destination: &str) -> String {
    format!("breaker#{destination}")
}

fn is_paused(item: &Item) -> bool {
    item.get("paused").and_then(|paused| paused.as_bool().ok()) == Some(&true)
}

fn number_of(item: &Item, name: &str) -> Option<u64> {
    item.get(name)?.as_n().ok()?.parse().ok()
}

/// Returns the breaker of an item if it is open.
fn open_state(item: &Item) -> Option<OpenState> {
    let is_open = item.get("state").and_then(|state| state.as_s().ok()).is_some_and(|state| state == OPEN);
    let until = number_of(item, "until").filter(|_| is_open)?;
    let cool_down = number_of(item, "cool_down").and_then(|seconds| seconds.try_into().ok()).unwrap_or_default();
    Some(OpenState { until, cool_down })
}

/// Derives why a probe could not start.
fn probe_start(item: &Item) -> ProbeStart {
    match open_state(item) {
        None => ProbeStart::Closed,
        Some(open) => {
            let until = open.until.max(number_of(item, "probe_until").unwrap_or_default());
            ProbeStart::Open(OpenState { until, ..open })
        }
    }
}
