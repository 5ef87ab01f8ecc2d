use std::collections::HashMap;

use anyhow::{Context, Result};
use aws_sdk_dynamodb::Client;
use aws_sdk_dynamodb::types::AttributeValue;
use hookline::clock::unix_seconds;

use super::Stack;

impl Stack {
    /// Returns whether the idempotency table records the delivery of an event to a destination.
    pub(crate) async fn is_delivery_recorded(&self, dedup_key: &str, destination: &str) -> Result<bool> {
        let item = self.delivery_item(dedup_key, destination).await?.unwrap_or_default();
        Ok(item.get("state").is_some_and(|state| state.as_s().is_ok_and(|state| state == "done")))
    }

    /// Returns whether the idempotency table has an item for an event and a destination, in any state.
    pub(crate) async fn has_delivery_record(&self, dedup_key: &str, destination: &str) -> Result<bool> {
        Ok(self.delivery_item(dedup_key, destination).await?.is_some())
    }

    async fn delivery_item(
        &self,
        dedup_key: &str,
        destination: &str,
    ) -> Result<Option<HashMap<String, AttributeValue>>> {
        let (table, key) = self.delivery_record(dedup_key, destination)?;
        let request = Client::new(&self.sdk).get_item().table_name(table).key("key", key).consistent_read(true);
        Ok(request.send().await.context("cannot read the idempotency table")?.item)
    }

    /// Lets the record of a delivery expire. The item stays in the table, as with DynamoDB's delayed deletion.
    pub(crate) async fn expire_delivery_record(&self, dedup_key: &str, destination: &str) -> Result<()> {
        let (table, key) = self.delivery_record(dedup_key, destination)?;
        let expired = AttributeValue::N((unix_seconds() - 100_000).to_string());
        let update = Client::new(&self.sdk).update_item().table_name(table).key("key", key);
        let update =
            update.update_expression("SET expires_at = :expired").condition_expression("attribute_exists(expires_at)");
        let update = update.expression_attribute_values(":expired", expired);
        update.send().await.context("cannot change an item of the idempotency table")?;
        Ok(())
    }

    /// Returns the table's name and the key of the item that records a delivery.
    fn delivery_record(&self, dedup_key: &str, destination: &str) -> Result<(&str, AttributeValue)> {
        let table = self.outputs.idempotency_table.as_deref().context("the stack has no idempotency table")?;
        Ok((table, AttributeValue::S(format!("{dedup_key}#{destination}"))))
    }

    /// Deletes all records of deliveries, because scenarios send the same events in every run. The items that pause a
    /// destination belong to Terraform and stay.
    pub(crate) async fn clear_idempotency_table(&self) -> Result<()> {
        let Some(table) = &self.outputs.idempotency_table else { return Ok(()) };
        let client = Client::new(&self.sdk);
        let scan =
            client.scan().table_name(table).projection_expression("#key").expression_attribute_names("#key", "key");
        let mut items = scan.into_paginator().items().send();
        while let Some(item) = items.next().await {
            let key = item.context("cannot read the idempotency table")?.remove("key").context("an item has no key")?;
            if !key.as_s().is_ok_and(|key| key.starts_with("pause#")) {
                client.delete_item().table_name(table).key("key", key).send().await.context("cannot delete an item")?;
            }
        }
        Ok(())
    }
}
