//! The bound of the headers that a message carries, and which headers are never a part of it.

#![allow(clippy::unwrap_used, reason = "tests")]

use std::collections::BTreeMap;

use hookline_event::ForwardedHeaders;
use proptest::prelude::*;

#[test]
fn credentials_and_headers_of_hookline_are_never_forwarded() {
    for name in [
        "Authorization",
        "COOKIE",
        "Set-Cookie",
        "X-API-Key",
        "Api-Key",
        "X-Amz-Security-Token",
        "Proxy-Authorization",
        "proxy-x",
        "ce-id",
        "CE-Anything",
        "Hookline-Hops",
        "webhook-signature",
        "Content-Type",
        "content-length",
        "Host",
        "Connection",
        "Transfer-Encoding",
        "traceparent",
        "",
        "X Y",
        "X-\u{e9}",
        "a:b",
    ] {
        assert!(!ForwardedHeaders::is_allowed(name), "{name}");
        assert!(!ForwardedHeaders::default().insert(name, "x"), "{name}");
    }
    for name in ["X-GitHub-Event", "user-agent", "Stripe-Version", "X-Hub-Signature-256", "Cea", "webhooks"] {
        assert!(ForwardedHeaders::is_allowed(name), "{name}");
    }
}

#[test]
fn name_is_not_case_sensitive_and_occurs_once() {
    let mut forwarded = ForwardedHeaders::default();
    assert!(forwarded.insert("X-GitHub-Event", "push"));
    assert!(!forwarded.insert("x-github-EVENT", "other"));
    assert_eq!(forwarded.get("X-Github-Event"), Some("push"));
    assert_eq!(forwarded.iter().next(), Some((&"x-github-event".to_owned(), &"push".to_owned())));
}

#[test]
fn value_is_printable_and_never_shortened() {
    let mut forwarded = ForwardedHeaders::default();
    for value in ["a\r\nb", "\0", "\t", "\u{7f}", "\u{e9}", &"x".repeat(ForwardedHeaders::MAX_BYTES)] {
        assert!(!forwarded.insert("x", value), "{value:?}");
    }
    assert!(forwarded.is_empty());
    assert!(forwarded.insert("x", &"x".repeat(ForwardedHeaders::MAX_BYTES - 1)));
    assert!(!forwarded.insert("y", ""), "the size is that of all headers");
}

#[test]
fn number_of_headers_is_limited() {
    let mut forwarded = ForwardedHeaders::default();
    let inserted = (0..50).filter(|number| forwarded.insert(&format!("x-{number}"), "y")).count();
    assert_eq!(inserted, ForwardedHeaders::MAX_HEADERS);
}

fn size(forwarded: &ForwardedHeaders) -> usize {
    forwarded.iter().map(|(name, value)| name.len() + value.len()).sum()
}

proptest! {
    #[test]
    fn no_headers_exceed_the_bound(headers: Vec<(String, String)>, more in header_lists()) {
        let mut forwarded = ForwardedHeaders::default();
        for (name, value) in headers.iter().chain(&more) {
            let before = forwarded.clone();
            let is_inserted = forwarded.insert(name, value);
            prop_assert_eq!(is_inserted, before != forwarded);
            prop_assert!(!is_inserted || forwarded.get(name) == Some(value));
        }
        prop_assert!(forwarded.iter().count() <= ForwardedHeaders::MAX_HEADERS);
        prop_assert!(size(&forwarded) <= ForwardedHeaders::MAX_BYTES);
        let json = serde_json::to_string(&forwarded).unwrap();
        prop_assert_eq!(serde_json::from_str::<ForwardedHeaders>(&json).unwrap(), forwarded);
    }

    /// A replayed file can have any headers.
    #[test]
    fn read_headers_are_within_the_bound(headers in header_lists()) {
        let json = serde_json::to_string(&headers.into_iter().collect::<BTreeMap<_, _>>()).unwrap();
        let forwarded: ForwardedHeaders = serde_json::from_str(&json).unwrap();
        prop_assert!(forwarded.iter().count() <= ForwardedHeaders::MAX_HEADERS);
        prop_assert!(size(&forwarded) <= ForwardedHeaders::MAX_BYTES);
        prop_assert!(forwarded.iter().all(|(name, _)| ForwardedHeaders::is_allowed(name)));
    }
}

fn header_lists() -> impl Strategy<Value = Vec<(String, String)>> {
    prop::collection::vec(("[A-Za-z0-9_-]{0,12}|authorization|X-Api-Key|ce-id", "[ -~]{0,300}"), 0..40)
}
