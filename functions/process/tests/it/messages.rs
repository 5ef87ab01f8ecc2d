//! The messages that there are: for GitHub's events, and for any other.

use hookline_event::Event;
use serde_json::{Value, json};

use crate::fixture::{Function, event, queued, record};

/// The example of GitHub's own package of examples.
const PUSH: &[u8] = include_bytes!("../../../../harness/testdata/github/push.json");

async fn text(event_type: &str, data: Vec<u8>) -> String {
    let function = Function::to(json!({ "kind": "slack", "timeout_ms": 400 })).await;
    function.aws.put_secret("orders", &function.sink_url);
    let event = Event { event_type: event_type.to_owned(), data: data.into(), ..event("github") };
    assert!(function.failures(vec![record("m", &queued(event), 1)]).await.is_empty());
    assert_eq!(function.letters(), [Value::Null; 0]);
    function.sink.messages()[0]["text"].as_str().unwrap().to_owned()
}

fn of_github(mut payload: Value) -> Vec<u8> {
    payload["repository"] =
        json!({ "full_name": "Codertocat/Hello-World", "html_url": "https://github.example/Hello" });
    payload["sender"] = json!({ "login": "Codertocat" });
    payload.to_string().into_bytes()
}

fn commits(count: usize) -> Value {
    (0..count)
        .map(|it| json!({ "id": format!("{it:040}"), "message": format!("Change {it}\n\nWhy"), "author": { "name": "Mona" } }))
        .collect()
}

#[tokio::test]
async fn a_push_names_its_commits_and_how_many_more() {
    insta::assert_snapshot!("push", text("github.push", PUSH.to_vec()).await);
    let push = |commits: Value| json!({ "ref": "refs/heads/main", "compare": "https://github.example/compare", "commits": commits });
    insta::assert_snapshot!("push_of_one", text("github.push", of_github(push(commits(1)))).await);
    insta::assert_snapshot!("push_of_seven", text("github.push", of_github(push(commits(7)))).await);
}

#[tokio::test]
async fn pull_requests_issues_and_releases_say_what_happened() {
    let pull = json!({ "html_url": "https://github.example/pull/2", "title": "Update the README", "merged": true });
    let opened = json!({ "action": "opened", "number": 2, "pull_request": pull });
    insta::assert_snapshot!("pull_request", text("github.pull_request", of_github(opened)).await);
    let merged = json!({ "action": "closed", "number": 2, "pull_request": pull });
    insta::assert_snapshot!("pull_request_merged", text("github.pull_request", of_github(merged)).await);
    let issue = json!({ "number": 1, "html_url": "https://github.example/issues/1", "title": "Spelling <error>" });
    let issue = json!({ "action": "opened", "issue": issue });
    insta::assert_snapshot!("issues", text("github.issues", of_github(issue)).await);
    let release = json!({ "html_url": "https://github.example/1", "tag_name": "v1", "name": null, "prerelease": true });
    let release = json!({ "action": "published", "release": release });
    insta::assert_snapshot!("release", text("github.release", of_github(release)).await);
}

#[tokio::test]
async fn anything_else_is_named() {
    insta::assert_snapshot!("other", text("stripe.invoice.paid", b"{\"id\":1}".to_vec()).await);
    for (event_type, data) in [
        // Not GitHub's, whatever it is called; not JSON; a kind without a template; the template's own name.
        ("crm.push", "{\"ref\":\"x\"}"),
        ("github.push", "payload=%7B%7D"),
        ("github.star", "{\"repository\":{\"full_name\":\"a\"},\"sender\":{\"login\":\"b\"}}"),
        ("github.other", "{\"repository\":{\"full_name\":\"a\"},\"sender\":{\"login\":\"b\"}}"),
    ] {
        let text = text(event_type, data.into()).await;
        assert!(text.starts_with(&format!("{event_type} from github: event ")), "{text}");
    }
}
