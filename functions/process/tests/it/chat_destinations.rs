//! Slack and Discord destinations: the posted messages, the webhook URLs and the handling of failures.

use std::sync::atomic::Ordering;
use std::time::Duration;

use serde_json::{Value, json};

use crate::fixture::Function;

/// The commit message of a malicious sender.
pub(crate) const HOSTILE: &str =
    "<!channel> <@U1> @everyone `x` *b* [a](https://evil.example) <https://evil.example|b> & \u{202e}x";

pub(crate) fn push(message: &str) -> Vec<u8> {
    json!({
        "ref": "refs/heads/main",
        "compare": "https://github.example/compare/a...b",
        "repository": { "full_name": "Codertocat/Hello-World", "html_url": "https://github.example/Hello-World" },
        "sender": { "login": "Codertocat" },
        "commits": [{ "id": "0123456789abcdef", "message": message, "author": { "name": "Mona" } }],
    })
    .to_string()
    .into_bytes()
}

async fn chat_function(kind: &str, more: Value) -> Function {
    let mut destination = json!({ "kind": kind, "timeout_ms": 4000 });
    destination.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
    let function = Function::with_destination(destination).await;
    function.aws.put_secret("orders", &format!("{}/hook?token=1\n", function.receiver_url));
    function
}

pub(crate) async fn posted_message(kind: &str, more: Value, data: &[u8]) -> Value {
    let function = chat_function(kind, more).await;
    assert_eq!(function.delivery_result(data).await, "");
    let requests = function.receiver.requests.lock().unwrap().clone();
    assert_eq!((requests.len(), &requests[0].0["content-type"]), (1, &"application/json".parse().unwrap()));
    function.receiver.json_bodies().remove(0)
}

#[tokio::test]
async fn slack_message_escapes_the_payload() {
    insta::assert_json_snapshot!(posted_message("slack", json!({}), &push(HOSTILE)).await);
}

#[tokio::test]
async fn discord_message_escapes_the_payload() {
    insta::assert_json_snapshot!(posted_message("discord", json!({}), &push(HOSTILE)).await);
}

#[tokio::test]
async fn message_is_truncated_to_the_limit_of_the_chat() {
    let template = json!({ "template": "{{ payload }}" });
    for (kind, field, limit) in [("slack", "text", 4000), ("discord", "content", 2000)] {
        for (text, is_truncated) in
            [("\u{1f984}".repeat(5000), true), ("a".repeat(limit), false), ("a".repeat(limit + 1), true)]
        {
            let message = posted_message(kind, template.clone(), Value::from(text).to_string().as_bytes()).await;
            let text = message[field].as_str().unwrap();
            assert!(text.encode_utf16().count() <= limit, "{kind}");
            assert_eq!(text.ends_with('\u{2026}'), is_truncated, "{kind}");
        }
    }
}

/// Truncation can cut an escape sequence or a link. The remaining text must not be a mention.
#[tokio::test]
async fn custom_template_escapes_the_payload() {
    let template = json!({ "template": "{{ payload.a }} {{ link(payload.url, payload.a) }} {{ event.type }}" });
    let hostile = json!({ "a": "<!here>|x", "url": "https://x.example/|<!here>" }).to_string();
    let message = posted_message("slack", template.clone(), hostile.as_bytes()).await;
    assert_eq!(
        message["text"],
        "&lt;!here&gt;|x <https://x.example/%7C%3C!here%3E|&lt;!here&gt;\u{2758}x> github.push"
    );
    let script = json!({ "a": "b", "url": "javascript:alert(1)" }).to_string();
    assert_eq!(posted_message("slack", template, script.as_bytes()).await["text"], "b b github.push");
}

#[tokio::test]
async fn failed_template_sends_the_event_to_the_dead_letter_queue() {
    for template in ["{{ payload.text }}", "{% for a in range(100000) %}{{ a }}{% endfor %}", "{{ payload.a + 1 }}"] {
        let function = chat_function("slack", json!({ "template": template })).await;
        assert_eq!(function.delivery_result(b"{\"a\":\"b\"}").await, "template_failed", "{template}");
        assert_eq!(function.received_requests(), 0);
    }
}

#[tokio::test]
async fn missing_or_invalid_webhook_url_is_retried() {
    for secret in [None, Some("xoxb-a-token"), Some("http://10.0.0.1/"), Some(" ")] {
        let function = Function::with_destination(json!({ "kind": "slack", "timeout_ms": 4000 })).await;
        secret.iter().for_each(|secret| function.aws.put_secret("orders", secret));
        assert_eq!(function.delivery_result(b"{}").await, "retry", "{secret:?}");
        assert_eq!((function.received_requests(), function.dead_letters().len()), (0, 0));
    }
}

/// After the chat has revoked the URL, the function finds the new URL without a deployment. It looks it up only once.
#[tokio::test]
async fn replaced_webhook_url_is_looked_up_again() {
    let function = chat_function("slack", json!({})).await;
    assert_eq!(function.delivery_result(b"{}").await, "");
    function.aws.put_secret("orders", &format!("{}/new", function.receiver_url));
    function.receiver.respond_with(403, None);
    assert_eq!(function.delivery_result(b"[1]").await, "", "the new URL accepts the message");
    assert_eq!(function.received_requests(), 3);
    function.receiver.respond_with(404, None);
    assert_eq!(function.delivery_result(b"[2]").await, "http_404", "the next lookup is not due yet");
}

/// The function then does not know whether the URL was replaced, so the event is retried.
#[tokio::test]
async fn timed_out_lookup_of_a_new_webhook_url_is_retried() {
    let function = chat_function("slack", json!({})).await;
    assert_eq!(function.delivery_result(b"{}").await, "");
    function.aws.hangs_on_secrets.store(true, Ordering::SeqCst);
    function.receiver.respond_with(403, None);
    assert_eq!(function.delivery_result(b"[1]").await, "retry");
}

/// The first delivery looks up the new URL. The second delivery, which is rejected later, uses that result.
#[tokio::test]
async fn replaced_webhook_url_fails_no_record_of_a_batch() {
    let function = chat_function("slack", json!({})).await;
    assert_eq!(function.delivery_result(b"{}").await, "");
    function.aws.put_secret("orders", &format!("{}/new", function.receiver_url));
    function.receiver.respond_with(404, None);
    function.receiver.respond_after(Duration::from_millis(150), 404);
    let records = ["a", "b"].map(|id| crate::fixture::unique_record(id, "github", 1)).to_vec();
    assert!(function.failed_ids(records).await.is_empty());
    assert!(function.dead_letters().is_empty(), "{:?}", function.dead_letters());
    assert_eq!(function.received_requests(), 5);
}

#[tokio::test]
async fn discord_request_waits_until_the_message_is_stored() {
    let function = chat_function("discord", json!({})).await;
    assert_eq!(function.delivery_result(b"{}").await, "");
    assert_eq!(*function.receiver.queries.lock().unwrap(), ["token=1&wait=true"]);
}

#[tokio::test]
async fn message_about_oversized_payload_describes_only_the_event() {
    let large = format!("{{\"a\":\"{}\"}}", "b".repeat(600 * 1024));
    let message = posted_message("slack", json!({}), large.as_bytes()).await;
    assert!(message["text"].as_str().unwrap().starts_with("github.push from github: event "), "{message}");
}

#[tokio::test]
async fn retry_after_of_a_chat_is_respected() {
    let function = chat_function("discord", json!({})).await;
    function.receiver.respond_with(429, Some("17"));
    assert_eq!(function.delivery_result(b"{}").await, "retry");
    assert_eq!(function.retries()[0]["delay_seconds"], 17);
}

/// A URL without a version has the oldest version of the API, which measures waits in milliseconds.
#[tokio::test]
async fn discord_url_without_a_version_gets_one() {
    for (path, expected) in [
        ("/api/webhooks/1/token", "/api/v10/webhooks/1/token"),
        ("/api/v9/webhooks/1/token", "/api/v9/webhooks/1/token"),
        ("/other/1", "/other/1"),
    ] {
        let function = chat_function("discord", json!({})).await;
        function.aws.put_secret("orders", &format!("{}{path}?thread_id=2", function.receiver_url));
        assert_eq!(function.delivery_result(b"{}").await, "");
        assert_eq!(*function.receiver.paths.lock().unwrap(), [expected]);
        assert_eq!(*function.receiver.queries.lock().unwrap(), ["thread_id=2&wait=true"]);
    }
}

/// Discord writes fractions of seconds. Its own header counts without `Retry-After`.
#[tokio::test]
async fn requested_wait_of_a_chat_is_respected() {
    for kind in ["discord", "slack"] {
        for (headers, expected) in [
            (&[("retry-after", "64.57")][..], 65),
            (&[("Retry-After", "64.57"), ("X-RateLimit-Reset-After", "1.2")], 65),
            (&[("X-RateLimit-Reset-After", "64.57")], 65),
            (&[("Retry-After", "120")], 120),
            (&[("Retry-After", "2814, 2")], 2814),
            (&[("Retry-After", "1.939, 70.001")], 71),
        ] {
            let function = chat_function(kind, json!({})).await;
            function.receiver.respond_with_headers(429, headers);
            assert_eq!(function.delivery_result(b"{}").await, "retry");
            let retry = &function.retries()[0];
            let wait = retry["not_before"].as_u64().unwrap() - retry["first_failed_at"].as_u64().unwrap();
            assert_eq!(wait, expected, "{kind} {headers:?}");
        }
    }
}
