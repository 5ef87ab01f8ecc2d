//! The message that lies on the queue, and which messages can be read.

#![allow(clippy::unwrap_used, reason = "tests")]

use hookline_event::{DedupKey, Event, Payload, ReadError};

fn event() -> Event<Payload> {
    Event {
        id: "72d3162e-cc78-11e3-81ab-4c9367dc0958".into(),
        source: "/webhooks/github".into(),
        event_type: "github.push".into(),
        time: "2026-01-02T03:04:05.678Z".into(),
        content_type: Some("application/json".into()),
        dedup_key: DedupKey::from_body("/webhooks/github", b"{\"a\": \"\\u001B\"}"),
        traceparent: Some("00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01".into()),
        data: b"{\"a\": \"\\u001B\"}".to_vec().into(),
    }
}

#[test]
fn the_message_is_a_cloud_event() {
    insta::assert_snapshot!(event().to_json().unwrap());
}

#[test]
fn what_was_written_is_read() {
    let any_bytes =
        Event { data: Payload::from((0..=255).collect::<Vec<u8>>()), content_type: None, traceparent: None, ..event() };
    let kept = Event { data: Payload::offloaded("bucket", "key"), ..event() };
    for event in [event(), any_bytes, kept] {
        assert_eq!(Event::from_json(&event.to_json().unwrap()).unwrap(), event);
    }
}

#[test]
fn a_payload_that_is_kept_elsewhere_is_named() {
    let kept = Event { data: Payload::offloaded("bucket", "key"), ..event() };
    let message = kept.to_json().unwrap();
    assert!(message.ends_with("\"dataref\":\"s3://bucket/key\"}"), "{message}");
    assert!(!message.contains("data_base64"), "{message}");
    let neither = message.replace("dataref", "elsewhere");
    assert!(matches!(Event::from_json(&neither), Err(ReadError::NoData)));
}

#[test]
fn the_source_has_a_bare_name() {
    assert_eq!(event().source_name(), "github");
    assert_eq!(Event { source: "/events".into(), ..event() }.source_name(), "events");
}

#[test]
fn unknown_attributes_and_later_minor_versions_are_read() {
    let message =
        event().to_json().unwrap().replacen("{\"specversion\":\"1.0\"", "{\"new\":[1],\"specversion\":\"1.7\"", 1);
    assert_eq!(Event::from_json(&message).unwrap(), event());
}

#[test]
fn an_unknown_major_version_is_refused() {
    let message = event().to_json().unwrap().replacen("\"1.0\"", "\"2.0\"", 1);
    let error = Event::from_json(&message).unwrap_err();
    assert!(matches!(error, ReadError::UnknownVersion { specversion } if specversion == "2.0"));
    let other_shape = Event::from_json("{\"specversion\":\"2.0\",\"new\":true}").unwrap_err();
    assert!(matches!(other_shape, ReadError::UnknownVersion { .. }), "{other_shape}");
}

#[test]
fn what_is_no_event_is_refused() {
    for message in ["", "null", "[]", "{}", "not json"] {
        assert!(matches!(Event::from_json(message), Err(ReadError::Json { .. })), "{message}");
    }
    let message = event().to_json().unwrap().replace("data_base64\":\"", "data_base64\":\"*");
    assert!(matches!(Event::from_json(&message), Err(ReadError::Data)));
}
