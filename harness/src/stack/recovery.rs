//! GitHub recovery of the local stack.

use anyhow::{Context, Result, ensure};
use aws_sdk_secretsmanager::Client;
use reqwest::Method;
use serde_json::{Value, json};
use uuid::Uuid;

use super::Stack;
use crate::emulator::REGION;
use crate::emulator::json_api::authorization;

impl Stack {
    /// Returns the token for GitHub's API of a source. The first call stores it.
    pub(crate) async fn github_token(&self, source: &str) -> Result<String> {
        let names = self.outputs.recovery_secret_names.as_ref();
        let name = names.and_then(|names| names.get(source)).context("the source has no secret for GitHub's API")?;
        let secrets = Client::new(&self.sdk);
        let stored = secrets.get_secret_value().secret_id(name).send().await;
        // An emulator can have an empty version of a secret that was never written.
        if let Some(token) = stored.ok().and_then(|stored| stored.secret_string).filter(|token| !token.is_empty()) {
            return Ok(token);
        }
        let token = format!("github_pat_{}", Uuid::new_v4().simple());
        let put = secrets.put_secret_value().secret_id(name).secret_string(&token);
        put.send().await.with_context(|| format!("cannot write secret `{name}`"))?;
        Ok(token)
    }

    /// Returns the schedule of a source.
    pub(crate) async fn recovery_schedule(&self, source: &str) -> Result<Value> {
        self.scheduler(Method::GET, &format!("{source}?groupName={}", self.recover_function()?), None).await
    }

    /// Creates a schedule that runs once, as soon as possible, with the target of another one.
    pub(crate) async fn schedule_once(&self, name: &str, target: &Value) -> Result<()> {
        let schedule = json!({
            "GroupName": self.recover_function()?,
            "ScheduleExpression": "at(2026-01-01T00:00:00)",
            "FlexibleTimeWindow": { "Mode": "OFF" },
            "ActionAfterCompletion": "DELETE",
            "Target": target,
        });
        self.scheduler(Method::POST, name, Some(schedule)).await?;
        Ok(())
    }

    /// Invokes the alias of the recover function, and waits until the run has ended.
    pub(crate) async fn invoke_recover(&self, input: &str) -> Result<()> {
        let invocation = self.invoke(self.recover_function()?, input).await?;
        ensure!(!invocation.is_error, "the invocation of the recover function failed: {}", invocation.output);
        Ok(())
    }

    /// Returns the name of the recover function, which is also the name of the group of schedules.
    pub(crate) fn recover_function(&self) -> Result<&str> {
        self.outputs.function_names.recover.as_deref().context("the stack has no recover function")
    }

    async fn scheduler(&self, method: Method, path: &str, body: Option<Value>) -> Result<Value> {
        let url = format!("{}/schedules/{path}", self.endpoint);
        let request =
            self.http.request(method, url).header("authorization", authorization("test", REGION, "scheduler"));
        let request = match body {
            Some(body) => request.json(&body),
            None => request,
        };
        let response = request.send().await.context("cannot call EventBridge Scheduler")?;
        ensure!(response.status().is_success(), "EventBridge Scheduler: {}", response.text().await?);
        Ok(response.json().await?)
    }
}
