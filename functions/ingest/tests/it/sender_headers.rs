//! The headers that listeners receive, so that they can verify the sender's own signature.

use hookline_event::SenderHeaders;

use crate::fixture::Function;
use crate::signed_request::{SignedRequest, sign_request};

/// The size from which a body is offloaded.
const OFFLOADED: usize = 300_000;

/// Returns the attribute of the queued message, one header in a line.
async fn queued(function: &Function, request: SignedRequest) -> Vec<String> {
    assert_eq!(function.status(request.event()).await, 202);
    let messages = function.queue.messages.lock().unwrap();
    let headers = SenderHeaders::of_message(messages.last().unwrap()).unwrap();
    headers.iter().map(|(name, value)| format!("{name}: {value}")).collect()
}

fn names(headers: &[String]) -> Vec<&str> {
    headers.iter().filter_map(|header| header.split_once(':')).map(|(name, _)| name).collect()
}

#[tokio::test]
async fn headers_of_the_signature_are_queued_for_listeners() {
    let function = Function::with_variable("HOOKLINE_LISTEN", "true");
    let request = sign_request("github", b"{}").with_header("X-GitHub-Event", "push").with_header("X-Other", "x");
    let signature = format!("x-hub-signature-256: {}", request.header("X-Hub-Signature-256"));
    let headers = queued(&function, request).await;
    assert!(headers.contains(&signature) && headers.contains(&"x-github-event: push".to_owned()), "{headers:?}");
    assert!(!names(&headers).contains(&"x-other"), "{headers:?}");
    let headers = queued(&function, sign_request("standard", b"{\"type\":\"a\"}")).await;
    assert_eq!(names(&headers), ["webhook-id", "webhook-signature", "webhook-timestamp"]);
}

#[tokio::test]
async fn an_offloaded_body_keeps_the_headers() {
    let function = Function::with_variable("HOOKLINE_LISTEN", "true");
    let body = format!("\"{}\"", "x".repeat(OFFLOADED));
    let headers = queued(&function, sign_request("github", body.as_bytes())).await;
    assert!(names(&headers).contains(&"x-hub-signature-256"), "{headers:?}");
    assert!(function.queue.messages.lock().unwrap()[0].contains("dataref"));
}

#[tokio::test]
async fn tokens_are_never_queued() {
    let function = Function::with_variable("HOOKLINE_LISTEN", "true");
    let token = sign_request("token", b"{\"object_kind\":\"push\"}").with_header("X-Gitlab-Event", "Push Hook");
    assert!(!token.header("X-Gitlab-Token").is_empty());
    let headers = queued(&function, token).await;
    assert!(!names(&headers).contains(&"x-gitlab-token") && names(&headers).contains(&"x-gitlab-event"), "{headers:?}");
}

#[tokio::test]
async fn without_listening_the_message_has_no_headers() {
    let function = Function::new();
    assert!(queued(&function, sign_request("github", b"{}")).await.is_empty());
    assert!(!function.queue.messages.lock().unwrap()[0].contains("senderheaders"));
}
