//! Tests of the queue's adapter: the real SDK calls a server with a scripted response.

use std::sync::{Arc, Mutex};

use axum::Router;
use axum::http::StatusCode;
use hookline_aws::{AwsSettings, Sdk, Variables};
use hookline_telemetry::Trace;
use ingest::{SendEvent, SqsQueue};
use serde_json::Value;

use crate::fixture::environment;

/// Starts a server that always sends this response; status 0 sends none. Returns a queue that uses the server, and the
/// received requests.
async fn queue_with_response(status: u16, body: &'static str) -> (SqsQueue, Arc<Mutex<Vec<Value>>>) {
    let received = Arc::new(Mutex::new(Vec::new()));
    let recorder = Arc::clone(&received);
    let app = Router::new().fallback(async move |request: String| {
        recorder.lock().unwrap().push(serde_json::from_str(&request).unwrap());
        if status == 0 {
            std::future::pending::<()>().await;
        }
        (StatusCode::from_u16(status).unwrap(), [("content-type", "application/x-amz-json-1.0")], body)
    });
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    tokio::spawn(async { axum::serve(listener, app).await });
    let lookup = environment("AWS_ENDPOINT_URL", Some(&url));
    let sdk = Sdk::new(AwsSettings::read(&mut Variables::new(&lookup)).unwrap());
    (SqsQueue::new(&sdk.config(ingest::QUEUE_TIMEOUTS)), received)
}

#[tokio::test]
async fn send_event_fails_unless_the_queue_confirms() {
    let confirmed = r#"{"MessageId":"m","MD5OfMessageBody":"99914b932bd37a50b983c5e7c90ae93b"}"#;
    let (queue, received) = queue_with_response(200, confirmed).await;
    let header = "Root=1-5759e988-bd862e3fe1be46a994272793;Parent=53995c3f42cd8ad8;Sampled=1";
    let trace = Trace::from_header(header);
    queue.send_event("https://sqs.test/intake", "{}".into(), trace.as_ref()).await.unwrap();
    let request = received.lock().unwrap()[0].clone();
    assert_eq!(
        (&request["MessageBody"], &request["QueueUrl"]),
        (&Value::from("{}"), &Value::from("https://sqs.test/intake"))
    );
    assert_eq!(request["MessageSystemAttributes"]["AWSTraceHeader"]["StringValue"], header);
    for (status, body) in [(403, r#"{"__type":"AccessDenied"}"#), (500, ""), (0, ""), (200, "{}"), (200, "<html>")] {
        let (queue, _) = queue_with_response(status, body).await;
        assert!(queue.send_event("https://sqs.test/intake", "{}".into(), None).await.is_err(), "{status}");
    }
}
