//! Calls of AWS's API without an SDK, because the harness needs only a few operations of each service.

use anyhow::{Context, Result, bail};
use reqwest::{Client, Method, Response};
use serde_json::Value;

use crate::emulator::REGION;
use crate::emulator::json_api::{self, Operation, authorization};

/// Error codes of a resource that exists already.
const EXISTS: [&str; 7] = [
    "BucketAlreadyOwnedByYou",
    "ConflictException",
    "EntityAlreadyExists",
    "ResourceAlreadyExistsException",
    "ResourceConflictException",
    "ResourceInUseException",
    "StateMachineAlreadyExists",
];

/// An emulator.
#[derive(Debug, Clone, Copy)]
pub(super) struct Calls<'a> {
    pub(super) http: &'a Client,
    pub(super) endpoint: &'a str,
}

impl Calls<'_> {
    /// Calls an operation of a JSON protocol.
    pub(super) async fn json(self, operation: Operation<'_>, body: &Value) -> Result<()> {
        let response = json_api::call(self.http, self.endpoint, "test", operation, body).await?;
        created(response, &format!("{} {}", operation.service, operation.name)).await?;
        Ok(())
    }

    /// Calls an operation of the query protocol.
    pub(super) async fn query(self, service: &str, form: &[(&str, &str)]) -> Result<()> {
        let request = self.http.post(self.endpoint).header("authorization", authorization("test", REGION, service));
        let response = request.form(form).send().await.with_context(|| format!("cannot call {service}"))?;
        created(response, &format!("{service} {form:?}")).await?;
        Ok(())
    }

    /// Calls a REST operation. Returns `None` if the resource exists already.
    pub(super) async fn rest(
        self,
        service: &str,
        method: Method,
        path: &str,
        body: impl Into<String>,
    ) -> Result<Option<String>> {
        let request = self.http.request(method.clone(), format!("{}{path}", self.endpoint));
        let request = request.header("authorization", authorization("test", REGION, service));
        let request = request.header("content-type", "application/json").body(body.into());
        let response = request.send().await.with_context(|| format!("cannot send {method} {path}"))?;
        created(response, &format!("{method} {path}")).await
    }

    /// Deletes a resource of a REST operation. A resource that does not exist is no error.
    pub(super) async fn delete(self, service: &str, path: &str) -> Result<()> {
        let request = self.http.delete(format!("{}{path}", self.endpoint));
        let request = request.header("authorization", authorization("test", REGION, service));
        request.send().await.with_context(|| format!("cannot delete {path}"))?;
        Ok(())
    }
}

async fn created(response: Response, what: &str) -> Result<Option<String>> {
    let (status, text) = (response.status(), response.text().await?);
    match status.is_success() {
        true => Ok(Some(text)),
        false if EXISTS.iter().any(|code| text.contains(code)) => Ok(None),
        false => bail!("{what} failed with {status}: {text}"),
    }
}
