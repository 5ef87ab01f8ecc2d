//! Tests of the SDK's features that the functions rely on: signatures, retries, timeouts and clock skew correction.

use std::time::{Duration, Instant};

use aws_sdk_sqs::Client;
use aws_sdk_sqs::error::{ProvideErrorMetadata as _, SdkError};
use aws_sdk_sqs::operation::send_message::{SendMessageError, SendMessageOutput};
use axum::http::HeaderMap;
use hookline_aws::{Failure, Timeouts};
use tokio::net::TcpListener;

use crate::{TIMEOUTS, response, scripted_sqs, sqs_client};

async fn send(client: &Client) -> Result<SendMessageOutput, SdkError<SendMessageError>> {
    client.send_message().queue_url("https://sqs.test/q").message_body("m").send().await
}

#[tokio::test]
async fn request_is_signed_for_its_service() {
    let (client, server) = scripted_sqs([response(200, r#"{"MessageId":"1"}"#)]).await;
    assert_eq!(send(&client).await.unwrap().message_id(), Some("1"));
    let headers = server.received_headers.lock().unwrap()[0].clone();
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
async fn transient_failure_is_retried_and_rejection_is_not() {
    let (client, server) = scripted_sqs([response(500, ""), response(503, "<html>"), response(200, "{}")]).await;
    assert!(send(&client).await.is_ok());
    assert_eq!(server.request_count(), 3);

    let (client, server) =
        scripted_sqs([response(500, ""), response(500, ""), response(500, ""), response(200, "{}")]).await;
    assert!(send(&client).await.is_err(), "at most three attempts");
    assert_eq!(server.request_count(), 3);

    let rejected = r#"{"__type":"com.amazon.coral.service#AccessDeniedException","message":"no"}"#;
    let (client, server) = scripted_sqs([response(400, rejected)]).await;
    let error = send(&client).await.unwrap_err();
    assert_eq!(error.code(), Some("AccessDeniedException"));
    assert!(Failure::from_sdk_error(&error).is_rejection());
    assert_eq!(server.request_count(), 1);
}

#[tokio::test]
async fn clock_skew_is_corrected_from_the_response() {
    let server_date = ("date", "Wed, 25 Nov 2037 07:30:00 GMT".to_owned());
    let skewed = r#"{"__type":"RequestTimeTooSkewed","message":"the difference is too large"}"#;
    let (client, server) = scripted_sqs([
        (403, skewed, vec![server_date.clone()]),
        (200, "{}", vec![server_date.clone()]),
        (200, "{}", vec![server_date]),
    ])
    .await;
    send(&client).await.unwrap();
    send(&client).await.unwrap();
    let date = |headers: &HeaderMap| headers["x-amz-date"].to_str().unwrap().to_owned();
    let dates: Vec<_> = server.received_headers.lock().unwrap().iter().map(date).collect();
    assert_eq!(dates.len(), 3);
    assert!(
        !dates[0].starts_with("2037") && dates[1].starts_with("20371125T07") && dates[2].starts_with("20371125T07"),
        "{dates:?}"
    );

    // For an invalid signature with another cause, the SDK makes only the attempts of one call.
    let invalid_signature =
        (403, r#"{"__type":"SignatureDoesNotMatch"}"#, vec![("date", "Wed, 25 Nov 2037 07:30:05 GMT".to_owned())]);
    server.responses.lock().unwrap().extend(vec![invalid_signature; 10]);
    assert_eq!(send(&client).await.unwrap_err().code(), Some("SignatureDoesNotMatch"));
    assert!(server.request_count() <= 6, "{}", server.request_count());
}

#[tokio::test]
async fn attempt_without_response_ends_with_its_timeout() {
    let (client, server) = scripted_sqs([response(0, ""), response(200, "{}")]).await;
    assert!(send(&client).await.is_ok());
    assert_eq!(server.request_count(), 2);

    let (client, _server) = scripted_sqs([response(0, ""), response(0, ""), response(0, "")]).await;
    let start = Instant::now();
    assert_eq!(Failure::from_sdk_error(&send(&client).await.unwrap_err()), Failure::Timeout);
    assert!(start.elapsed() < TIMEOUTS.call);
}

#[tokio::test]
async fn call_ends_with_its_timeout_despite_remaining_attempts() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let timeouts = Timeouts { attempt: Duration::from_secs(60), call: Duration::from_millis(200), attempts: 3 };
    let client = sqs_client(&format!("http://{}", listener.local_addr().unwrap()), timeouts);
    assert_eq!(Failure::from_sdk_error(&send(&client).await.unwrap_err()), Failure::Timeout);
}

#[tokio::test]
async fn connection_refused_is_a_connection_failure() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    drop(listener);
    assert_eq!(Failure::from_sdk_error(&send(&sqs_client(&url, TIMEOUTS)).await.unwrap_err()), Failure::Connection);
}

#[tokio::test]
async fn throttling_is_not_a_rejection() {
    let throttled = r#"{"__type":"ThrottlingException"}"#;
    let (client, server) =
        scripted_sqs([response(400, throttled), response(400, throttled), response(400, throttled)]).await;
    let failure = Failure::from_sdk_error(&send(&client).await.unwrap_err());
    assert_eq!(failure, Failure::Service { status: 400, code: "ThrottlingException".to_owned() });
    assert!(!failure.is_rejection());
    assert_eq!(server.request_count(), 3);
}
