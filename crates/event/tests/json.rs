//! The JSON of a queue message, and which messages can be read.

#![allow(clippy::unwrap_used, reason = "tests")]

use hookline_event::{DataHash, DedupKey, Event, ForwardedHeaders, Payload, ReadError};

fn event() -> Event<Payload> {
    Event {
        id: "72d3162e-cc78-11e3-81ab-4c9367dc0958".into(),
        source: "/webhooks/github".into(),
        event_type: "github.push".into(),
        time: "2026-01-02T03:04:05.678Z".into(),
        content_type: Some("application/json".into()),
        dedup_key: DedupKey::from_body("/webhooks/github", b"{\"a\": \"\\u001B\"}"),
        data_hash: None,
        recorded_time: None,
        sender_source: None,
        request_id: Some("0199a8f0-1f4b-7cc3-98c5-4dd0b5a1a111".into()),
        content_encoding: None,
        traceparent: Some("00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01".into()),
        hops: 0,
        forwarded: ForwardedHeaders::default(),
        payload_uri: None,
        replay: None,
        data: b"{\"a\": \"\\u001B\"}".to_vec().into(),
    }
}

#[test]
fn message_is_a_cloud_event() {
    insta::assert_snapshot!(event().to_json().unwrap());
}

#[test]
fn written_event_is_read_back_unchanged() {
    let binary =
        Event { data: Payload::from((0..=255).collect::<Vec<u8>>()), content_type: None, traceparent: None, ..event() };
    let offloaded = Event { data: Payload::offloaded("bucket", "key"), ..event() };
    let encoded = Event { content_encoding: Some("gzip".into()), hops: 3, ..event() };
    let earlier_version = Event { request_id: None, ..event() };
    let hashed = Event { data_hash: Some(DataHash::new(b"abc")), ..event() };
    assert!(hashed.to_json().unwrap().contains("\"datahash\":\"ba7816bf8f01cfea414140de5dae2223\""));
    for event in [event(), binary, offloaded, encoded, earlier_version, hashed] {
        assert_eq!(Event::from_json(&event.to_json().unwrap()).unwrap(), event);
    }
}

#[test]
fn offloaded_payload_is_referenced_by_dataref() {
    let offloaded = Event { data: Payload::offloaded("bucket", "key"), ..event() };
    let message = offloaded.to_json().unwrap();
    assert!(message.ends_with("\"dataref\":\"s3://bucket/key\"}"), "{message}");
    assert!(!message.contains("data_base64"), "{message}");
    let without_payload = message.replace("dataref", "unknown");
    assert!(matches!(Event::from_json(&without_payload), Err(ReadError::MissingData)));
}

#[test]
fn event_is_written_as_a_reference_to_its_offloaded_payload() {
    let loaded = Event { data: vec![0; 9].into(), ..event().replace_data(bytes::Bytes::new()).0 };
    assert_eq!(loaded.to_reference_json().unwrap(), None, "the payload was not offloaded");
    let loaded = Event { payload_uri: Some("s3://bucket/key".into()), ..loaded };
    insta::assert_snapshot!(loaded.to_reference_json().unwrap().unwrap());
}

#[test]
fn source_name_has_no_path() {
    assert_eq!(event().source_name(), "github");
    assert_eq!(Event { source: "/events".into(), ..event() }.source_name(), "events");
}

#[test]
fn accepts_unknown_attributes_and_later_minor_versions() {
    let message =
        event().to_json().unwrap().replacen("{\"specversion\":\"1.0\"", "{\"new\":[1],\"specversion\":\"1.7\"", 1);
    assert_eq!(Event::from_json(&message).unwrap(), event());
}

#[test]
fn rejects_unknown_major_version() {
    let message = event().to_json().unwrap().replacen("\"1.0\"", "\"2.0\"", 1);
    let error = Event::from_json(&message).unwrap_err();
    assert!(matches!(error, ReadError::UnknownVersion { specversion } if specversion == "2.0"));
    let other_attributes = Event::from_json("{\"specversion\":\"2.0\",\"new\":true}").unwrap_err();
    assert!(matches!(other_attributes, ReadError::UnknownVersion { .. }), "{other_attributes}");
}

#[test]
fn rejects_malformed_events() {
    for message in ["", "null", "[]", "{}", "not json"] {
        assert!(matches!(Event::from_json(message), Err(ReadError::Json { .. })), "{message}");
    }
    let message = event().to_json().unwrap().replace("data_base64\":\"", "data_base64\":\"*");
    assert!(matches!(Event::from_json(&message), Err(ReadError::InvalidBase64)));
}

fn with_forwarded() -> Event<Payload> {
    let mut forwarded = ForwardedHeaders::default();
    assert!(forwarded.insert("X-GitHub-Event", "push") && forwarded.insert("User-Agent", "GitHub-Hookshot/1"));
    Event { forwarded, ..event() }
}

#[test]
fn forwarded_headers_are_an_object_of_the_message() {
    let forwarded = "\"forwardedheaders\":{\"user-agent\":\"GitHub-Hookshot/1\",\"x-github-event\":\"push\"}";
    let inline = with_forwarded();
    let offloaded = Event { data: Payload::offloaded("bucket", "key"), ..with_forwarded() };
    for event in [inline, offloaded] {
        let message = event.to_json().unwrap();
        assert!(message.contains(forwarded), "{message}");
        assert_eq!(Event::from_json(&message).unwrap(), event);
    }
    assert!(!event().to_json().unwrap().contains("forwardedheaders"));
}

/// A later version, or an operator's file, may have more than this version allows.
#[test]
fn forwarded_headers_of_a_message_are_limited() {
    let message = with_forwarded().to_json().unwrap();
    let message = message.replace("\"user-agent\":", "\"authorization\":\"x\",\"user-agent\":");
    assert!(message.contains("authorization"));
    assert_eq!(Event::from_json(&message).unwrap(), with_forwarded());
}

#[test]
fn other_consumers_get_no_forwarded_headers() {
    let data = bytes::Bytes::from_static(b"{}");
    let event = with_forwarded().replace_data(data).0;
    let json = event.to_readable_json(|_| true).unwrap();
    assert!(!json.contains("forwardedheaders") && !json.contains("x-github-event"), "{json}");
}

#[test]
fn attributes_of_a_callers_event_are_kept() {
    let recorded_time = Some("2026-01-02T03:04:05.678Z".to_owned());
    let event = Event {
        time: "2026-01-01T00:00:00+01:00".into(),
        recorded_time,
        sender_source: Some("https://shop.example/orders".into()),
        ..event()
    };
    let message = event.to_json().unwrap();
    for attribute in
        ["\"recordedtime\":\"2026-01-02T03:04:05.678Z\"", "\"sendersource\":\"https://shop.example/orders\""]
    {
        assert!(message.contains(attribute), "{message}");
    }
    assert_eq!(Event::from_json(&message).unwrap(), event);
    assert_eq!(event.accepted_at(), "2026-01-02T03:04:05.678Z");
}
