//! SQS destinations: the messages, their limits and the handling of failures.

use hookline_event::{DedupKey, Event};
use serde_json::{Value, json};

use crate::fixture::{Function, assert_failures, assert_limit, configuration_errors, event, message_body};

fn standard() -> Value {
    json!({ "kind": "sqs", "queue": "arn:aws:sqs:eu-west-1:123456789012:orders" })
}

fn fifo(group: Option<&str>) -> Value {
    json!({ "kind": "sqs", "queue": "arn:aws:sqs:eu-west-1:123456789012:orders.fifo", "group": group })
}

/// Returns the size of a message as SQS counts it.
fn size(request: &Value) -> usize {
    let text = |value: &Value| value.as_str().unwrap().len();
    let attributes = request["MessageAttributes"].as_object().unwrap().iter();
    let attributes =
        attributes.map(|(name, value)| name.len() + text(&value["DataType"]) + text(&value["StringValue"]));
    text(&request["MessageBody"]) + attributes.sum::<usize>()
}

#[tokio::test]
async fn message_is_the_event_with_its_attributes() {
    let function = Function::with_aws_kind(&standard()).await;
    assert_eq!(function.delivery_result(b"{\"b\":1, \"a\":\"\\u001B\"}").await, "");
    let mut request = function.only_request();
    let body = request["MessageBody"].take();
    insta::assert_json_snapshot!("sqs_message", request, { ".QueueUrl" => "[url]" });
    let body = body.as_str().unwrap();
    assert!(body.contains("\"data\":{\"b\":1, \"a\":\"\\u001B\"}"), "the data is unchanged: {body}");
    insta::assert_json_snapshot!("sqs_message_body", serde_json::from_str::<Value>(body).unwrap());
    let url = function.only_request()["QueueUrl"].as_str().unwrap().to_owned();
    assert!(url.ends_with("/123456789012/orders"), "{url}");
}

#[tokio::test]
async fn client_uses_the_region_of_the_queue() {
    for region in ["eu-west-1", "us-east-1"] {
        let queue = format!("arn:aws:sqs:{region}:123456789012:orders");
        let function = Function::with_aws_kind(&json!({ "kind": "sqs", "queue": queue })).await;
        assert_eq!(function.delivery_result(b"{}").await, "");
        assert_eq!(*function.aws.regions.lock().unwrap(), [region]);
    }
}

#[tokio::test]
async fn message_of_a_fifo_queue_has_a_group_and_a_deduplication_id() {
    let (binary, longest) = (vec![0, 255], "x".repeat(128));
    let order = |order: &str| json!({ "order": order }).to_string().into_bytes();
    for (group, data, expected) in [
        (None, binary.clone(), "github"),
        (Some("{{ event.type }}"), binary.clone(), "github.push"),
        (Some("{{ payload.order }}"), order("A-1"), "A-1"),
        (Some("{{ payload.order }}"), order(" A 1 "), "A%201"),
        (Some("{{ payload.order }}"), order("\u{fc}\n"), "%C3%BC"),
        (Some("{{ payload.order }}"), order(""), "github"),
        (Some("{{ payload.other }}"), order("A-1"), "github"),
        (Some("{{ payload.order }}"), binary, "github"),
        (Some("{{ payload.order }}"), order(&longest), longest.as_str()),
    ] {
        let function = Function::with_aws_kind(&fifo(group)).await;
        assert_eq!(function.delivery_result(&data).await, "");
        let request = function.only_request();
        assert_eq!(request["MessageGroupId"], expected, "{group:?}");
        let key = DedupKey::from_body("/webhooks/github", &data);
        assert_eq!(request["MessageDeduplicationId"], key.as_str());
    }
}

#[tokio::test]
async fn long_group_is_shortened_and_stays_different() {
    let mut groups = Vec::new();
    for end in ["a", "b"] {
        let function = Function::with_aws_kind(&fifo(Some("{{ payload.order }}"))).await;
        let data = json!({ "order": format!("{}{end}", "x".repeat(128)) }).to_string();
        assert_eq!(function.delivery_result(data.as_bytes()).await, "");
        groups.push(function.only_request()["MessageGroupId"].as_str().unwrap().to_owned());
    }
    assert!(groups.iter().all(|group| group.len() == 128) && groups[0] != groups[1], "{groups:?}");
}

#[tokio::test]
async fn standard_queue_gets_no_group() {
    let function = Function::with_aws_kind(&standard()).await;
    assert_eq!(function.delivery_result(b"{}").await, "");
    let request = function.only_request();
    assert_eq!((&request["MessageGroupId"], &request["MessageDeduplicationId"]), (&Value::Null, &Value::Null));
}

#[tokio::test]
async fn key_from_elsewhere_is_replaced_by_a_hash() {
    let function = Function::with_aws_kind(&fifo(None)).await;
    let message = message_body(event("github"));
    let key = event("github").dedup_key;
    assert_eq!(function.message_result(&message.replace(key.as_str(), &"k \u{fc}".repeat(99))).await, "");
    let id = function.only_request()["MessageDeduplicationId"].as_str().unwrap().to_owned();
    assert!(id.len() == 64 && id.bytes().all(|byte| byte.is_ascii_hexdigit()), "{id}");
}

#[tokio::test]
async fn message_of_more_than_the_limit_is_a_reference_or_dead_lettered() {
    assert_limit(&standard(), 1_048_576, size).await;
}

#[tokio::test]
async fn reference_has_the_location_and_no_data() {
    let function = Function::with_aws_kind(&standard()).await;
    assert_eq!(function.offloaded_result(vec![0xff; 800_000]).await, "");
    let body = function.only_request()["MessageBody"].as_str().unwrap().to_owned();
    insta::assert_json_snapshot!("sqs_reference", serde_json::from_str::<Value>(&body).unwrap());
}

/// SQS rejects a message with U+FFFE or U+FFFF.
#[tokio::test]
async fn characters_that_sqs_rejects_are_escaped() {
    let function = Function::with_aws_kind(&standard()).await;
    let data = json!({ "a": "\u{fffe}\u{ffff}\u{fffd}\u{1fffe}\u{7f}" }).to_string();
    assert_eq!(function.delivery_result(data.as_bytes()).await, "");
    let body = function.only_request()["MessageBody"].as_str().unwrap().to_owned();
    assert!(body.contains("\"\\ufffe\\uffff\u{fffd}\u{1fffe}\u{7f}\""), "{body}");
    let body: Value = serde_json::from_str(&body).unwrap();
    assert_eq!(body["data"], serde_json::from_str::<Value>(&data).unwrap());
}

#[tokio::test]
async fn attributes_are_printable_ascii_and_not_empty() {
    let function = Function::with_aws_kind(&standard()).await;
    let unusual = Event { id: "order 17 \u{20ac}".into(), traceparent: None, ..event("github") };
    assert_eq!(function.message_result(&message_body(unusual)).await, "");
    let attributes = function.only_request()["MessageAttributes"].clone();
    assert_eq!(attributes["ce-id"]["StringValue"], "order%2017%20%E2%82%AC");
    assert_eq!(attributes["traceparent"], Value::Null);
}

#[tokio::test]
async fn error_code_determines_whether_failure_is_retryable() {
    let failures = [
        (403, "AccessDenied", "retry"),
        (400, "com.amazonaws.sqs#QueueDoesNotExist", "retry"),
        (400, "AWS.SimpleQueueService.NonExistentQueue", "retry"),
        (400, "com.amazonaws.sqs#KmsAccessDenied", "retry"),
        (400, "KMS.NotFoundException", "retry"),
        (400, "com.amazonaws.sqs#RequestThrottled", "retry"),
        (503, "ServiceUnavailable", "retry"),
        (400, "InvalidParameterValue", "sqs_InvalidParameterValue"),
        (400, "com.amazonaws.sqs#InvalidMessageContents", "sqs_InvalidMessageContents"),
    ];
    assert_failures(&standard(), "SendMessage", &failures).await;
}

#[test]
fn invalid_options_are_reported() {
    let invalid = [
        json!({ "kind": "sqs" }),
        json!({ "kind": "sqs", "queue": "https://sqs.eu-west-1.amazonaws.com/123456789012/orders" }),
        json!({ "kind": "sqs", "queue": "arn:aws:sns:eu-west-1:123456789012:orders" }),
        json!({ "kind": "sqs", "queue": "arn:aws:sqs:eu-west-1:123456789012:orders", "group": "{{ event.id }}" }),
        json!({ "kind": "sqs", "queue": "arn:aws:sqs:eu-west-1:123456789012:orders.fifo", "group": "{{" }),
        json!({ "kind": "sqs", "queue": "arn:aws:sqs:eu-west-1:123456789012:orders", "topic": "x" }),
    ];
    let errors: Vec<_> = invalid.iter().map(configuration_errors).collect();
    insta::assert_snapshot!("sqs_invalid_options", errors.join("\n"));
    assert_eq!(configuration_errors(&fifo(Some("{{ payload.id }}"))), "");
}
