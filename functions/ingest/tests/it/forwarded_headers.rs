//! Headers of the sender's request that destinations receive: which are queued, and which never are.

use hookline_event::ForwardedHeaders;
use hookline_telemetry::{Level, Settings, capture};
use serde_json::json;

use crate::fixture::Function;
use crate::signed_request::{SignedRequest, sign_request};

fn request() -> SignedRequest {
    sign_request("forwarding", b"{}").with_header("X-GitHub-Event", "push")
}

/// Returns the queued headers, one in a line.
async fn queued(function: &Function, request: SignedRequest) -> Vec<String> {
    assert_eq!(function.status(request.event()).await, 202);
    let event = function.queued_events().pop().unwrap();
    event.forwarded.iter().map(|(name, value)| format!("{name}: {value}")).collect()
}

#[tokio::test]
async fn listed_headers_of_the_request_are_queued() {
    let function = Function::new();
    let request = request().with_header("USER-AGENT", " GitHub-Hookshot/1 ").with_header("X-Other", "x");
    let signature = format!("x-hub-signature-256: {}", request.header("X-Hub-Signature-256"));
    let headers = queued(&function, request).await;
    assert_eq!(headers, ["user-agent: GitHub-Hookshot/1", "x-github-event: push", &signature]);
}

#[tokio::test]
async fn source_without_the_option_forwards_nothing() {
    let function = Function::new();
    let request = sign_request("github", b"{}").with_header("X-GitHub-Event", "push");
    assert!(queued(&function, request).await.is_empty());
    assert!(!function.queue.messages.lock().unwrap()[0].contains("forwardedheaders"));
}

/// The plan rejects such a configuration. A secret stays in ingest even if the configuration lists its header.
#[tokio::test]
async fn credentials_are_never_forwarded() {
    let function = Function::new();
    let secrets = request().with_header("Authorization", "Bearer not-a-real-token").with_header("Ce-Id", "forged");
    let headers = queued(&function, secrets).await;
    assert!(headers.iter().all(|header| header.starts_with("x-")), "{headers:?}");
    let token = sign_request("token", b"{\"object_kind\":\"push\"}").with_header("X-Gitlab-Event", "Push Hook");
    assert!(!token.header("X-Gitlab-Token").is_empty());
    assert_eq!(queued(&function, token).await, ["x-gitlab-event: Push Hook"]);
}

#[tokio::test]
async fn values_of_a_repeated_header_are_joined() {
    let function = Function::new();
    let mut event = request().event();
    event["multiValueHeaders"]["X-Long"] = json!(["a", " b"]);
    assert_eq!(function.status(event).await, 202);
    let event = function.queued_events().pop().unwrap();
    assert_eq!(event.forwarded.get("X-Long"), Some("a, b"));
}

#[tokio::test]
async fn headers_beyond_the_limits_are_omitted_and_counted() {
    for value in ["x".repeat(ForwardedHeaders::MAX_BYTES), "p\u{fc}sh".to_owned(), "a\r\nb".to_owned()] {
        let log = capture(Settings { level: Level::Info, service: "hookline-test".into(), function: "ingest" });
        let function = Function::new();
        let headers = queued(&function, request().with_header("X-Long", &value)).await;
        assert!(headers.contains(&"x-github-event: push".to_owned()), "{headers:?}");
        assert!(!headers.iter().any(|header| header.starts_with("x-long")), "{headers:?}");
        let lines = log.lines();
        let line = lines.iter().find(|line| line["outcome"] == "headers_omitted").unwrap();
        assert_eq!(
            (&line["level"], &line["HeadersOmitted"], &line["source"]),
            (&json!("WARN"), &json!(1), &json!("forwarding"))
        );
        let expected = "too large, too many or not printable ASCII: X-Long";
        assert_eq!(line["detail"], expected);
    }
}
