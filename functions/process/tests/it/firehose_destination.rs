//! Firehose destinations: the records, their limits and the handling of failures.

use base64_simd::STANDARD;
use serde_json::{Value, json};

use crate::fixture::{Function, PAYLOAD_URI, assert_failures, configuration_errors};

fn options() -> Value {
    json!({ "kind": "firehose", "stream": "arn:aws:firehose:eu-central-1:123456789012:deliverystream/orders" })
}

/// Returns the decoded record.
fn record(request: &Value) -> String {
    let data = STANDARD.decode_to_vec(request["Record"]["Data"].as_str().unwrap()).unwrap();
    String::from_utf8(data).unwrap()
}

#[tokio::test]
async fn record_is_the_event_in_one_line() {
    let function = Function::with_aws_kind(&options()).await;
    let data = json!({ "a": ["x\ny", { "b": 1 }] });
    assert_eq!(function.delivery_result(format!("{data:#}\r\n").as_bytes()).await, "");
    let request = function.only_request();
    assert_eq!(request["DeliveryStreamName"], "orders");
    let record = record(&request);
    assert!(record.ends_with("}\n") && record.matches(['\n', '\r']).count() == 1, "{record}");
    let event: Value = serde_json::from_str(&record).unwrap();
    assert_eq!(event["data"], data);
    insta::assert_json_snapshot!("firehose_record", event);
}

#[tokio::test]
async fn record_of_more_than_the_limit_is_a_reference_or_dead_lettered() {
    let text = |length: usize| format!("\"{}\"", "a".repeat(length)).into_bytes();
    let function = Function::with_aws_kind(&options()).await;
    assert_eq!(function.delivery_result(&text(0)).await, "");
    let longest = 1_024_000 - record(&function.only_request()).len();
    for (length, is_inline) in [(longest - 1, true), (longest, true), (longest + 1, false)] {
        let function = Function::with_aws_kind(&options()).await;
        let expected = if is_inline { "" } else { "event_too_large" };
        assert_eq!(function.delivery_result(&text(length)).await, expected);
        let function = Function::with_aws_kind(&options()).await;
        assert_eq!(function.offloaded_result(text(length)).await, "");
        assert_eq!(record(&function.only_request()).contains(PAYLOAD_URI), !is_inline);
    }
}

#[tokio::test]
async fn error_code_determines_whether_failure_is_retryable() {
    let failures = [
        (400, "AccessDeniedException", "retry"),
        (400, "ResourceNotFoundException", "retry"),
        (400, "InvalidKMSResourceException", "retry"),
        (400, "LimitExceededException", "retry"),
        (503, "ServiceUnavailableException", "retry"),
        (400, "InvalidArgumentException", "firehose_InvalidArgumentException"),
        (400, "InvalidSourceException", "firehose_InvalidSourceException"),
    ];
    assert_failures(&options(), "PutRecord", &failures).await;
}

#[test]
fn invalid_options_are_reported() {
    let invalid = [
        json!({ "kind": "firehose", "stream": "arn:aws:kinesis:eu-central-1:123456789012:stream/orders" }),
        json!({ "kind": "firehose", "stream": "orders" }),
    ];
    let errors: Vec<_> = invalid.iter().map(configuration_errors).collect();
    insta::assert_snapshot!("firehose_invalid_options", errors.join("\n"));
}
