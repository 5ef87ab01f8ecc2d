//! Messages of each minor version, as they can wait in a queue during an upgrade or a rollback: `testdata/messages` has one
//! folder for each version. Files are never changed after the release of their version.

#![allow(clippy::unwrap_used, clippy::panic, reason = "tests")]

use std::collections::BTreeMap;
use std::fs::{read_dir, read_to_string};
use std::path::Path;

use hookline_event::{DataHash, DedupKey, Event, ForwardedHeaders, Payload, SenderHeaders};

const BODY: &[u8] = b"{\"ref\":\"refs/heads/main\"}";
const GITHUB: &str = "/webhooks/github";
const STRIPE: &str = "/webhooks/stripe";
const REQUEST_ID: &str = "0199a8f0-1f4b-7cc3-98c5-4dd0b5a1a111";

/// The event of `fewest-attributes.json`, from which the other events differ.
fn fewest_attributes() -> Event<Payload> {
    Event {
        id: "72d3162e-cc78-11e3-81ab-4c9367dc0958".into(),
        source: GITHUB.into(),
        event_type: "github".into(),
        time: "2026-01-02T03:04:05.678Z".into(),
        content_type: None,
        dedup_key: DedupKey::from_body(GITHUB, b""),
        data_hash: None,
        recorded_time: None,
        sender_source: None,
        request_id: None,
        content_encoding: None,
        traceparent: None,
        hops: 0,
        forwarded: ForwardedHeaders::default(),
        payload_uri: None,
        replay: None,
        data: Vec::new().into(),
    }
}

fn push() -> Event<Payload> {
    Event {
        event_type: "github.push".into(),
        content_type: Some("application/json".into()),
        dedup_key: DedupKey::from_body(GITHUB, BODY),
        data: BODY.to_vec().into(),
        ..fewest_attributes()
    }
}

fn webhook() -> Event<Payload> {
    let traceparent = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01";
    Event { request_id: Some(REQUEST_ID.into()), traceparent: Some(traceparent.into()), ..push() }
}

fn binary() -> Event<Payload> {
    let bytes: Vec<u8> = (0..=255).collect();
    Event {
        id: "evt_1".into(),
        source: STRIPE.into(),
        event_type: "stripe.charge.refunded".into(),
        content_type: Some("application/octet-stream".into()),
        content_encoding: Some("gzip".into()),
        dedup_key: DedupKey::from_signed_id(STRIPE, "evt_1"),
        data_hash: Some(DataHash::new(&bytes)),
        hops: 3,
        data: bytes.into(),
        ..webhook_without_trace()
    }
}

fn webhook_without_trace() -> Event<Payload> {
    Event { traceparent: None, ..webhook() }
}

fn caller() -> Event<Payload> {
    Event {
        id: "order-17".into(),
        source: "/events".into(),
        event_type: "events.order.paid".into(),
        time: "2026-01-01T00:00:00+01:00".into(),
        recorded_time: Some("2026-01-02T03:04:05.678Z".into()),
        sender_source: Some("https://shop.example/orders".into()),
        // The id of the token's client is part of the key.
        dedup_key: DedupKey::from_signed_id("/events", "billing/order-17"),
        data_hash: Some(DataHash::new(BODY)),
        ..webhook_without_trace()
    }
}

fn replay() -> Event<Payload> {
    let mut forwarded = ForwardedHeaders::default();
    assert!(forwarded.insert("X-GitHub-Event", "push") && forwarded.insert("User-Agent", "GitHub-Hookshot/1"));
    Event { replay: Some("0199a8f0-2222-7cc3-98c5-4dd0b5a1a111".into()), forwarded, ..push() }
}

/// Returns the event that the messages of all versions with this name are.
fn expected(name: &str) -> Event<Payload> {
    match name {
        "fewest-attributes" => fewest_attributes(),
        "webhook" | "sender-headers" => webhook(),
        "offloaded" => Event { data: Payload::offloaded("payloads", "2026/01/02/0199a8f0"), ..webhook_without_trace() },
        "binary" => binary(),
        "caller" => caller(),
        "replay" => replay(),
        _ => panic!("no test knows the event of `{name}`"),
    }
}

/// Returns the names in a folder, sorted.
fn names(folder: &Path) -> Vec<String> {
    let entries = read_dir(folder).unwrap_or_else(|error| panic!("{}: {error}", folder.display()));
    let mut names: Vec<_> = entries.map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect();
    names.sort();
    names
}

/// Returns the messages of each version by their names.
fn stored() -> BTreeMap<String, BTreeMap<String, String>> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("testdata/messages");
    let messages = |version: &String| {
        let read = |file: String| {
            let message = read_to_string(root.join(version).join(&file)).unwrap();
            (file.strip_suffix(".json").unwrap().to_owned(), message.trim_end().to_owned())
        };
        names(&root.join(version)).into_iter().map(read).collect()
    };
    names(&root).into_iter().map(|version| (version.clone(), messages(&version))).collect()
}

#[test]
fn messages_of_all_versions_are_the_same_events_today() {
    for (version, messages) in stored() {
        for (name, message) in messages {
            let event = Event::from_json(&message).unwrap_or_else(|error| panic!("{version}/{name}: {error}"));
            assert_eq!(event, expected(&name), "{version}/{name}");
        }
    }
}

/// A change of the format, and a new minor version, need a new folder.
#[test]
fn this_version_writes_its_stored_messages() {
    let version = format!("v{}.{}", env!("CARGO_PKG_VERSION_MAJOR"), env!("CARGO_PKG_VERSION_MINOR"));
    let stored = stored();
    let messages = stored.get(&version).unwrap_or_else(|| panic!("testdata/messages has no folder {version}"));
    for name in ["fewest-attributes", "webhook", "sender-headers", "offloaded", "binary", "caller", "replay"] {
        let mut written = expected(name).to_json().unwrap();
        if name == "sender-headers" {
            let mut headers = SenderHeaders::default();
            assert!(headers.insert("X-Hub-Signature-256", "sha256=ab") && headers.insert("X-GitHub-Event", "push"));
            headers.add_to(&mut written).unwrap();
        }
        assert_eq!(messages.get(name), Some(&written), "{version}/{name}");
    }
}
