//! The state of a source in the table of the claims: the item `recover#<source>`. Keys of claims begin with 64 hex digits,
//! so no key is used twice.

use std::collections::HashMap;

use aws_sdk_dynamodb::Client;
use aws_sdk_dynamodb::operation::put_item::PutItemError;
use aws_sdk_dynamodb::operation::put_item::builders::PutItemFluentBuilder;
use aws_sdk_dynamodb::types::AttributeValue;
use hookline_aws::{PortError, SdkConfig};

use super::State;
use super::store::{BeginResult, Lease, StateStore};

const PUT: &str = "dynamodb:PutItem";

/// How long the item of a source stays that is no longer recovered. It is far longer than any delivery can be recovered.
const RETENTION_SECONDS: u64 = 30 * 86_400;

/// The end of a lease that was returned.
const RETURNED: u64 = 0;

type Item = HashMap<String, AttributeValue>;

/// The DynamoDB table.
#[derive(Debug, Clone)]
pub struct DynamoDbStateStore {
    client: Client,
    table: String,
}

impl DynamoDbStateStore {
    /// Creates a client. It opens no connection yet.
    #[must_use]
    pub fn new(sdk: &SdkConfig, table: String) -> Self {
        Self { client: Client::new(sdk), table }
    }

    async fn read(&self, source: &str) -> Result<Option<Item>, PortError> {
        let get = self.client.get_item().table_name(&self.table).key("key", key(source)).consistent_read(true);
        let response = Box::pin(get.send()).await.map_err(|error| PortError::new("dynamodb:GetItem", error))?;
        Ok(response.item)
    }

    /// Prepares to replace the item.
    fn put(&self, source: &str, lease: &Lease, until: u64, state: Option<String>, now: u64) -> PutItemFluentBuilder {
        let put = self
            .client
            .put_item()
            .table_name(&self.table)
            .item("key", key(source))
            .item("lease_owner", text(&lease.owner))
            .item("lease_until", number(until))
            .item("expires_at", number(now + RETENTION_SECONDS))
            .expression_attribute_values(":owner", text(&lease.owner));
        match state {
            Some(state) => put.item("state", AttributeValue::S(state)),
            None => put,
        }
    }
}

impl StateStore for DynamoDbStateStore {
    async fn begin(&self, source: &str, lease: &Lease, now: u64) -> Result<BeginResult, PortError> {
        let item = self.read(source).await?;
        let current = item.as_ref().and_then(lease_of);
        if current.as_ref().is_some_and(|current| now < current.until && current.owner != lease.owner) {
            return Ok(BeginResult::InProgress);
        }
        let stored = item.as_ref().and_then(|item| item.get("state")?.as_s().ok());
        let put = self.put(source, lease, lease.until, stored.cloned(), now);
        // No other invocation has begun or ended since. If the SDK repeats a call whose response was lost, the lease is
        // this invocation's own.
        let put = match &current {
            None => put.condition_expression("attribute_not_exists(lease_owner) OR lease_owner = :owner"),
            Some(current) => put
                .condition_expression(
                    "lease_owner = :owner OR (lease_owner = :last_owner AND lease_until = :last_until)",
                )
                .expression_attribute_values(":last_owner", text(&current.owner))
                .expression_attribute_values(":last_until", number(current.until)),
        };
        match Box::pin(put.send()).await {
            Ok(_) => {}
            Err(error) => match error.as_service_error() {
                Some(PutItemError::ConditionalCheckFailedException(_)) => return Ok(BeginResult::InProgress),
                _ => return Err(PortError::new(PUT, error)),
            },
        }
        // A state that cannot be read is as good as none: the run begins with the complete period.
        let state = stored.and_then(|state| serde_json::from_str::<State>(state).ok());
        Ok(BeginResult::Leased(state.unwrap_or_default()))
    }

    async fn finish(&self, source: &str, lease: &Lease, state: &State, now: u64) -> Result<(), PortError> {
        let state = serde_json::to_string(state).map_err(|error| PortError::new(PUT, error))?;
        let put = self.put(source, lease, RETURNED, Some(state), now).condition_expression("lease_owner = :owner");
        Box::pin(put.send()).await.map(|_| ()).map_err(|error| PortError::new(PUT, error))
    }
}

/// Returns the last lease of an item.
fn lease_of(item: &Item) -> Option<Lease> {
    let owner = item.get("lease_owner")?.as_s().ok()?.clone();
    Some(Lease { owner, until: item.get("lease_until")?.as_n().ok()?.parse().ok()? })
}

fn key(source: &str) -> AttributeValue {
    text(&format!("recover#{source}"))
}

fn text(value: &str) -> AttributeValue {
    AttributeValue::S(value.to_owned())
}

fn number(value: u64) -> AttributeValue {
    AttributeValue::N(value.to_string())
}
