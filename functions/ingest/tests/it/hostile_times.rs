//! What people try with times and ids that are signed.

use crate::sent::{now, signed, signed_at};

const TIMES: [(&str, &str); 2] = [("slack", "X-Slack-Request-Timestamp"), ("standard", "webhook-timestamp")];

/// Well formed, malformed and changed, in every scheme that has it in a header of its own.
#[tokio::test]
async fn a_time_that_is_not_the_signed_one_is_refused() {
    for (source, header) in TIMES {
        let sent = signed(source, b"{}");
        let good: i64 = sent.header(header).parse().unwrap();
        assert_eq!(sent.status().await, 202, "{source}");
        assert_eq!(sent.clone().without(header).status().await, 401, "{source}");
        let values = [
            String::new(),
            " ".to_owned(),
            "-1".to_owned(),
            i64::MIN.to_string(),
            i64::MAX.to_string(),
            u64::MAX.to_string(),
            "1e9".to_owned(),
            "12_3".to_owned(),
            format!(" {good}"),
            format!("{good} "),
            format!("+{good}"),
            format!("{good}.0"),
            format!("0{good}"),
            format!("{good}000"),
            "\u{661}\u{667}\u{660}\u{660}".to_owned(),
            "\u{ff11}\u{ff12}".to_owned(),
            (good + 1).to_string(),
            (good - 1).to_string(),
        ];
        for value in values {
            assert_eq!(sent.clone().with(header, &value).status().await, 401, "{source}: {value:?}");
        }
    }
}

#[tokio::test]
async fn stripes_time_is_held_to_the_same() {
    let sent = signed("stripe", b"{}");
    let good = sent.header("Stripe-Signature");
    let (_, tag) = good.split_once(',').unwrap();
    for time in ["", "-1", "1e9", "9223372036854775807", "-9223372036854775808", "\u{661}", " 1", "1614265330000"] {
        assert_eq!(sent.clone().with("Stripe-Signature", &format!("t={time},{tag}")).status().await, 401, "{time:?}");
    }
    assert_eq!(sent.with("Stripe-Signature", tag).status().await, 401);
}

#[tokio::test]
async fn what_was_signed_long_ago_or_is_yet_to_come_is_refused() {
    for source in ["stripe", "slack", "standard"] {
        for (offset, expected) in [(-290, 202), (-310, 401), (290, 202), (310, 401), (-1_000_000, 401)] {
            assert_eq!(signed_at(source, b"{}", now() + offset).status().await, expected, "{source}: {offset}");
        }
    }
    for (offset, expected) in [(-50, 202), (-70, 401), (50, 202), (70, 401)] {
        let body = format!("{{\"webhookTimestamp\":{}}}", (now() + offset) * 1000);
        assert_eq!(signed("linear", body.as_bytes()).status().await, expected, "linear: {offset}");
    }
}

#[tokio::test]
async fn an_id_is_the_signed_one_and_has_no_dot() {
    let sent = signed("standard", b"{}");
    for id in ["msg_2", "", "msg_1.1", ".", "msg_1\r\n"] {
        assert_eq!(sent.clone().with("webhook-id", id).status().await, 401, "{id:?}");
    }
    assert_eq!(sent.without("webhook-id").status().await, 401);
}
