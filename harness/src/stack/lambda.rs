//! Calls of Lambda without an SDK.

use std::time::Duration;

use anyhow::{Context, Result, ensure};
use reqwest::Method;
use serde_json::{Value, json};

use super::Stack;
use crate::emulator::REGION;
use crate::emulator::json_api::authorization;
use crate::system::wait;

/// The result of an invocation.
#[derive(Debug)]
pub(crate) struct Invocation {
    /// Whether the function returned an error.
    pub(crate) is_error: bool,
    /// What the function returned: its output or its error, as JSON.
    pub(crate) output: String,
}

impl Stack {
    /// Calls an operation of Lambda. Returns null if the response has no body.
    pub(super) async fn lambda(&self, method: Method, path: &str, body: Option<Value>) -> Result<Value> {
        let url = format!("{}/2015-03-31/{path}", self.endpoint);
        let request = self.http.request(method, url).header("authorization", authorization("test", REGION, "lambda"));
        let request = match body {
            Some(body) => request.json(&body),
            None => request,
        };
        let response = request.send().await.context("cannot call Lambda")?;
        let (status, text) = (response.status(), response.text().await?);
        ensure!(status.is_success(), "Lambda rejected the request: {text}");
        if text.is_empty() { Ok(Value::Null) } else { Ok(serde_json::from_str(&text)?) }
    }

    /// Invokes the alias of a function, and waits for the result.
    pub(crate) async fn invoke(&self, function: &str, input: &str) -> Result<Invocation> {
        let url = format!("{}/2015-03-31/functions/{function}:live/invocations", self.endpoint);
        let request = self.http.post(url).header("authorization", authorization("test", REGION, "lambda"));
        let response = request.body(input.to_owned()).send().await;
        let response = response.with_context(|| format!("cannot invoke {function}"))?;
        let is_error = response.headers().contains_key("x-amz-function-error");
        let (status, output) = (response.status(), response.text().await?);
        ensure!(status.is_success(), "the invocation of {function} failed: {output}");
        Ok(Invocation { is_error, output })
    }

    /// Returns the environment variables that the next published version of a function will have.
    pub(crate) async fn function_variables(&self, function: &str) -> Result<Value> {
        let path = format!("functions/{function}/configuration");
        Ok(self.lambda(Method::GET, &path, None).await?["Environment"]["Variables"].take())
    }

    /// Sets the environment variables that the next published version of a function will have. Moves no traffic.
    pub(crate) async fn set_function_variables(&self, function: &str, variables: &Value) -> Result<()> {
        let path = format!("functions/{function}/configuration");
        let body = json!({ "Environment": { "Variables": variables } });
        self.lambda(Method::PUT, &path, Some(body)).await?;
        wait::until(&format!("the update of {function}"), Duration::from_secs(30), async || {
            let configuration = self.lambda(Method::GET, &path, None).await?;
            Ok((configuration["LastUpdateStatus"] == "Successful").then_some(()))
        })
        .await
    }

    /// Publishes a version of a function. Moves no traffic.
    pub(crate) async fn publish_version(&self, function: &str) -> Result<String> {
        let version = self.lambda(Method::POST, &format!("functions/{function}/versions"), Some(json!({}))).await?;
        Ok(version["Version"].as_str().context("the version has no number")?.to_owned())
    }

    /// Deletes a version of a function that no alias points to.
    pub(crate) async fn delete_version(&self, function: &str, version: &str) -> Result<()> {
        self.lambda(Method::DELETE, &format!("functions/{function}?Qualifier={version}"), None).await?;
        Ok(())
    }

    /// Returns the numbers of the published versions of a function, in ascending order.
    pub(crate) async fn published_versions(&self, function: &str) -> Result<Vec<u32>> {
        let (mut numbers, mut marker) = (Vec::new(), String::new());
        loop {
            let path = format!("functions/{function}/versions{marker}");
            let page = self.lambda(Method::GET, &path, None).await?;
            let versions = page["Versions"].as_array().context("the response has no versions")?;
            // `$LATEST` is no number.
            numbers.extend(versions.iter().filter_map(|version| version["Version"].as_str()?.parse::<u32>().ok()));
            match page["NextMarker"].as_str() {
                Some(next) if !next.is_empty() => marker = format!("?Marker={next}"),
                _ => break,
            }
        }
        numbers.sort_unstable();
        Ok(numbers)
    }

    /// Moves all traffic of a function to a version.
    pub(crate) async fn move_alias(&self, function: &str, version: &str) -> Result<()> {
        let path = format!("functions/{function}/aliases/live");
        self.lambda(Method::PUT, &path, Some(json!({ "FunctionVersion": version }))).await?;
        Ok(())
    }
}
