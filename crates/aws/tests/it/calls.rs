//! What the SDK is relied on for: signatures, retries, timeouts, the clock.

use std::time::{Duration, Instant};

use aws_sdk_sqs::Client;
use aws_sdk_sqs::error::{ProvideErrorMetadata as _, SdkError};
use aws_sdk_sqs::operation::send_message::{SendMessageError, SendMessageOutput};
use axum::http::HeaderMap;
use hookline_aws::{Failure, Timeouts};
use tokio::net::TcpListener;

use crate::{TIMEOUTS, plain, queue, scripted};

async fn send(client: &Client) -> Result<SendMessageOutput, SdkError<SendMessageError>> {
    client.send_message().queue_url("https://sqs.test/q").message_body("m").send().await
}

#[tokio::test]
async fn call_is_signed_for_its_service() {
    let (client, server) = scripted([plain(200, r#"{"MessageId":"1"}"#)]).await;
    assert_eq!(send(&client).await.unwrap().message_id(), Some("1"));
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
async fn transient_failure_is_retried_and_a_refusal_is_not() {
    let (client, server) = scripted([plain(500, ""), plain(503, "<html>"), plain(200, "{}")]).await;
    assert!(send(&client).await.is_ok());
    assert_eq!(server.requests(), 3);

    let (client, server) = scripted([plain(500, ""), plain(500, ""), plain(500, ""), plain(200, "{}")]).await;
    assert!(send(&client).await.is_err(), "three attempts and no more");
    assert_eq!(server.requests(), 3);

    let refused = r#"{"__type":"com.amazon.coral.service#AccessDeniedException","message":"no"}"#;
    let (client, server) = scripted([plain(400, refused)]).await;
    let error = send(&client).await.unwrap_err();
    assert_eq!(error.code(), Some("AccessDeniedException"));
    assert!(Failure::from_sdk_error(&error).is_rejection());
    assert_eq!(server.requests(), 1);
}

#[tokio::test]
async fn wrong_clock_is_corrected_by_the_response() {
    let then = ("date", "Wed, 25 Nov 2037 07:30:00 GMT".to_owned());
    let skewed = r#"{"__type":"RequestTimeTooSkewed","message":"the difference is too large"}"#;
    let (client, server) =
        scripted([(403, skewed, vec![then.clone()]), (200, "{}", vec![then.clone()]), (200, "{}", vec![then])]).await;
    send(&client).await.unwrap();
    send(&client).await.unwrap();
    let date = |headers: &HeaderMap| headers["x-amz-date"].to_str().unwrap().to_owned();
    let dates: Vec<_> = server.seen.lock().unwrap().iter().map(date).collect();
    assert_eq!(dates.len(), 3);
    assert!(
        !dates[0].starts_with("2037") && dates[1].starts_with("20371125T07") && dates[2].starts_with("20371125T07"),
        "{dates:?}"
    );

    // A signature that is wrong for another reason costs the attempts of one call.
    let wrong =
        (403, r#"{"__type":"SignatureDoesNotMatch"}"#, vec![("date", "Wed, 25 Nov 2037 07:30:05 GMT".to_owned())]);
    server.responses.lock().unwrap().extend(vec![wrong; 10]);
    assert_eq!(send(&client).await.unwrap_err().code(), Some("SignatureDoesNotMatch"));
    assert!(server.requests() <= 6, "{}", server.requests());
}

#[tokio::test]
async fn attempt_that_hangs_costs_its_timeout_and_no_more() {
    let (client, server) = scripted([plain(0, ""), plain(200, "{}")]).await;
    assert!(send(&client).await.is_ok());
    assert_eq!(server.requests(), 2);

    let (hangs, _server) = scripted([plain(0, ""), plain(0, ""), plain(0, "")]).await;
    let began = Instant::now();
    assert_eq!(Failure::from_sdk_error(&send(&hangs).await.unwrap_err()), Failure::Timeout);
    assert!(began.elapsed() < TIMEOUTS.call);
}

#[tokio::test]
async fn call_ends_with_its_timeout_whatever_attempts_are_left() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let timeouts = Timeouts { attempt: Duration::from_secs(60), call: Duration::from_millis(200), attempts: 3 };
    let client = queue(&format!("http://{}", listener.local_addr().unwrap()), timeouts);
    assert_eq!(Failure::from_sdk_error(&send(&client).await.unwrap_err()), Failure::Timeout);
}

#[tokio::test]
async fn refused_connection_is_a_connection_failure() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    drop(listener);
    assert_eq!(Failure::from_sdk_error(&send(&queue(&url, TIMEOUTS)).await.unwrap_err()), Failure::Connection);
}

#[tokio::test]
async fn throttling_is_not_a_refusal() {
    let throttled = r#"{"__type":"ThrottlingException"}"#;
    let (client, server) = scripted([plain(400, throttled), plain(400, throttled), plain(400, throttled)]).await;
    let failure = Failure::from_sdk_error(&send(&client).await.unwrap_err());
    assert_eq!(failure, Failure::Service { status: 400, code: "ThrottlingException".to_owned() });
    assert!(!failure.is_rejection());
    assert_eq!(server.requests(), 3);
}
