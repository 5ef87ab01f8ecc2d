use std::time::Duration;

use anyhow::{Context, Result};
use reqwest::Method;
use serde_json::{Value, json};

use super::Stack;
use crate::system::wait;

impl Stack {
    /// Enables or disables the event source mapping between the intake queue and the process function. Returns when the new
    /// state is active.
    pub(crate) async fn set_event_source_mapping_enabled(&self, enabled: bool) -> Result<()> {
        let function = &self.outputs.function_names.process;
        let listed = self.mappings(Method::GET, &format!("?FunctionName={function}:live"), None).await?;
        let of_intake = |mapping: &&Value| mapping["EventSourceArn"].as_str() == Some(self.outputs.queue_arn.as_str());
        let mapping = listed["EventSourceMappings"].as_array().and_then(|mappings| mappings.iter().find(of_intake));
        let mapping = mapping.and_then(|mapping| mapping["UUID"].as_str());
        let mapping = mapping.context("the intake queue has no event source mapping")?.to_owned();
        self.mappings(Method::PUT, &format!("/{mapping}"), Some(json!({ "Enabled": enabled }))).await?;
        let state = if enabled { "Enabled" } else { "Disabled" };
        wait::until(&format!("the event source mapping to be {state}"), Duration::from_secs(60), async || {
            let current = self.mappings(Method::GET, &format!("/{mapping}"), None).await?;
            Ok((current["State"] == state).then_some(()))
        })
        .await
    }

    async fn mappings(&self, method: Method, path: &str, body: Option<Value>) -> Result<Value> {
        self.lambda(method, &format!("event-source-mappings{path}"), body).await
    }
}
