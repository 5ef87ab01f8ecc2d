//! Slack and Discord: what is posted, to which URL, and what becomes of an event that cannot be.

use std::sync::atomic::Ordering;
use std::time::Duration;

use serde_json::{Value, json};

use crate::fixture::Function;

/// A commit message as somebody would write it who means ill.
const HOSTILE: &str =
    "<!channel> <@U1> @everyone `x` *b* [a](https://evil.example) <https://evil.example|b> & \u{202e}x";

fn push(message: &str) -> Vec<u8> {
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

async fn to(kind: &str, more: Value) -> Function {
    let mut destination = json!({ "kind": kind, "timeout_ms": 400 });
    destination.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
    let function = Function::to(destination).await;
    function.aws.put_secret("orders", &format!("{}/hook?token=1\n", function.sink_url));
    function
}

async fn posted(kind: &str, more: Value, data: &[u8]) -> Value {
    let function = to(kind, more).await;
    assert_eq!(function.outcome(data).await, "");
    let requests = function.sink.requests.lock().unwrap().clone();
    assert_eq!((requests.len(), &requests[0].0["content-type"]), (1, &"application/json".parse().unwrap()));
    function.sink.messages().remove(0)
}

#[tokio::test]
async fn what_a_payload_says_is_text_in_slack() {
    insta::assert_json_snapshot!(posted("slack", json!({}), &push(HOSTILE)).await);
}

#[tokio::test]
async fn what_a_payload_says_is_text_in_discord() {
    insta::assert_json_snapshot!(posted("discord", json!({}), &push(HOSTILE)).await);
}

#[tokio::test]
async fn a_message_is_cut_to_what_the_chat_takes() {
    let template = json!({ "template": "{{ payload }}" });
    for (kind, field, most) in [("slack", "text", 4000), ("discord", "content", 2000)] {
        for (text, cut) in [("\u{1f984}".repeat(5000), true), ("a".repeat(most), false), ("a".repeat(most + 1), true)] {
            let message = posted(kind, template.clone(), Value::from(text).to_string().as_bytes()).await;
            let text = message[field].as_str().unwrap();
            assert!(text.encode_utf16().count() <= most, "{kind}");
            assert_eq!(text.ends_with('\u{2026}'), cut, "{kind}");
        }
    }
}

/// What is cut may end within an escape or a link: what is left of it is no mention.
#[tokio::test]
async fn a_template_of_ones_own_is_harmless_too() {
    let template = json!({ "template": "{{ payload.a }} {{ link(payload.url, payload.a) }} {{ event.type }}" });
    let hostile = json!({ "a": "<!here>|x", "url": "https://x.example/|<!here>" }).to_string();
    let message = posted("slack", template.clone(), hostile.as_bytes()).await;
    assert_eq!(
        message["text"],
        "&lt;!here&gt;|x <https://x.example/%7C%3C!here%3E|&lt;!here&gt;\u{2758}x> github.push"
    );
    let script = json!({ "a": "b", "url": "javascript:alert(1)" }).to_string();
    assert_eq!(posted("slack", template, script.as_bytes()).await["text"], "b b github.push");
}

#[tokio::test]
async fn a_template_that_makes_nothing_of_an_event_leaves_it_in_the_dead_letter_queue() {
    for template in ["{{ payload.text }}", "{% for a in range(100000) %}{{ a }}{% endfor %}", "{{ payload.a + 1 }}"] {
        let function = to("slack", json!({ "template": template })).await;
        assert_eq!(function.outcome(b"{\"a\":\"b\"}").await, "template", "{template}");
        assert_eq!(function.received(), 0);
    }
}

#[tokio::test]
async fn a_url_that_is_not_there_yet_or_none_is_waited_for() {
    for secret in [None, Some("xoxb-a-token"), Some("http://10.0.0.1/"), Some(" ")] {
        let function = Function::to(json!({ "kind": "slack", "timeout_ms": 400 })).await;
        secret.iter().for_each(|secret| function.aws.put_secret("orders", secret));
        assert_eq!(function.outcome(b"{}").await, "retry", "{secret:?}");
        assert_eq!((function.received(), function.letters().len()), (0, 0));
    }
}

/// The chat has revoked the URL: the new one is found without a deploy, and once.
#[tokio::test]
async fn a_url_that_was_replaced_is_looked_up_again() {
    let function = to("slack", json!({})).await;
    assert_eq!(function.outcome(b"{}").await, "");
    function.aws.put_secret("orders", &format!("{}/new", function.sink_url));
    function.sink.answer(403, None);
    assert_eq!(function.outcome(b"[1]").await, "", "the second URL takes it");
    assert_eq!(function.received(), 3);
    function.sink.answer(404, None);
    assert_eq!(function.outcome(b"[2]").await, "http_404", "it is too early for a third look");
}

/// Whether there is a new URL is not known then: the event waits instead of being given up.
#[tokio::test]
async fn a_look_at_a_new_url_that_takes_too_long_is_tried_again() {
    let function = to("slack", json!({})).await;
    assert_eq!(function.outcome(b"{}").await, "");
    function.aws.keeps_secrets.store(true, Ordering::SeqCst);
    function.sink.answer(403, None);
    assert_eq!(function.outcome(b"[1]").await, "retry");
}

/// The first looks the new one up; the second, whose refusal comes after that, uses it.
#[tokio::test]
async fn a_url_that_was_replaced_fails_none_of_a_batch() {
    let function = to("slack", json!({})).await;
    assert_eq!(function.outcome(b"{}").await, "");
    function.aws.put_secret("orders", &format!("{}/new", function.sink_url));
    function.sink.answer(404, None);
    function.sink.answer_after(Duration::from_millis(150), 404);
    let records = ["a", "b"].map(|id| crate::fixture::message(id, "github", 1)).to_vec();
    assert!(function.failures(records).await.is_empty());
    assert!(function.letters().is_empty(), "{:?}", function.letters());
    assert_eq!(function.received(), 5);
}

#[tokio::test]
async fn discord_is_asked_to_say_when_it_has_kept_a_message() {
    let function = to("discord", json!({})).await;
    assert_eq!(function.outcome(b"{}").await, "");
    assert_eq!(*function.sink.queries.lock().unwrap(), ["token=1&wait=true"]);
}

#[tokio::test]
async fn a_payload_that_is_too_large_for_a_message_is_named_only() {
    let large = format!("{{\"a\":\"{}\"}}", "b".repeat(600 * 1024));
    let message = posted("slack", json!({}), large.as_bytes()).await;
    assert!(message["text"].as_str().unwrap().starts_with("github.push from github: event "), "{message}");
}

#[tokio::test]
async fn a_chat_that_is_busy_is_given_time() {
    let function = to("discord", json!({})).await;
    function.sink.answer(429, Some("17"));
    assert_eq!(function.outcome(b"{}").await, "retry");
    assert_eq!(function.queue.visibility.lock().unwrap()[0].1, 17);
}
