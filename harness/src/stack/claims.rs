use anyhow::{Context, Result};
use aws_sdk_dynamodb::Client;

use super::Stack;

impl Stack {
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
