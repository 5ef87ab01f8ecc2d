//! Requests to the API of a deployment, or to any other endpoint of webhooks.

use std::time::{Duration, Instant};

use anyhow::{Context, Result};
use aws_smithy_runtime_api::client::http::HttpConnector;
use aws_smithy_types::body::SdkBody;
use aws_smithy_types::byte_stream::ByteStream;
use tokio::time::timeout;

use crate::aws::{self, Timeouts};

/// API Gateway responds within 30 seconds.
const TIMEOUTS: Timeouts = Timeouts {
    connect: Duration::from_secs(5),
    attempt: Duration::from_secs(35),
    call: Duration::from_secs(35),
    attempts: 1,
};

/// The response to a request.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Response {
    /// The status.
    pub status: u16,
    /// The body.
    pub body: String,
    /// The time until the end of the response.
    pub duration: Duration,
}

/// Sends a POST request once.
///
/// # Errors
///
/// If the URL or a header is malformed, or the endpoint does not respond. The error does not have the URL's query, in which
/// some senders send their secret.
pub async fn post(url: &str, headers: &[(String, String)], body: Vec<u8>) -> Result<Response> {
    let started = Instant::now();
    let shown = url.split_once('?').map_or(url, |(address, _)| address);
    let request = http::Request::post(url);
    let request = headers.iter().fold(request, |request, (name, value)| request.header(name, value));
    let request = request.body(SdkBody::from(body)).with_context(|| format!("cannot create a request to `{shown}`"))?;
    let request = request.try_into().with_context(|| format!("cannot create a request to `{shown}`"))?;
    let response = async {
        let response = aws::connector(TIMEOUTS).call(request).await?;
        let status = response.status().as_u16();
        let body = ByteStream::new(response.into_body()).collect().await?.to_vec();
        anyhow::Ok(Response { status, body: String::from_utf8_lossy(&body).into_owned(), duration: started.elapsed() })
    };
    let response = timeout(TIMEOUTS.attempt, response).await.map_err(anyhow::Error::from).and_then(|result| result);
    response.with_context(|| format!("no response from `{shown}`"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn errors_do_not_have_the_secret_of_the_query() {
        for url in ["http://127.0.0.1:1/hooks?token=confidential", "http://[/hooks?token=confidential"] {
            let error = format!("{:#}", post(url, &[], Vec::new()).await.unwrap_err());
            assert!(!error.contains("confidential"), "{error}");
            assert!(error.contains("/hooks`"), "{error}");
        }
    }
}
