//! Attacks with signed timestamps and message ids.

use crate::fixture::Function;
use crate::signed_request::{accepted_status, now, sign_request, sign_request_at};

const TIMESTAMP_HEADERS: [(&str, &str); 2] =
    [("slack", "X-Slack-Request-Timestamp"), ("standard", "webhook-timestamp")];

/// The test covers every scheme with a separate timestamp header.
#[tokio::test]
async fn rejects_modified_timestamp() {
    for (source, header) in TIMESTAMP_HEADERS {
        let request = sign_request(source, b"{}");
        let signed: i64 = request.header(header).parse().unwrap();
        assert_eq!(request.status().await, accepted_status(source), "{source}");
        assert_eq!(request.clone().without_header(header).status().await, 401, "{source}");
        let values = [
            String::new(),
            " ".to_owned(),
            "-1".to_owned(),
            i64::MIN.to_string(),
            i64::MAX.to_string(),
            u64::MAX.to_string(),
            "1e9".to_owned(),
            "12_3".to_owned(),
            format!(" {signed}"),
            format!("{signed} "),
            format!("+{signed}"),
            format!("{signed}.0"),
            format!("0{signed}"),
            format!("{signed}000"),
            "\u{661}\u{667}\u{660}\u{660}".to_owned(),
            "\u{ff11}\u{ff12}".to_owned(),
            (signed + 1).to_string(),
            (signed - 1).to_string(),
        ];
        for value in values {
            assert_eq!(request.clone().with_header(header, &value).status().await, 401, "{source}: {value:?}");
        }
    }
}

#[tokio::test]
async fn rejects_modified_stripe_timestamp() {
    let request = sign_request("stripe", b"{}");
    let signature = request.header("Stripe-Signature");
    let (_, tag) = signature.split_once(',').unwrap();
    for time in ["", "-1", "1e9", "9223372036854775807", "-9223372036854775808", "\u{661}", " 1", "1614265330000"] {
        assert_eq!(
            request.clone().with_header("Stripe-Signature", &format!("t={time},{tag}")).status().await,
            401,
            "{time:?}"
        );
    }
    assert_eq!(request.with_header("Stripe-Signature", tag).status().await, 401);
}

#[tokio::test]
async fn rejects_timestamp_outside_the_tolerance() {
    for (source, tolerance) in [("stripe", 300), ("standard", 300), ("slack", 600), ("bird", 14_400)] {
        for (offset, expected) in
            [(10 - tolerance, true), (-tolerance - 10, false), (290, true), (310, false), (-10_000_000, false)]
        {
            let expected = if expected { accepted_status(source) } else { 401 };
            assert_eq!(sign_request_at(source, b"{}", now() + offset).status().await, expected, "{source}: {offset}");
        }
    }
    for (offset, expected) in [(-28_790, 200), (-28_810, 401), (290, 200), (310, 401)] {
        let body = format!("{{\"webhookTimestamp\":{}}}", (now() + offset) * 1000);
        assert_eq!(sign_request("linear", body.as_bytes()).status().await, expected, "linear: {offset}");
    }
}

/// Linear retries after 1 minute, 1 hour and 6 hours. Each retry has the same bytes as the first attempt.
#[tokio::test]
async fn every_retry_of_linear_is_accepted_and_is_the_same_event() {
    let function = Function::new();
    for seconds in [0, 59, 61, 65, 3600, 25_260] {
        let body =
            format!("{{\"action\":\"update\",\"type\":\"Issue\",\"webhookTimestamp\":{}}}", (now() - seconds) * 1000);
        let request = sign_request("linear", body.as_bytes());
        assert_eq!(function.status(request.event()).await, 200, "{seconds}");
        assert_eq!(function.status(request.event()).await, 200, "{seconds}");
        let keys: Vec<_> = function.queued_events().into_iter().rev().take(2).map(|event| event.dedup_key).collect();
        assert_eq!(keys[0], keys[1]);
    }
}

/// The retries of other senders repeat the time of the first attempt too. An operator sets the tolerance to their duration,
/// up to 15 days.
#[tokio::test]
async fn every_retry_within_the_configured_tolerance_is_accepted_and_is_the_same_event() {
    const HOUR: i64 = 3600;
    for (source, last) in [("bird", 4 * HOUR), ("late", 15 * 24 * HOUR)] {
        for seconds in [0, 5, 300, 301, 1800, 2 * HOUR, 4 * HOUR - 10, 10 * HOUR, 24 * HOUR, 72 * HOUR, 359 * HOUR] {
            let function = Function::new();
            let request = sign_request_at(source, b"{\"event\":\"message\"}", now() - seconds);
            let expected = if seconds < last { 202 } else { 401 };
            for _ in 0..2 {
                assert_eq!(function.status(request.event()).await, expected, "{source}: {seconds}");
            }
            let keys: Vec<_> = function.queued_events().into_iter().map(|event| event.dedup_key).collect();
            assert!(keys.windows(2).all(|pair| pair[0] == pair[1]));
        }
    }
}

#[tokio::test]
async fn rejects_modified_message_id() {
    let request = sign_request("standard", b"{}");
    for id in ["msg_2", "", "msg_1.1", ".", "msg_1\r\n"] {
        assert_eq!(request.clone().with_header("webhook-id", id).status().await, 401, "{id:?}");
    }
    assert_eq!(request.without_header("webhook-id").status().await, 401);
}
