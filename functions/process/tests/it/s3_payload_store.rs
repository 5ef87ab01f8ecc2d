//! The requests of the S3 payload store and the handling of the responses, with the real SDK client.

use axum::Router;
use axum::http::{StatusCode, Uri};
use process::{FetchError, FetchPayload, S3PayloadStore};

use crate::fixture::sdk;

async fn fetch(status: u16, body: &'static str, uri: &str) -> Result<Vec<u8>, FetchError> {
    let app = Router::new().fallback(async move |uri: Uri| {
        assert_eq!(uri.path(), "/payloads/payloads/1");
        (StatusCode::from_u16(status).unwrap(), body)
    });
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    tokio::spawn(async { axum::serve(listener, app).await });
    let store = S3PayloadStore::new(&sdk(&url), "payloads".into());
    store.fetch_payload(uri).await.map(|bytes| bytes.to_vec())
}

fn error(code: &str) -> &'static str {
    format!("<?xml version=\"1.0\"?><Error><Code>{code}</Code><Message>m</Message></Error>").leak()
}

#[tokio::test]
async fn returns_the_exact_bytes() {
    assert_eq!(fetch(200, "{\"a\": 1}\r\n", "s3://payloads/payloads/1").await.unwrap(), b"{\"a\": 1}\r\n");
}

#[tokio::test]
async fn missing_payload_differs_from_unavailable_store() {
    let uri = "s3://payloads/payloads/1";
    let missing = fetch(404, error("NoSuchKey"), uri).await;
    assert!(matches!(&missing, Err(FetchError::Missing { uri: reported }) if reported == uri), "{missing:?}");
    for (status, code) in [(404, "NoSuchBucket"), (403, "AccessDenied"), (503, "SlowDown")] {
        let result = fetch(status, error(code), uri).await;
        assert!(matches!(&result, Err(FetchError::Unavailable { .. })), "{code}: {result:?}");
    }
}

/// A message must not make the function read other buckets.
#[tokio::test]
async fn never_fetches_from_another_bucket() {
    for uri in ["s3://other/payloads/1", "https://payloads/1", ""] {
        let result = fetch(200, "secret", uri).await;
        assert!(matches!(&result, Err(FetchError::Missing { uri: reported }) if reported == uri), "{result:?}");
    }
}
