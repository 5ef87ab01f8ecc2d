//! Events for the programs, in the formats of API Gateway and SQS.

use anyhow::Result;
use axum::body::Bytes;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use hookline_event::{DedupKey, Event, ForwardedHeaders, Payload};
use hookline_senders::SchemeSource;
use hookline_signature::{Message, Secret};
use serde_json::{Map, Value, json};
use uuid::Uuid;

use super::fake_services::SECRET;

/// Headers that API Gateway adds, and headers of the sender that the functions do not use.
const UNUSED_HEADERS: [(&str, &str); 12] = [
    ("Accept", "*/*"),
    ("CloudFront-Forwarded-Proto", "https"),
    ("CloudFront-Is-Desktop-Viewer", "true"),
    ("CloudFront-Viewer-Country", "US"),
    ("Host", "wt6mne2s9k.execute-api.eu-west-1.amazonaws.com"),
    ("User-Agent", "GitHub-Hookshot/2f3a5b1"),
    ("Via", "1.1 08f323deadbeefa7af34d5feb414ce27.cloudfront.net (CloudFront)"),
    ("X-Amz-Cf-Id", "cDehVQoZnx43VYQb9j2-nvCh-9z396Uhbp027Y2JvkCPNLmGJHqlaA=="),
    ("X-Amzn-Trace-Id", "Root=1-5759e988-bd862e3fe1be46a994272793"),
    ("X-Forwarded-For", "192.30.252.1, 54.182.214.90"),
    ("X-Forwarded-Port", "443"),
    ("X-Forwarded-Proto", "https"),
];

fn new_id() -> String {
    Uuid::new_v4().to_string()
}

/// Returns JSON of about `bytes` bytes, with different content at each call.
fn payload(bytes: usize) -> Vec<u8> {
    let commit = json!({
        "id": "b2d1a7f0c9e84f0e8f2a", "message": "Verify before you parse", "author": { "name": "Mona", "email": "m@example.com" },
        "added": ["src/a.rs"], "removed": [], "modified": ["README.md"], "distinct": true,
    });
    let commit_bytes = commit.to_string().len() + 1;
    let commits = vec![commit; (bytes / commit_bytes).max(1)];
    let mut payload = json!({ "ref": "refs/heads/main", "after": new_id(), "commits": commits });
    let missing = bytes.saturating_sub(payload.to_string().len() + 15);
    payload["padding"] = "x".repeat(missing).into();
    payload.to_string().into_bytes()
}

/// Returns a signed push with a body of about `bytes` bytes, in the format of a REST API.
pub(crate) fn request(bytes: usize) -> Result<Bytes> {
    let body = payload(bytes);
    let message = Message { body: &body, ..Message::default() };
    let signed = SchemeSource::sender("github").resolve()?.sign(message, &Secret::new(SECRET)?)?;
    let github = [("Content-Type", "application/json"), ("X-GitHub-Event", "push")]
        .map(|(name, value)| (name.to_owned(), value.to_owned()));
    let delivery = ("X-GitHub-Delivery".to_owned(), new_id());
    let unused = UNUSED_HEADERS.map(|(name, value)| (name.to_owned(), value.to_owned()));
    let headers: Vec<_> = unused.into_iter().chain(github).chain(signed.headers).chain([delivery]).collect();
    let single: Map<_, _> = headers.iter().map(|(name, value)| (name.clone(), json!(value))).collect();
    let multi: Map<_, _> = headers.iter().map(|(name, value)| (name.clone(), json!([value]))).collect();
    let event = json!({
        "resource": "/webhooks/github",
        "path": "/webhooks/github",
        "httpMethod": "POST",
        "headers": single,
        "multiValueHeaders": multi,
        "queryStringParameters": null,
        "multiValueQueryStringParameters": null,
        "pathParameters": null,
        "stageVariables": null,
        "requestContext": {
            "resourceId": "123456", "resourcePath": "/webhooks/github", "httpMethod": "POST", "extendedRequestId": "c6Th4F2nDoEFhgw=",
            "requestTime": "25/Nov/2026:06:00:00 +0000", "path": "/live/webhooks/github", "accountId": "123456789012", "protocol": "HTTP/1.1",
            "stage": "live", "domainPrefix": "wt6mne2s9k", "requestTimeEpoch": 1_795_586_400_000_u64, "requestId": new_id(),
            "identity": { "sourceIp": "192.30.252.1", "userAgent": "GitHub-Hookshot/2f3a5b1", "cognitoIdentityPoolId": null, "accountId": null },
            "domainName": "wt6mne2s9k.execute-api.eu-west-1.amazonaws.com", "apiId": "wt6mne2s9k",
        },
        "body": STANDARD.encode(&body),
        "isBase64Encoded": true,
    });
    Ok(event.to_string().into())
}

/// Returns ten messages, each with a payload of about `bytes` bytes, in the format of an event source mapping.
pub(crate) fn batch(bytes: usize) -> Result<Bytes> {
    let records = (0..10).map(|_| record(bytes)).collect::<Result<Vec<_>>>()?;
    Ok(json!({ "Records": records }).to_string().into())
}

/// Size of a message on the queue without its payload.
pub(crate) fn envelope_kib() -> Result<f64> {
    #[allow(clippy::cast_precision_loss, reason = "a few hundred bytes")]
    Ok(event(Vec::new()).to_json()?.len() as f64 / 1024.0)
}

fn event(data: Vec<u8>) -> Event<Payload> {
    let path = "/webhooks/github".to_owned();
    Event {
        id: new_id(),
        event_type: "github.push".to_owned(),
        time: now(),
        content_type: Some("application/json".to_owned()),
        dedup_key: DedupKey::from_body(&path, &data),
        data_hash: None,
        recorded_time: None,
        sender_source: None,
        request_id: None,
        content_encoding: None,
        traceparent: Some("00-5759e988bd862e3fe1be46a994272793-53995c3f42cd8ad8-00".to_owned()),
        hops: 0,
        forwarded: ForwardedHeaders::default(),
        payload_uri: None,
        replay: None,
        source: path,
        data: Payload::from(data),
    }
}

/// The current time in the format of ingest. With a fixed time, the `age_ms` in the log would have more digits.
fn now() -> String {
    time::OffsetDateTime::now_utc().format(&time::format_description::well_known::Rfc3339).unwrap_or_default()
}

fn record(bytes: usize) -> Result<Value> {
    Ok(json!({
        "messageId": new_id(),
        "receiptHandle": "AQEBwJnKyrHigUMZj6rYigCgxlaS3SLy0a",
        "body": event(payload(bytes)).to_json()?,
        "attributes": {
            "ApproximateReceiveCount": "1",
            "SentTimestamp": "1795586400000",
            "SenderId": "AIDAIENQZJOLO23YVJ4VO",
            "ApproximateFirstReceiveTimestamp": "1795586400001",
            "AWSTraceHeader": "Root=1-5759e988-bd862e3fe1be46a994272793;Parent=53995c3f42cd8ad8;Sampled=0",
        },
        "messageAttributes": {},
        "md5OfBody": "e4e68fb7bd0e697a0ae8f1bb342846b3",
        "eventSource": "aws:sqs",
        "eventSourceARN": "arn:aws:sqs:eu-west-1:123456789012:bench-intake",
        "awsRegion": "eu-west-1",
    }))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn payloads_have_the_requested_size() {
        for kib in [1, 10, 250] {
            let bytes = payload(kib * 1024).len();
            assert!(bytes.abs_diff(kib * 1024) < 64, "{bytes} for {kib} KiB");
        }
    }
}
