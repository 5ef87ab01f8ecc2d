use ingest::MAX_BODY_BYTES;
use serde_json::{Value, json};

use crate::fixture::{Function, SECRET, gateway_event, github, webhook};

#[track_caller]
fn problem(status: i64, title: &str, detail: &str) -> Value {
    let request_id = "c6af9ac6-7b61-11e6-9a41-93e8deadbeef";
    json!({ "status": status, "title": title, "detail": detail, "request_id": request_id })
}

/// One signature for `{}` with `SECRET`, to be bent.
fn signature() -> String {
    github("push", SECRET, b"{}")["headers"]["X-Hub-Signature-256"].as_str().unwrap().to_owned()
}

#[tokio::test]
async fn every_bad_signature_gets_the_same_answer_and_leaves_the_queue_alone() {
    let function = Function::new();
    let good = signature();
    let sha1 = "sha1=126f2c800419c60137ce748d7672e77b65cf16d6";
    let twice = [("X-Hub-Signature-256", good.as_str()), ("X-Hub-Signature-256", good.as_str())];
    let cases: [(&str, &[(&str, &str)], &[u8]); 10] = [
        ("missing", &[], b"{}"),
        ("blank", &[("X-Hub-Signature-256", "")], b"{}"),
        ("no prefix", &[("X-Hub-Signature-256", &good[7..])], b"{}"),
        ("sha1 only", &[("X-Hub-Signature", sha1)], b"{\"yo\":true}"),
        ("truncated", &[("X-Hub-Signature-256", &good[..good.len() - 2])], b"{}"),
        ("changed body", &[("X-Hub-Signature-256", &good)], b"{ }"),
        ("twice", &twice, b"{}"),
        ("joined", &[("X-Hub-Signature-256", &format!("{good}, {good}"))], b"{}"),
        ("control bytes", &[("X-Hub-Signature-256", "sha256=\r\n\0\u{1b}[2J")], b"{}"),
        ("empty body, no signature", &[], b""),
    ];
    for (name, headers, body) in cases {
        let (status, headers, body) = function.call(webhook("github", headers, body)).await;
        assert_eq!(status, 401, "{name}");
        assert_eq!(body, problem(401, "Unauthorized", "The request could not be authenticated."), "{name}");
        assert_eq!(headers["content-type"], "application/problem+json", "{name}");
    }
    assert!(function.queued().is_empty());
}

#[tokio::test]
async fn each_flipped_bit_of_a_signature_is_refused() {
    let function = Function::new();
    let good = signature();
    for at in 7..good.len() {
        let mut bent = good.clone().into_bytes();
        bent[at] = if bent[at] == b'0' { b'1' } else { b'0' };
        let bent = String::from_utf8(bent).unwrap();
        assert_eq!(function.status(webhook("github", &[("X-Hub-Signature-256", &bent)], b"{}")).await, 401, "{at}");
    }
    assert!(function.queued().is_empty());
}

#[tokio::test]
async fn another_sources_secret_is_wrong() {
    let function = Function::new();
    function.secrets.put("github", hookline_aws::Stage::Current, "only github's");
    assert_eq!(function.status(github("push", SECRET, b"{}")).await, 401);
}

#[tokio::test]
async fn verified_but_not_what_was_promised_is_told() {
    let function = Function::new();
    let (status, _, body) = function.call(github("push", SECRET, b"{\"a\":")).await;
    assert_eq!((status, body), (400, problem(400, "Bad Request", "The body is declared as JSON, but is not.")));
    let (status, _, body) = function.call(github("push", SECRET, b"")).await;
    assert_eq!((status, body), (400, problem(400, "Bad Request", "The body is empty.")));
    let mut event = github("push", SECRET, b"{}");
    event["body"] = json!("e30*");
    assert_eq!(function.status(event).await, 400);
    let event = github("push", SECRET, b"{}").to_string().replace("application/json", "text/html");
    assert_eq!(function.status(serde_json::from_str(&event).unwrap()).await, 415);
    let event =
        github("push", SECRET, b"{}").to_string().replace("X-GitHub-Event", "Content-Encoding").replace("push", "gzip");
    assert_eq!(function.status(serde_json::from_str(&event).unwrap()).await, 415);
    assert!(function.queued().is_empty());
}

#[tokio::test]
async fn an_unknown_source_is_404_and_never_looked_up() {
    let function = Function::new();
    for source in ["nobody", "", "..", "github/../acme", "GITHUB", &"x".repeat(5000), "\u{1b}[31m\r\n"] {
        let (status, _, body) = function.call(webhook(source, &[("X-Hub-Signature-256", "x")], b"{}")).await;
        assert_eq!((status, body), (404, problem(404, "Not Found", "There is no such source.")), "{source:?}");
    }
    assert_eq!(function.secrets.calls(), 0);
}

#[tokio::test]
async fn methods_and_resources_that_the_api_does_not_have_are_404() {
    let function = Function::new();
    let mut event = github("push", SECRET, b"{}");
    event["httpMethod"] = json!("GET");
    assert_eq!(function.status(event).await, 404);
    assert_eq!(function.status(gateway_event("/other", &[], b"{}")).await, 404);
    assert_eq!(function.status(json!({})).await, 404);
}

#[tokio::test]
async fn what_lambda_could_not_have_taken_is_too_large() {
    let function = Function::new();
    let body = |bytes: usize| [b"\"".to_vec(), vec![b'x'; bytes - 2], b"\"".to_vec()].concat();
    assert_eq!(function.status(github("push", SECRET, &body(MAX_BODY_BYTES / 4 * 3))).await, 202);
    let (status, _, problem_body) = function.call(github("push", SECRET, &body(MAX_BODY_BYTES / 4 * 3 + 1))).await;
    assert_eq!(
        (status, problem_body),
        (413, problem(413, "Payload Too Large", "The body is larger than can be kept."))
    );
    assert_eq!(function.status(webhook("github", &[], &body(10_000_000))).await, 413);
    // A gateway that hands text over as it is shifts no limit.
    for (bytes, expected) in [(MAX_BODY_BYTES / 4 * 3, 202), (MAX_BODY_BYTES / 4 * 3 + 1, 413)] {
        let mut event = github("push", SECRET, &body(bytes));
        (event["isBase64Encoded"], event["body"]) = (json!(false), json!(String::from_utf8(body(bytes)).unwrap()));
        assert_eq!(function.status(event).await, expected, "{bytes} bytes");
    }
    assert_eq!(function.queued().len(), 2);
}

#[tokio::test]
async fn events_without_a_caller_are_refused() {
    let function = Function::new();
    assert_eq!(function.status(gateway_event("/events", &[], b"{}")).await, 401);
    let mut event = gateway_event("/events", &[("Ce-Id", "a\r\nb")], b"{}");
    event["requestContext"]["authorizer"] = json!({ "claims": { "client_id": "billing" } });
    assert_eq!(function.status(event).await, 400);
    assert!(function.queued().is_empty());
}
