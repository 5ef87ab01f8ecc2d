//! The built-in message templates: for GitHub's events and for all other events.

use hookline_event::Event;
use hookline_telemetry::{Level, Settings, capture};
use serde_json::{Value, json};

use crate::fixture::{Function, event, message_body, record};

/// An example payload from GitHub.
const PUSH: &[u8] = include_bytes!("../../../../harness/testdata/github/push.json");

async fn text(event_type: &str, data: Vec<u8>) -> String {
    let function = Function::with_destination(json!({ "kind": "slack", "timeout_ms": 400 })).await;
    function.aws.put_secret("orders", &function.receiver_url);
    let event = Event { event_type: event_type.to_owned(), data: data.into(), ..event("github") };
    assert!(function.failed_ids(vec![record("m", &message_body(event), 1)]).await.is_empty());
    assert_eq!(function.dead_letters(), [Value::Null; 0]);
    function.receiver.json_bodies()[0]["text"].as_str().unwrap().to_owned()
}

fn github_payload(mut payload: Value) -> Vec<u8> {
    payload["repository"] =
        json!({ "full_name": "Codertocat/Hello-World", "html_url": "https://github.example/Hello" });
    payload["sender"] = json!({ "login": "Codertocat" });
    payload.to_string().into_bytes()
}

fn commits(count: usize) -> Value {
    (0..count)
        .map(|number| {
            let message = format!("Change {number}\n\nWhy");
            json!({ "id": format!("{number:040}"), "message": message, "author": { "name": "Mona" } })
        })
        .collect()
}

#[tokio::test]
async fn push_message_lists_commits_and_the_number_of_others() {
    insta::assert_snapshot!("push", text("github.push", PUSH.to_vec()).await);
    let compare = "https://github.example/compare";
    let push = |commits: Value| json!({ "ref": "refs/heads/main", "compare": compare, "commits": commits });
    insta::assert_snapshot!("push_of_one", text("github.push", github_payload(push(commits(1)))).await);
    insta::assert_snapshot!("push_of_seven", text("github.push", github_payload(push(commits(7)))).await);
}

#[tokio::test]
async fn pull_request_issue_and_release_messages_describe_the_action() {
    let pull = json!({ "html_url": "https://github.example/pull/2", "title": "Update the README", "merged": true });
    let opened = json!({ "action": "opened", "number": 2, "pull_request": pull });
    insta::assert_snapshot!("pull_request", text("github.pull_request", github_payload(opened)).await);
    let merged = json!({ "action": "closed", "number": 2, "pull_request": pull });
    insta::assert_snapshot!("pull_request_merged", text("github.pull_request", github_payload(merged)).await);
    let issue = json!({ "number": 1, "html_url": "https://github.example/issues/1", "title": "Spelling <error>" });
    let issue = json!({ "action": "opened", "issue": issue });
    insta::assert_snapshot!("issues", text("github.issues", github_payload(issue)).await);
    let release = json!({ "html_url": "https://github.example/1", "tag_name": "v1", "name": null, "prerelease": true });
    let release = json!({ "action": "published", "release": release });
    insta::assert_snapshot!("release", text("github.release", github_payload(release)).await);
}

/// GitHub sends a form unless the operator selects JSON.
#[tokio::test]
async fn message_about_a_form_is_that_about_its_json() {
    let function = Function::with_destination(json!({ "kind": "slack", "timeout_ms": 400 })).await;
    function.aws.put_secret("orders", &function.receiver_url);
    let form = url::form_urlencoded::Serializer::new(String::new())
        .append_pair("payload", std::str::from_utf8(PUSH).unwrap())
        .finish();
    let content_type = Some("application/x-www-form-urlencoded".to_owned());
    let event = Event { content_type, data: form.into(), ..event("github") };
    assert!(function.failed_ids(vec![record("m", &message_body(event), 1)]).await.is_empty());
    assert_eq!(function.receiver.json_bodies()[0]["text"], text("github.push", PUSH.to_vec()).await);
}

/// The message names the event instead.
#[tokio::test]
async fn unreadable_payload_is_logged_and_the_message_names_the_event() {
    let large = format!("[{}0]", "{\"\":0},".repeat(100_000));
    for (template, data) in [
        (Some("Order {{ payload.number }}"), large.as_bytes()),
        (Some("{{ payload.number }}"), b"not json"),
        (None, large.as_bytes()),
    ] {
        let log = capture(Settings { level: Level::Info, service: "hookline-test".into(), function: "process" });
        let destination = json!({ "kind": "slack", "timeout_ms": 4000, "template": template });
        let function = Function::with_destination(destination).await;
        function.aws.put_secret("orders", &function.receiver_url);
        assert_eq!(function.delivery_result(data).await, "");
        let text = function.receiver.json_bodies()[0]["text"].as_str().unwrap().to_owned();
        assert!(text.contains("github.push from github: event 72d3162e"), "{text}");
        let lines = log.lines();
        let line = lines.iter().find(|line| line["outcome"] == "template_unreadable").unwrap();
        assert_eq!((&line["level"], &line["TemplateUnreadable"]), (&json!("WARN"), &json!(1)));
    }
}

#[tokio::test]
async fn other_events_have_a_generic_message() {
    insta::assert_snapshot!("other", text("stripe.invoice.paid", b"{\"id\":1}".to_vec()).await);
    for (event_type, data) in [
        // The type of another sender; not JSON; an event without a template; the name of the generic template.
        ("crm.push", "{\"ref\":\"x\"}"),
        ("github.push", "payload=%7B%7D"),
        ("github.star", "{\"repository\":{\"full_name\":\"a\"},\"sender\":{\"login\":\"b\"}}"),
        ("github.other", "{\"repository\":{\"full_name\":\"a\"},\"sender\":{\"login\":\"b\"}}"),
    ] {
        let text = text(event_type, data.into()).await;
        assert!(text.starts_with(&format!("{event_type} from github: event ")), "{text}");
    }
}
