//! HTTPS in front of the emulator's API Gateway, as on AWS: destinations with `auth = "sigv4"` need an https URL.

use axum::body::Bytes;
use axum::http::header::{CONTENT_LENGTH, TRANSFER_ENCODING};
use axum::http::{HeaderMap, Method, StatusCode, Uri};
use reqwest::Client;

/// Beginning of the paths of APIs on an emulator.
pub(super) const PATH: &str = "/restapis/";

/// Sends a request on to the emulator. The path and the headers, with that of the host, stay as they were signed.
pub(super) async fn forward(
    endpoint: &str,
    method: Method,
    uri: &Uri,
    mut headers: HeaderMap,
    body: Bytes,
) -> (StatusCode, HeaderMap, String) {
    for connection_header in [CONTENT_LENGTH, TRANSFER_ENCODING] {
        headers.remove(connection_header);
    }
    let path = uri.path_and_query().map_or("/", |path| path.as_str());
    let client = Client::builder().no_proxy().build().unwrap_or_default();
    let response = client.request(method, format!("{endpoint}{path}")).headers(headers).body(body).send().await;
    match response {
        Ok(response) => {
            let status = response.status();
            (status, HeaderMap::new(), response.text().await.unwrap_or_default())
        }
        Err(error) => (StatusCode::BAD_GATEWAY, HeaderMap::new(), error.to_string()),
    }
}
