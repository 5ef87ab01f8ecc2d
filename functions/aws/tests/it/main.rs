//! A client against a server that answers as it is told, and one that dies.

#![allow(clippy::unwrap_used, clippy::indexing_slicing, clippy::panic, reason = "tests")]

mod pool;

use std::collections::VecDeque;
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use axum::Router;
use axum::extract::{Request, State};
use axum::http::{HeaderMap, StatusCode};
use bytes::Bytes;
use hookline_aws::{Aws, AwsError, AwsSettings, Client, Credentials, Operation, Patience, S3, SECRETS_MANAGER, SQS};
use serde_json::{Value, json};
use tokio::net::TcpListener;

const PATIENCE: Patience = Patience { attempt: Duration::from_millis(300), call: Duration::from_secs(5), attempts: 3 };

/// What the server does with a request: an answer, or (status 0) nothing.
type Answer = (u16, &'static str, Vec<(&'static str, String)>);

#[derive(Clone, Default)]
struct Server {
    answers: Arc<Mutex<VecDeque<Answer>>>,
    seen: Arc<Mutex<Vec<HeaderMap>>>,
}

fn client(endpoint: &str, patience: Patience) -> Client {
    let credentials =
        Credentials { key_id: "AKID".into(), secret: "secret".to_owned().into(), token: Some("token".into()) };
    Aws::new(AwsSettings { region: "eu-west-1".into(), credentials, endpoint_url: Some(endpoint.into()) })
        .client(patience)
}

async fn scripted(answers: impl IntoIterator<Item = Answer>) -> (Client, Server) {
    let server = Server { answers: Arc::new(Mutex::new(answers.into_iter().collect())), ..Server::default() };
    let app = Router::new().fallback(answer).with_state(server.clone());
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    tokio::spawn(async { axum::serve(listener, app).await });
    (client(&url, PATIENCE), server)
}

async fn answer(State(server): State<Server>, request: Request) -> (StatusCode, HeaderMap, &'static str) {
    server.seen.lock().unwrap().push(request.headers().clone());
    let (status, body, headers) = server.answers.lock().unwrap().pop_front().unwrap_or((200, "{}", Vec::new()));
    if status == 0 {
        std::future::pending::<()>().await;
    }
    let headers = headers.into_iter().map(|(name, value)| (name.parse().unwrap(), value.parse().unwrap())).collect();
    (StatusCode::from_u16(status).unwrap(), headers, body)
}

fn send() -> Operation {
    Operation::json(SQS, "SendMessage", json!({ "MessageBody": "m" }).to_string())
}

fn plain(status: u16, body: &'static str) -> Answer {
    (status, body, Vec::new())
}

#[tokio::test]
async fn a_call_is_signed_for_its_service() {
    let (client, server) = scripted([plain(200, r#"{"MessageId":"1"}"#)]).await;
    assert_eq!(client.call::<Value>(send()).await, Ok(json!({ "MessageId": "1" })));
    let headers = server.seen.lock().unwrap()[0].clone();
    let header = |name: &str| headers[name].to_str().unwrap().to_owned();
    let signature = header("authorization");
    assert!(signature.starts_with("AWS4-HMAC-SHA256 Credential=AKID/"), "{signature}");
    assert!(signature.contains("/eu-west-1/sqs/aws4_request, "), "{signature}");
    for signed in ["host", "x-amz-date", "x-amz-security-token", "x-amz-target"] {
        assert!(signature.contains(signed), "{signed} is not signed: {signature}");
    }
    assert_eq!(header("x-amz-target"), "AmazonSQS.SendMessage");
    assert_eq!(header("content-type"), "application/x-amz-json-1.0");
    assert_eq!(header("x-amz-security-token"), "token");
}

#[tokio::test]
async fn an_object_is_signed_with_its_hash() {
    let (client, server) = scripted([]).await;
    client.send(Operation::object("b", "payloads/1", Some(Bytes::from_static(b"x")))).await.unwrap();
    let headers = server.seen.lock().unwrap()[0].clone();
    let hash = "2d711642b726b04401627ca9fbac32f5c8530fb1903cc4db02258717921a4881";
    assert_eq!(headers["x-amz-content-sha256"], hash);
    assert!(headers["authorization"].to_str().unwrap().contains("/s3/aws4_request"));
    assert_ne!(S3, SQS);
}

#[tokio::test]
async fn what_may_pass_is_tried_again_and_what_does_not_is_told() {
    let (client, server) = scripted([plain(500, ""), plain(503, "<html>"), plain(200, "{}")]).await;
    assert!(client.send(send()).await.is_ok());
    assert_eq!(server.seen.lock().unwrap().len(), 3);

    let (client, server) = scripted([plain(500, ""), plain(500, ""), plain(500, ""), plain(200, "{}")]).await;
    assert!(client.send(send()).await.is_err(), "three attempts and no more");
    assert_eq!(server.seen.lock().unwrap().len(), 3);

    let refused = r#"{"__type":"com.amazon.coral.service#AccessDeniedException","message":"no"}"#;
    let (client, server) = scripted([plain(400, refused)]).await;
    let error = client.send(Operation::json(SECRETS_MANAGER, "GetSecretValue", "{}".into())).await.unwrap_err();
    assert_eq!(
        (error.code(), error.to_string().as_str()),
        (Some("AccessDeniedException"), "AccessDeniedException: no")
    );
    assert_eq!(server.seen.lock().unwrap().len(), 1);
}

#[tokio::test]
async fn a_wrong_clock_is_corrected_by_what_aws_says() {
    let then = ("date", "Wed, 25 Nov 2037 07:00:00 GMT".to_owned());
    let skewed = r#"{"__type":"RequestTimeTooSkewed","message":"the difference is too large"}"#;
    let (client, server) = scripted([(403, skewed, vec![then]), plain(200, "{}"), plain(200, "{}")]).await;
    client.send(send()).await.unwrap();
    client.send(send()).await.unwrap();
    let date = |headers: &HeaderMap| headers["x-amz-date"].to_str().unwrap().to_owned();
    let dates: Vec<_> = server.seen.lock().unwrap().iter().map(date).collect();
    assert_eq!(dates.len(), 3);
    assert!(
        !dates[0].starts_with("2037") && dates[1].starts_with("20371125T07") && dates[2].starts_with("20371125T07")
    );

    // A signature that is wrong for another reason is not sent for ever.
    let wrong = r#"{"__type":"SignatureDoesNotMatch"}"#;
    let now = ("date", "Wed, 25 Nov 2037 07:00:05 GMT".to_owned());
    server.answers.lock().unwrap().extend([(403, wrong, vec![now])]);
    assert_eq!(client.send(send()).await.unwrap_err().code(), Some("SignatureDoesNotMatch"));
    assert_eq!(server.seen.lock().unwrap().len(), 4);
}

#[tokio::test]
async fn an_attempt_that_hangs_costs_its_time_and_no_more() {
    let (client, server) = scripted([plain(0, ""), plain(200, "{}")]).await;
    assert!(client.send(send()).await.is_ok());
    assert_eq!(server.seen.lock().unwrap().len(), 2);

    let (_, server) = scripted([]).await;
    drop(server);
    let (hangs, _server) = scripted([plain(0, ""), plain(0, ""), plain(0, "")]).await;
    let began = Instant::now();
    assert_eq!(hangs.send(send()).await, Err(AwsError::Timeout));
    assert!(began.elapsed() < PATIENCE.call);
}

#[tokio::test]
async fn a_call_ends_with_its_time_whatever_attempts_are_left() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let patience = Patience { attempt: Duration::from_secs(60), call: Duration::from_millis(200), attempts: 3 };
    let client = client(&format!("http://{}", listener.local_addr().unwrap()), patience);
    assert_eq!(client.send(send()).await, Err(AwsError::Timeout));
}

#[tokio::test]
async fn nobody_there_is_a_connection_that_failed() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    drop(listener);
    let error = client(&url, PATIENCE).send(send()).await.unwrap_err();
    assert!(matches!(error, AwsError::Connection { .. }), "{error}");
}

#[tokio::test]
async fn an_answer_that_is_none_is_not_quoted() {
    let (client, _server) = scripted([plain(200, "s3cret"), plain(200, "s3cret"), plain(200, "s3cret")]).await;
    let error = client.call::<Value>(send()).await.unwrap_err();
    assert!(!format!("{error} {error:?}").contains("s3cret"));
}
