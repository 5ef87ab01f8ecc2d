use anyhow::{Context, Result};
use aws_sdk_dynamodb::Client;
use aws_sdk_dynamodb::types::AttributeValue;

use super::Stack;

impl Stack {
    /// Whether it is noted that an event has been delivered to a destination.
    pub(crate) async fn is_marked(&self, dedup_key: &str, destination: &str) -> Result<bool> {
        let table = self.outputs.idempotency_table.as_ref().context("the stack has no idempotency table")?;
        let key = AttributeValue::S(format!("{dedup_key}#{destination}"));
        let ask = Client::new(&self.sdk).get_item().table_name(table).key("key", key).consistent_read(true);
        let item = ask.send().await.context("cannot read the idempotency table")?.item.unwrap_or_default();
        Ok(item.get("state").is_some_and(|state| state.as_s().is_ok_and(|state| state == "done")))
    }

    /// Forgets what was delivered: a run begins from nothing, and its scenarios send what an earlier one has sent.
    pub(crate) async fn forget_deliveries(&self) -> Result<()> {
        let Some(table) = &self.outputs.idempotency_table else { return Ok(()) };
        let client = Client::new(&self.sdk);
        let scan =
            client.scan().table_name(table).projection_expression("#key").expression_attribute_names("#key", "key");
        let mut items = scan.into_paginator().items().send();
        while let Some(item) = items.next().await {
            let key = item.context("cannot read the idempotency table")?.remove("key").context("an item has a key")?;
            client.delete_item().table_name(table).key("key", key).send().await.context("cannot forget a delivery")?;
        }
        Ok(())
    }
}
