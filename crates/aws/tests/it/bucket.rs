//! Objects of a bucket.

use hookline_aws::{Bucket, Object, PortError};

use crate::{Response, Server, TIMEOUTS, response, sdk};

async fn get(response: Response, range: Option<&str>) -> (Result<Option<Object>, PortError>, Server) {
    let server = Server::default();
    server.responses.lock().unwrap().push_back(response);
    let config = sdk(&[("AWS_ENDPOINT_URL", &server.start().await)]).config(TIMEOUTS);
    let bucket = Bucket::new(&config, "payloads".to_owned());
    (bucket.get("log/1.gz", range.map(str::to_owned)).await, server)
}

#[tokio::test]
async fn object_has_its_exact_bytes_and_its_version() {
    let headers = vec![("etag", "\"v1\"".to_owned())];
    let (object, server) = get((206, "{\"a\": 1}\r\n", headers), Some("bytes=0-9")).await;
    let expected = Object { bytes: b"{\"a\": 1}\r\n".to_vec(), etag: Some("\"v1\"".to_owned()) };
    assert_eq!(object.unwrap(), Some(expected));
    assert_eq!(server.received_headers.lock().unwrap()[0]["range"], "bytes=0-9");
    assert!(server.received_uris()[0].starts_with("/payloads/log/1.gz"), "{:?}", server.received_uris());
    let (_, server) = get(response(200, ""), None).await;
    assert!(!server.received_headers.lock().unwrap()[0].contains_key("range"));
}

#[tokio::test]
async fn missing_object_differs_from_an_error() {
    let missing = "<?xml version=\"1.0\"?><Error><Code>NoSuchKey</Code><Message>m</Message></Error>";
    assert_eq!(get(response(404, missing), None).await.0.unwrap(), None);
    for (status, code) in [(404, "NoSuchBucket"), (403, "AccessDenied")] {
        let body = format!("<?xml version=\"1.0\"?><Error><Code>{code}</Code><Message>m</Message></Error>");
        let error = get(response(status, body.leak()), None).await.0.unwrap_err().to_string();
        assert!(error.starts_with("s3:GetObject failed: ") && error.contains(code), "{error}");
    }
}
