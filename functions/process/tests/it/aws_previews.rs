//! What destinations in AWS would receive: the same as what they receive, and valid for each event.

use base64_simd::STANDARD;
use hookline_aws::Variables;
use hookline_event::Event;
use process::explain::explain;
use process::{DeliveryConfig, Preview};
use proptest::prelude::*;
use serde_json::{Value, json};

use crate::fixture::{Function, event, message_body};

/// The options of a destination of each kind.
fn kinds() -> [Value; 7] {
    [
        json!({ "kind": "sqs", "queue": "arn:aws:sqs:eu-west-1:123456789012:o.fifo", "group": "{{ payload.b }}" }),
        json!({
            "kind": "sns", "topic": "arn:aws:sns:eu-west-1:123456789012:o.fifo", "group": "{{ event.id }}",
            "subject": "{{ event.type }}",
        }),
        json!({ "kind": "lambda", "function": "arn:aws:lambda:eu-west-1:123456789012:function:o" }),
        json!({ "kind": "stepfunctions", "state_machine": "arn:aws:states:eu-west-1:123456789012:stateMachine:o" }),
        json!({ "kind": "firehose", "stream": "arn:aws:firehose:eu-west-1:123456789012:deliverystream/o" }),
        json!({ "kind": "s3", "bucket": "arn:aws:s3:::o" }),
        json!({ "kind": "s3", "bucket": "arn:aws:s3:::o", "format": "ndjson" }),
    ]
}

/// Returns what a destination with these options would receive.
fn preview(options: &Value, event: &Event) -> Result<Preview, String> {
    let routes = json!({ "all": { "source": event.source_name(), "destinations": ["o"] } }).to_string();
    let destinations = json!({ "o": options }).to_string();
    let lookup = |name: &str| match name {
        "HOOKLINE_ROUTES" => Some(routes.clone()),
        "HOOKLINE_DESTINATIONS" => Some(destinations.clone()),
        "HOOKLINE_PRIVATE_NETWORKS" => Some("[]".to_owned()),
        _ => None,
    };
    let config = DeliveryConfig::read(Variables::new(&lookup)).unwrap_or_else(|errors| panic!("{errors}"));
    explain(&config, event).deliveries.remove(0).preview
}

/// Returns the content of a request.
fn content(request: &Value) -> String {
    let members = ["MessageBody", "Message", "body", "input"];
    if let Some(text) = members.iter().find_map(|name| request[name].as_str()) {
        return text.to_owned();
    }
    String::from_utf8(STANDARD.decode_to_vec(request["Record"]["Data"].as_str().unwrap()).unwrap()).unwrap()
}

#[tokio::test]
async fn preview_is_what_the_function_sends() {
    for options in kinds() {
        let function = Function::with_aws_kind(&options).await;
        assert_eq!(function.message_result(&message_body(event("github"))).await, "");
        let request = function.only_request();
        let Preview { headers, body, .. } = preview(&options, &event("github")).unwrap();
        assert_eq!(content(&request), body, "{options}");
        for (name, value) in headers {
            assert!(request.to_string().contains(&json!(value).to_string()), "{name} of {options}: {request}");
        }
    }
}

#[test]
fn preview_names_the_receiver_and_the_attributes() {
    let lines = kinds().map(|options| {
        let Preview { target, headers, .. } = preview(&options, &event("github")).unwrap();
        let headers: Vec<_> = headers.iter().map(|(name, value)| format!("  {name}: {value}")).collect();
        format!("{target}\n{}", headers.join("\n"))
    });
    insta::assert_snapshot!(lines.join("\n"));
}

fn any_event() -> impl Strategy<Value = Event> {
    let id = prop_oneof![any::<String>(), "[ -~]{0,2000}"];
    let data = prop_oneof![
        prop::collection::vec(any::<u8>(), 0..40),
        any::<String>().prop_map(|text| format!("{:#}", json!({ "b": text })).into_bytes()),
    ];
    let key = prop_oneof!["[0-9a-f]{64}", any::<String>(), "[ -~]{0,200}", "\\.{1,3}"];
    let time = prop_oneof![any::<String>(), "[0-9]{4}-0[1-9]-[0-2][0-9]T00:00:00[+-]23:00"];
    let source = prop_oneof![any::<String>(), "\\.{1,3}", "[a-z-]{1,100}"];
    (id, any::<String>(), source, key, time, data).prop_map(|(id, event_type, source, key, time, data)| Event {
        id,
        event_type,
        source: format!("/webhooks/{source}"),
        dedup_key: serde_json::from_value(json!(key)).unwrap(),
        time,
        data: data.into(),
        ..event("github")
    })
}

#[track_caller]
fn assert_identifier(text: &str, max: usize) {
    let is_allowed = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_');
    assert!((1..=max).contains(&text.len()) && text.bytes().all(is_allowed), "{text}");
}

#[track_caller]
fn assert_key(target: &str) {
    let key = target.strip_prefix("arn:aws:s3:::o/").unwrap();
    let is_allowed = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_' | b'.' | b'/');
    assert!(key.starts_with("events/") && key.len() <= 1024 && key.bytes().all(is_allowed), "{key}");
    assert!(key.split('/').all(|segment| !matches!(segment, "" | "." | "..")), "{key}");
}

proptest! {
    #[test]
    fn names_of_each_event_are_valid(event in any_event()) {
        for options in kinds() {
            let Preview { target, headers, body } = preview(&options, &event).unwrap();
            for (name, value) in &headers {
                match name.as_str() {
                    "MessageDeduplicationId" => assert_identifier(value, 128),
                    "name" => assert_identifier(value, 80),
                    "MessageGroupId" => {
                        prop_assert!((1..=128).contains(&value.len()));
                        prop_assert!(value.bytes().all(|byte| byte.is_ascii_graphic()), "{}", value);
                    }
                    "Subject" => {
                        prop_assert!((1..100).contains(&value.chars().count()));
                        let is_invalid = |character: char| {
                            character.is_control() || matches!(character, '\u{2028}' | '\u{2029}' | '\u{fffe}' | '\u{ffff}')
                        };
                        prop_assert!(!value.contains(is_invalid), "{:?}", value);
                    }
                    "content-type" | "X-Amz-Invocation-Type" => {}
                    _ => prop_assert!(!value.is_empty() && value.bytes().all(|byte| byte.is_ascii_graphic())),
                }
            }
            let metadata = headers.iter().filter_map(|(name, value)| Some((name.strip_prefix("x-amz-meta-")?, value)));
            prop_assert!(metadata.map(|(name, value)| name.len() + value.len()).sum::<usize>() <= 2048);
            if options["kind"] == "s3" {
                assert_key(&target);
            }
            if options["kind"] == "firehose" || options["format"] == "ndjson" {
                prop_assert_eq!(body.iter().filter(|byte| matches!(byte, b'\n' | b'\r')).count(), 1);
            }
            if options["kind"] == "sqs" || options["kind"] == "sns" {
                let text = std::str::from_utf8(&body).unwrap();
                let is_allowed = |character: char| {
                    matches!(character, '\t' | '\n' | '\r' | ' '..='\u{fffd}' | '\u{10000}'..)
                };
                prop_assert!(text.chars().all(is_allowed), "{}", text);
                let json: Value = serde_json::from_str(text).unwrap();
                prop_assert_eq!(json["id"].as_str(), Some(event.id.as_str()));
            }
        }
    }
}
