//! S3 destinations: the objects, their keys and the handling of failures.

use hookline_event::Event;
use serde_json::{Value, json};

use crate::fixture::{Function, assert_failures, configuration_errors, event, message_body};

fn options(more: &Value) -> Value {
    let mut options = json!({ "kind": "s3", "bucket": "arn:aws:s3:::archive" });
    options.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
    options
}

/// Delivers an event and returns the request.
async fn put(more: Value, event: Event) -> Value {
    let function = Function::with_aws_kind(&options(&more)).await;
    assert_eq!(function.message_result(&message_body(event)).await, "");
    function.only_request()
}

#[tokio::test]
async fn object_has_the_exact_bytes_and_the_attributes_as_metadata() {
    let mut request = put(json!({}), event("github")).await;
    assert_eq!(request["body"].take(), "{\"b\":1, \"a\":\"\\u001B\\u001b\"}\r\n");
    insta::assert_json_snapshot!("s3_exact", request);
    let binary = Event { data: vec![0, 255].into(), content_encoding: Some("gzip".into()), ..event("github") };
    let request = put(json!({ "format": "exact" }), binary).await;
    assert_eq!((&request["body"], &request["headers"]["content-encoding"]), (&json!([0, 255]), &json!("gzip")));
}

#[tokio::test]
async fn ndjson_object_is_the_event_in_one_line() {
    let mut request = put(json!({ "format": "ndjson", "prefix": "a/b=c/" }), event("github")).await;
    let line = request["body"].take().as_str().unwrap().to_owned();
    insta::assert_json_snapshot!("s3_ndjson", request);
    assert!(line.ends_with("}\n") && line.matches(['\n', '\r']).count() == 1, "{line}");
    let event: Value = serde_json::from_str(&line).unwrap();
    assert_eq!((&event["type"], &event["data"]["b"]), (&json!("github.push"), &json!(1)));
}

#[tokio::test]
async fn key_follows_from_the_time_the_source_and_the_media_type() {
    let time = |time: &str| Event { time: time.to_owned(), ..event("github") };
    let media_type = |text: &str| Event { content_type: Some(text.to_owned()), ..event("github") };
    let recorded = Some("2026-05-06T07:08:09Z".to_owned());
    let cases = [
        (time("2026-01-01T00:30:00+02:00"), "github/2025/12/31/22/", "json"),
        (Event { recorded_time: recorded, ..time("yesterday") }, "github/2026/05/06/07/", "json"),
        (time("yesterday"), "github/undated/", "json"),
        (media_type("application/vnd.api+json"), "github/2026/01/02/03/", "json"),
        (media_type("Text/XML; charset=utf-8"), "github/2026/01/02/03/", "xml"),
        (media_type("text/plain"), "github/2026/01/02/03/", "txt"),
        (media_type("application/octet-stream"), "github/2026/01/02/03/", "bin"),
    ];
    for (event, middle, extension) in cases {
        let key = event.dedup_key.clone();
        let request = put(json!({}), event).await;
        assert_eq!(request["path"], format!("/archive/events/{middle}{key}.{extension}"));
    }
}

/// A bucket with Object Lock accepts only objects with a checksum.
#[tokio::test]
async fn object_has_a_checksum() {
    let request = put(json!({}), Event { data: b"123456789".to_vec().into(), ..event("github") }).await;
    assert_eq!(request["headers"]["x-amz-checksum-crc32"], "y/Q5Jg==");
}

#[tokio::test]
async fn metadata_is_ascii_of_at_most_2048_bytes() {
    let id = "\u{20ac}".repeat(341);
    let long = Event { id, event_type: format!("github.{}", "x".repeat(3000)), ..event("github") };
    let request = put(json!({}), long).await;
    let metadata = request["headers"].as_object().unwrap().iter();
    let metadata = metadata.filter_map(|(name, value)| Some((name.strip_prefix("x-amz-meta-")?, value.as_str()?)));
    let sizes: Vec<_> = metadata.map(|(name, value)| name.len() + value.len()).collect();
    assert!(sizes.len() == 6 && sizes.iter().sum::<usize>() <= 2048, "{sizes:?}");
}

#[tokio::test]
async fn error_code_determines_whether_failure_is_retryable() {
    let failures = [
        (403, "AccessDenied", "retry"),
        (404, "NoSuchBucket", "retry"),
        (400, "KMS.DisabledException", "retry"),
        (409, "OperationAborted", "retry"),
        (503, "SlowDown", "retry"),
        (500, "InternalError", "retry"),
        (301, "PermanentRedirect", "s3_PermanentRedirect"),
        (400, "InvalidRequest", "s3_InvalidRequest"),
        (400, "EntityTooLarge", "s3_EntityTooLarge"),
    ];
    assert_failures(&options(&json!({})), "PutObject", &failures).await;
}

#[test]
fn invalid_options_are_reported() {
    let long = "x".repeat(875);
    let invalid = [
        json!({ "bucket": "archive" }),
        json!({ "format": "csv" }),
        json!({ "prefix": "/events/" }),
        json!({ "prefix": "a/../b/" }),
        json!({ "prefix": "a//b/" }),
        json!({ "prefix": "a b\n" }),
    ];
    let errors: Vec<_> = invalid.iter().map(|more| configuration_errors(&options(more))).collect();
    insta::assert_snapshot!("s3_invalid_options", errors.join("\n"));
    assert_ne!(configuration_errors(&options(&json!({ "prefix": long }))), "");
    for valid in ["", "events/", "a/b=c/", "x-", &long[1..]] {
        assert_eq!(configuration_errors(&options(&json!({ "prefix": valid }))), "", "{valid}");
    }
}
