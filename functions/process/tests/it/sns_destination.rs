//! SNS destinations: the messages, their limits and the handling of failures.

use std::collections::BTreeMap;

use serde_json::{Value, json};

use crate::fixture::{Function, PAYLOAD_URI, assert_failures, configuration_errors};

fn standard() -> Value {
    json!({ "kind": "sns", "topic": "arn:aws:sns:us-east-1:123456789012:orders" })
}

fn with_subject(subject: &str) -> Value {
    json!({ "kind": "sns", "topic": "arn:aws:sns:us-east-1:123456789012:orders", "subject": subject })
}

/// Returns the size of a message as SNS counts it.
fn size(request: &Value) -> usize {
    let fields = request.as_object().unwrap().iter();
    let fields = fields.filter(|(name, _)| *name == "Message" || name.starts_with("MessageAttributes."));
    fields.map(|(_, value)| value.as_str().unwrap().len()).sum()
}

/// Removes the attributes of a message, which have no order, and returns their values by name.
fn take_attributes(request: &mut Value) -> BTreeMap<String, String> {
    let fields = request.as_object_mut().unwrap();
    let mut take = |number: usize, field: &str| {
        let value = fields.remove(&format!("MessageAttributes.entry.{number}.{field}"))?;
        Some(value.as_str().unwrap().to_owned())
    };
    let attributes = (1..).map_while(|number| {
        assert_eq!(take(number, "Value.DataType")?, "String");
        Some((take(number, "Name")?, take(number, "Value.StringValue")?))
    });
    attributes.collect()
}

#[tokio::test]
async fn message_is_the_event_with_its_attributes() {
    let function = Function::with_aws_kind(&with_subject("{{ event.type }} of {{ event.source }}")).await;
    assert_eq!(function.delivery_result(b"{\"b\":1, \"a\":\"\\u001B\"}").await, "");
    let mut request = function.only_request();
    let message = request["Message"].take();
    let attributes = take_attributes(&mut request);
    insta::assert_json_snapshot!("sns_attributes", attributes);
    insta::assert_json_snapshot!("sns_message", request, { ".Version" => "[version]" });
    let message: Value = serde_json::from_str(message.as_str().unwrap()).unwrap();
    assert_eq!((&message["type"], &message["data"]), (&json!("github.push"), &json!({ "b": 1, "a": "\u{1b}" })));
    assert_eq!(*function.aws.regions.lock().unwrap(), ["us-east-1"]);
}

#[tokio::test]
async fn message_of_a_fifo_topic_has_a_group_and_a_deduplication_id() {
    let topic = "arn:aws:sns:us-east-1:123456789012:orders.fifo";
    let function =
        Function::with_aws_kind(&json!({ "kind": "sns", "topic": topic, "group": "{{ payload.order }}" })).await;
    assert_eq!(function.delivery_result(b"{\"order\":\"A 1\"}").await, "");
    let request = function.only_request();
    assert_eq!((&request["TopicArn"], &request["MessageGroupId"]), (&json!(topic), &json!("A%201")));
    assert_eq!(request["MessageDeduplicationId"].as_str().unwrap().len(), 64);
}

#[tokio::test]
async fn subject_is_one_line_of_fewer_than_100_characters() {
    let title = |title: &str| json!({ "title": title }).to_string().into_bytes();
    let cut = format!("{}\u{2026}", "x".repeat(98));
    for (data, expected) in [
        (title("Order 17"), Some("Order 17")),
        (title("a\r\nBcc: b\u{0}\tc"), Some("a Bcc: b c")),
        (title("\u{fc}"), Some("\u{fc}")),
        (title(&"x".repeat(98)), Some("x".repeat(98).as_str())),
        (title(&"x".repeat(99)), Some("x".repeat(99).as_str())),
        (title(&"x".repeat(100)), Some(cut.as_str())),
        (title("  "), None),
        (b"{}".to_vec(), None),
        (vec![0, 255], None),
    ] {
        let function = Function::with_aws_kind(&with_subject("{{ payload.title }}")).await;
        assert_eq!(function.delivery_result(&data).await, "");
        assert_eq!(function.only_request()["Subject"].as_str(), expected);
    }
}

/// A topic accepts 256 KiB by default. A higher limit of the topic is known to SNS only.
#[tokio::test]
async fn large_message_is_a_reference_if_the_payload_is_offloaded() {
    let text = |length: usize| format!("\"{}\"", "a".repeat(length)).into_bytes();
    let function = Function::with_aws_kind(&standard()).await;
    assert_eq!(function.delivery_result(&text(0)).await, "");
    let other = size(&function.only_request());
    for (limit, inline, offloaded) in [(262_144, "", true), (1_048_576, "event_too_large", false)] {
        for (bytes, fits) in [(limit - 1, true), (limit, true), (limit + 1, false)] {
            let function = Function::with_aws_kind(&standard()).await;
            let expected = if fits { "" } else { inline };
            assert_eq!(function.delivery_result(&text(bytes - other)).await, expected, "{bytes}");
            if expected.is_empty() {
                assert_eq!(size(&function.only_request()), bytes);
            }
            let function = Function::with_aws_kind(&standard()).await;
            assert_eq!(function.offloaded_result(text(bytes - other)).await, "");
            let is_complete = offloaded && fits;
            assert_eq!(function.only_request().to_string().contains(PAYLOAD_URI), !is_complete, "{bytes}");
        }
    }
}

#[tokio::test]
async fn characters_that_sns_rejects_are_escaped() {
    let function = Function::with_aws_kind(&standard()).await;
    assert_eq!(function.delivery_result("\"\u{ffff}\"".as_bytes()).await, "");
    let message = function.only_request()["Message"].as_str().unwrap().to_owned();
    assert!(message.contains("\"data\":\"\\uffff\""), "{message}");
}

#[tokio::test]
async fn error_code_determines_whether_failure_is_retryable() {
    let failures = [
        (403, "AuthorizationError", "retry"),
        (403, "AccessDenied", "retry"),
        (404, "NotFound", "retry"),
        (400, "KMSAccessDenied", "retry"),
        (400, "KMSDisabled", "retry"),
        (400, "KMSThrottling", "retry"),
        (400, "Throttled", "retry"),
        (429, "Throttling", "retry"),
        (500, "InternalError", "retry"),
        (400, "InvalidParameter", "sns_InvalidParameter"),
        (403, "InvalidSecurity", "sns_InvalidSecurity"),
    ];
    assert_failures(&standard(), "Publish", &failures).await;
}

#[test]
fn invalid_options_are_reported() {
    let invalid = [
        json!({ "kind": "sns", "topic": "orders" }),
        json!({ "kind": "sns", "topic": "arn:aws:sns:us-east-1:123456789012:orders", "group": "x" }),
        json!({ "kind": "sns", "topic": "arn:aws:sns:us-east-1:123456789012:orders", "subject": "{{ x|nosuch }}" }),
    ];
    let errors: Vec<_> = invalid.iter().map(configuration_errors).collect();
    insta::assert_snapshot!("sns_invalid_options", errors.join("\n"));
}
