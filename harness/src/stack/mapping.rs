use std::time::Duration;

use anyhow::{Context, Result, ensure};
use reqwest::Method;
use serde_json::{Value, json};

use super::Stack;
use crate::emulator::REGION;
use crate::emulator::json_api::authorization;
use crate::system::wait;

impl Stack {
    /// Has process take nothing off the intake queue, or go on; returns once it is so.
    pub(crate) async fn deliver_events(&self, enabled: bool) -> Result<()> {
        let function = &self.outputs.function_names.process;
        let listed = self.mappings(Method::GET, &format!("?FunctionName={function}:live"), None).await?;
        let mapping = listed["EventSourceMappings"][0]["UUID"].as_str().context("process has no mapping")?.to_owned();
        self.mappings(Method::PUT, &format!("/{mapping}"), Some(json!({ "Enabled": enabled }))).await?;
        let state = if enabled { "Enabled" } else { "Disabled" };
        wait::until(&format!("process's mapping to be {state}"), Duration::from_secs(60), async || {
            let now = self.mappings(Method::GET, &format!("/{mapping}"), None).await?;
            Ok((now["State"] == state).then_some(()))
        })
        .await
    }

    async fn mappings(&self, method: Method, path: &str, body: Option<Value>) -> Result<Value> {
        let url = format!("{}/2015-03-31/event-source-mappings{path}", self.endpoint);
        let request = self.http.request(method, url).header("authorization", authorization("test", REGION, "lambda"));
        let answer = match body {
            Some(body) => request.json(&body),
            None => request,
        };
        let answer = answer.send().await.context("the function's mappings")?;
        ensure!(answer.status().is_success(), "the function's mappings: {}", answer.text().await?);
        Ok(answer.json().await?)
    }
}
