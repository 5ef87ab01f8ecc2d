//! Calls of AWS's JSON protocol without an SDK, for services of which the harness needs only one or two operations. The
//! requests have a credential but no valid signature, because emulators do not check signatures.

use anyhow::{Context, Result};
use reqwest::{Client, Response};
use serde_json::Value;

use super::info::REGION;

/// An operation of a service.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Operation<'a> {
    /// Service name in the scope of a credential, such as `sqs`.
    pub(crate) service: &'a str,
    /// Prefix of the operation in the header `X-Amz-Target`, such as `AmazonSQS`.
    pub(crate) target: &'a str,
    /// Version of the protocol: `1.0` or `1.1`.
    pub(crate) version: &'a str,
    /// Name of the operation.
    pub(crate) name: &'a str,
}

/// Calls an operation with an access key.
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
    request.body(body.to_string()).send().await.with_context(|| format!("cannot call {service} {name}"))
}

/// Returns an `Authorization` header with an access key, for a service in a region.
pub(crate) fn authorization(access_key: &str, region: &str, service: &str) -> String {
    let scope = format!("20260101/{region}/{service}/aws4_request");
    format!("AWS4-HMAC-SHA256 Credential={access_key}/{scope}, SignedHeaders=host, Signature=0")
}
