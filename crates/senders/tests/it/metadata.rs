//! The event's type and ids that are read from the requests of each sender.

use hookline_signature::Message;
use serde_json::json;

use crate::fixture::{NOW, URL};
use crate::source::source;

/// Checks the event's type, delivery id and signed id for a sender, a body and additional headers.
#[track_caller]
fn case(name: &str, body: &str, headers: &[(&str, &str)], expected: [Option<&str>; 3]) {
    let source = source(name);
    let mut sent = source.sign(body.as_bytes());
    sent.headers.extend(headers.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())));
    let verified = source.verify(&sent).unwrap();
    let metadata = [&verified.event_type, &verified.delivery_id, &verified.signed_id].map(|value| value.as_deref());
    assert_eq!(metadata, expected, "{name}: {body}");
}

#[test]
fn reads_type_and_ids_from_headers() {
    let github = [("X-GitHub-Event", "push"), ("X-GitHub-Delivery", "d1")];
    case("github", "{}", &github, [Some("push"), Some("d1"), None]);
    case("github", "{}", &[], [None, None, None]);
    let bitbucket = [("X-Event-Key", "repo:push"), ("X-Request-UUID", "r1")];
    case("bitbucket", "{}", &bitbucket, [Some("repo:push"), Some("r1"), None]);
    let shopify = [("X-Shopify-Topic", "orders/create"), ("X-Shopify-Webhook-Id", "w1")];
    case("shopify", "{}", &shopify, [Some("orders.create"), Some("w1"), None]);
    let gitlab = [("X-Gitlab-Event", "Merge Request Hook"), ("Idempotency-Key", "i1")];
    case("gitlab", "{}", &gitlab, [Some("merge_request"), Some("i1"), None]);
    case("gitlab-signed", "{}", &gitlab, [Some("merge_request"), Some("i1"), Some("msg_1")]);
    case("twilio", "{}", &[("I-Twilio-Idempotency-Token", "t1")], [None, Some("t1"), None]);
    case("hmac with all options", "{}", &[("X-Acme-Event", "paid")], [Some("paid"), None, Some("msg_1")]);
}

#[test]
fn reads_type_and_ids_from_the_body() {
    case("jira", "{\"webhookEvent\":\"jira:issue_updated\"}", &[], [Some("jira:issue_updated"), None, None]);
    case("standard", "{\"type\":\"user.created\"}", &[], [Some("user.created"), None, Some("msg_1")]);
    case("standard", "[]", &[], [None, None, Some("msg_1")]);
    case("stripe", "{\"id\":\"evt_1\",\"type\":\"invoice.paid\"}", &[], [Some("invoice.paid"), None, Some("evt_1")]);
    case("stripe", "\u{feff}{\"type\":\"a[b].c\"}", &[], [Some("a[b].c"), None, None]);
    case("stripe", "{\"id\":\"evt_1\",\"id\":\"evt_2\"}", &[], [None, None, None]);
    let linear = format!("{{\"type\":\"Issue\",\"action\":\"update\",\"webhookTimestamp\":{NOW}000}}");
    case("linear", &linear, &[("Linear-Delivery", "l1")], [Some("Issue.update"), Some("l1"), None]);
    let pagerduty = "{\"event\":{\"id\":\"01B\",\"event_type\":\"incident.triggered\",\"data\":{}}}";
    case("pagerduty", pagerduty, &[], [Some("incident.triggered"), None, Some("01B")]);
    let slack = "{\"type\":\"event_callback\",\"event_id\":\"Ev1\",\"event\":{\"type\":\"app_mention\"}}";
    case("slack", slack, &[], [Some("app_mention"), None, Some("Ev1")]);
    case("slack", "\u{feff}{\"event\":{\"type\":\"x\"}}", &[], [Some("x"), None, None]);
    case("slack", "command=%2Fdeploy&text=x", &[], [Some("command"), None, None]);
    case("slack", "payload=%7B%22type%22%3A%22block_actions%22%7D", &[], [Some("block_actions"), None, None]);
    case("slack", "\u{0}", &[], [None, None, None]);
}

/// Some senders number their types and events, so a number is a value. Null, a blank text, an object and an array are none.
#[test]
fn only_texts_numbers_and_truth_values_are_types_and_ids() {
    case("stripe", "{\"id\":7,\"type\":null}", &[], [None, None, Some("7")]);
    for value in ["null", "\"\"", "\" \"", "{\"a\":1}", "[1]", "{}"] {
        case("stripe", &format!("{{\"id\":{value},\"type\":{value}}}"), &[], [None, None, None]);
    }
    case("stripe", "{\"id\":\"{x}\",\"type\":\"[y]\"}", &[], [Some("[y]"), None, Some("{x}")]);
}

#[test]
fn gitlab_system_hook_has_the_type_of_its_body() {
    let system = [("X-Gitlab-Event", "System Hook")];
    for (body, expected) in [
        ("{\"object_kind\":\"push\",\"event_name\":\"push\"}", "push"),
        ("{\"event_name\":\"project_create\",\"project_id\":1}", "project_create"),
        ("{\"event_name\":\"user_add_to_team\"}", "user_add_to_team"),
        ("{\"object_kind\":\"\",\"event_name\":\"repository_update\"}", "repository_update"),
        ("{\"object_kind\":\"merge_request\",\"event_type\":\"x\"}", "merge_request"),
        ("{\"object_kind\":{}}", "system"),
        ("not JSON", "system"),
    ] {
        case("gitlab", body, &system, [Some(expected), None, None]);
        case("gitlab-signed", body, &system, [Some(expected), None, Some("msg_1")]);
    }
    case("gitlab", "{\"object_kind\":\"push\"}", &[], [Some("push"), None, None]);
    let push = [("X-Gitlab-Event", "Push Hook")];
    case("gitlab", "{\"object_kind\":\"tag_push\"}", &push, [Some("push"), None, None]);
}

/// A webhook that causes another one passes `X-Gitlab-Event-UUID` on to it.
#[test]
fn gitlab_delivery_without_idempotency_key_has_an_id_of_uuid_and_body() {
    let id = |headers: &[(&str, &str)], body: &[u8]| {
        let source = source("gitlab");
        let mut sent = source.sign(body);
        sent.headers.extend(headers.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())));
        source.verify(&sent).unwrap().delivery_id
    };
    let uuid = ("X-Gitlab-Event-UUID", "u1");
    assert_eq!(id(&[("Idempotency-Key", "i1"), uuid], b"{}").as_deref(), Some("i1"));
    let first = id(&[uuid, ("Idempotency-Key", " ")], b"{}").unwrap();
    assert!(first.starts_with("u1."), "{first}");
    assert_eq!(id(&[uuid], b"{}"), Some(first.clone()));
    assert_ne!(id(&[uuid], b"[]"), Some(first.clone()));
    assert_ne!(id(&[("X-Gitlab-Event-UUID", "u2")], b"{}"), Some(first));
    assert_eq!(id(&[], b"{}"), None);
}

/// Bodies of these senders only name what has changed, or are the operator's own. A signed time distinguishes two events.
#[test]
fn event_of_a_repeated_body_has_the_signed_time_in_its_id() {
    for name in ["billit", "ghost", "revolut", "webflow"] {
        let source = source(name);
        let id_at = |now| {
            let sent = source.sign_message(Message { body: b"{}", now, url: URL, ..Message::default() });
            source.verify_with(&sent, &[&source.stored_key], now).unwrap().signed_id.unwrap()
        };
        assert_eq!(id_at(NOW), id_at(NOW), "{name}");
        assert_ne!(id_at(NOW), id_at(NOW + 1), "{name}");
    }
}

/// The operator writes the bodies of triggers, and may use the id of a ticket as `id`.
#[test]
fn only_the_id_of_an_event_of_zendesk_is_the_id_of_an_event() {
    let invocation = [("X-Zendesk-Webhook-Invocation-Id", "8350205582")];
    let event = "{\"type\":\"zen:event-type:user.created\",\"id\":\"2b24\",\"zendesk_event_version\":\"2022-06-20\"}";
    case("zendesk", event, &invocation, [Some("zen:event-type:user.created"), Some("8350205582"), Some("2b24")]);
    case("zendesk", "{\"id\":\"35\"}", &invocation, [None, Some("8350205582"), None]);
}

/// A payment that failed can succeed later, with the same reference.
/// <https://github.com/Adyen/adyen-commercetools/issues/1324>
#[test]
fn failed_and_successful_payments_of_adyen_have_different_ids() {
    let id = |success: &str| {
        let item = json!({ "pspReference": "7914", "merchantAccountCode": "a", "merchantReference": "b",
            "amount": { "value": 1000, "currency": "EUR" }, "eventCode": "AUTHORISATION", "success": success });
        let body = json!({ "notificationItems": [{ "NotificationRequestItem": item }] }).to_string();
        let adyen = source("adyen").with_key("44782DEF547AAA06C910C43932B1EB0C71FC68D9D0C057550C48EC2ACF6BA056");
        adyen.verify(&adyen.sign(body.as_bytes())).unwrap().delivery_id.unwrap()
    };
    assert_eq!(id("true"), "AUTHORISATION:7914:true");
    assert_eq!(id("false"), "AUTHORISATION:7914:false");
}
