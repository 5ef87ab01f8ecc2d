//! The two verbs on the real client, against a server that answers as AWS does.

use std::sync::{Arc, Mutex};
use std::time::Duration;

use axum::Router;
use axum::http::StatusCode;
use hookline_aws::{Aws, AwsSettings, Client, Patience};
use hookline_environment::Variables;
use hookline_secrets::{GetSecret, GetSecretError, Stage};
use hookline_telemetry::Trace;
use ingest::SendEvent;
use serde_json::Value;

use crate::fixture::environment;

const PATIENCE: Patience =
    Patience { attempt: Duration::from_millis(200), call: Duration::from_millis(500), attempts: 1 };

/// A client for a server that gives one answer, and the bodies that it gets.
async fn aws(status: u16, body: &'static str) -> (Client, Arc<Mutex<Vec<Value>>>) {
    let seen = Arc::new(Mutex::new(Vec::new()));
    let record = Arc::clone(&seen);
    let app = Router::new().fallback(async move |request: String| {
        record.lock().unwrap().push(serde_json::from_str(&request).unwrap());
        if status == 0 {
            std::future::pending::<()>().await;
        }
        (StatusCode::from_u16(status).unwrap(), [("content-type", "application/x-amz-json-1.1")], body)
    });
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    tokio::spawn(async { axum::serve(listener, app).await });
    let lookup = environment("AWS_ENDPOINT_URL", Some(&url));
    (Aws::new(AwsSettings::read(&mut Variables::new(&lookup)).unwrap()).client(PATIENCE), seen)
}

async fn secret(status: u16, body: &'static str) -> Result<Option<Vec<u8>>, GetSecretError> {
    let (client, seen) = aws(status, body).await;
    let secret = client.get_secret("hookline-test/sources/github", Stage::Previous).await;
    let request = seen.lock().unwrap()[0].clone();
    assert_eq!(request["SecretId"], "hookline-test/sources/github");
    assert_eq!(request["VersionStage"], "AWSPREVIOUS");
    secret
}

#[tokio::test]
async fn a_secrets_value_is_text_or_bytes_or_missing() {
    assert_eq!(secret(200, r#"{"SecretString":"s3cret"}"#).await, Ok(Some(b"s3cret".to_vec())));
    assert_eq!(secret(200, r#"{"SecretBinary":"AP8="}"#).await, Ok(Some(vec![0, 255])));
    assert_eq!(secret(200, "{}").await, Ok(None));
    let missing = r#"{"__type":"ResourceNotFoundException","Message":"there is none"}"#;
    assert_eq!(secret(400, missing).await, Ok(None));
}

#[tokio::test]
async fn a_store_that_refuses_is_told_from_one_that_does_not_answer() {
    for (status, body, refused) in [
        (400, r#"{"__type":"AccessDeniedException","Message":"no"}"#, true),
        (400, r#"{"__type":"InvalidRequestException","Message":"marked for deletion"}"#, true),
        (400, r#"{"__type":"ThrottlingException","Message":"slow down"}"#, false),
        (500, r#"{"__type":"InternalServiceError","Message":"oh"}"#, false),
        (503, "", false),
        (0, "", false),
    ] {
        let error = secret(status, body).await.unwrap_err();
        assert_eq!(matches!(error, GetSecretError::Refused { .. }), refused, "{status} {body}: {error}");
    }
}

#[tokio::test]
async fn an_answer_that_cannot_be_read_is_not_quoted() {
    let error = secret(200, r#"{"SecretBinary":"s3cret*"}"#).await.unwrap_err();
    assert!(!format!("{error:?} {error}").contains("s3cret"), "{error}");
}

#[tokio::test]
async fn the_queue_has_to_confirm() {
    let confirmed = r#"{"MessageId":"m","MD5OfMessageBody":"99914b932bd37a50b983c5e7c90ae93b"}"#;
    let (client, seen) = aws(200, confirmed).await;
    let header = "Root=1-5759e988-bd862e3fe1be46a994272793;Parent=53995c3f42cd8ad8;Sampled=1";
    let trace = Trace::from_header(header);
    assert_eq!(client.send_event("https://sqs.test/intake", "{}".into(), trace.as_ref()).await, Ok(()));
    let request = seen.lock().unwrap()[0].clone();
    assert_eq!(
        (&request["MessageBody"], &request["QueueUrl"]),
        (&Value::from("{}"), &Value::from("https://sqs.test/intake"))
    );
    assert_eq!(request["MessageSystemAttributes"]["AWSTraceHeader"]["StringValue"], header);
    for (status, body) in [(403, r#"{"__type":"AccessDenied"}"#), (500, ""), (0, "")] {
        let (client, _) = aws(status, body).await;
        assert!(client.send_event("https://sqs.test/intake", "{}".into(), None).await.is_err(), "{status}");
    }
}
