//! Calls in AWS's JSON protocol for which no SDK is worth its weight here. They carry a credential and no signature:
//! emulators do not check one.

use anyhow::{Context, Result};
use reqwest::{Client, Response};
use serde_json::Value;

use super::REGION;

/// An operation of a service.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Operation<'a> {
    /// As it stands in a credential's scope: `sqs`.
    pub(crate) service: &'a str,
    /// As it stands before an operation's name: `AmazonSQS`.
    pub(crate) target: &'a str,
    /// The protocol's version: `1.0` or `1.1`.
    pub(crate) version: &'a str,
    /// The operation's name.
    pub(crate) name: &'a str,
}

/// Calls, as whoever has the access key.
pub(crate) async fn call(
    http: &Client,
    endpoint: &str,
    access_key: &str,
    operation: Operation<'_>,
    body: &Value,
) -> Result<Response> {
    let Operation { service, target, version, name } = operation;
    let request = http.post(endpoint).header("authorization", authorization(access_key, REGION, service));
    let request = request.header("x-amz-target", format!("{target}.{name}"));
    let request = request.header("content-type", format!("application/x-amz-json-{version}"));
    request.body(body.to_string()).send().await.with_context(|| format!("{service} {name}"))
}

/// Whoever has the access key asks a service (as it stands in a credential's scope) in a region.
pub(crate) fn authorization(access_key: &str, region: &str, service: &str) -> String {
    let scope = format!("20260101/{region}/{service}/aws4_request");
    format!("AWS4-HMAC-SHA256 Credential={access_key}/{scope}, SignedHeaders=host, Signature=0")
}
