//! What the payload bucket's adapter asks of S3, on the real client, and how it reads the answers.

use axum::Router;
use axum::http::{StatusCode, Uri};
use process::{FetchError, FetchPayload, S3PayloadStore};

use crate::fixture::sdk;

async fn fetched(status: u16, answer: &'static str, uri: &str) -> Result<Vec<u8>, FetchError> {
    let app = Router::new().fallback(async move |uri: Uri| {
        assert_eq!(uri.path(), "/payloads/payloads/1");
        (StatusCode::from_u16(status).unwrap(), answer)
    });
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    tokio::spawn(async { axum::serve(listener, app).await });
    let bucket = S3PayloadStore::new(&sdk(&url), "payloads".into());
    bucket.fetch_payload(uri).await.map(|bytes| bytes.to_vec())
}

fn error(code: &str) -> &'static str {
    format!("<?xml version=\"1.0\"?><Error><Code>{code}</Code><Message>m</Message></Error>").leak()
}

#[tokio::test]
async fn the_exact_bytes_come_back() {
    assert_eq!(fetched(200, "{\"a\": 1}\r\n", "s3://payloads/payloads/1").await.unwrap(), b"{\"a\": 1}\r\n");
}

#[tokio::test]
async fn gone_is_told_from_not_to_be_had() {
    let uri = "s3://payloads/payloads/1";
    let gone = fetched(404, error("NoSuchKey"), uri).await;
    assert!(matches!(&gone, Err(FetchError::Missing { uri: named }) if named == uri), "{gone:?}");
    for (status, code) in [(404, "NoSuchBucket"), (403, "AccessDenied"), (503, "SlowDown")] {
        let got = fetched(status, error(code), uri).await;
        assert!(matches!(&got, Err(FetchError::Unavailable { .. })), "{code}: {got:?}");
    }
}

/// A message cannot make process read what is not its own.
#[tokio::test]
async fn another_bucket_is_not_asked() {
    for uri in ["s3://other/payloads/1", "https://payloads/1", ""] {
        let got = fetched(200, "secret", uri).await;
        assert!(matches!(&got, Err(FetchError::Missing { uri: named }) if named == uri), "{got:?}");
    }
}
