use std::time::Duration;

use bytes::Bytes;
use http::{Request, Response};
use http_body_util::{BodyExt as _, Full, Limited};
use hyper_rustls::{HttpsConnector, HttpsConnectorBuilder};
use hyper_util::client::legacy::Client;
use hyper_util::client::legacy::connect::HttpConnector;
use hyper_util::rt::{TokioExecutor, TokioTimer};

use crate::error::AwsError;
use crate::tls;

const CONNECT: Duration = Duration::from_secs(1);

/// Between two events a function may be frozen for minutes: a connection that was idle for long is closed at the other
/// end by then.
const IDLE: Duration = Duration::from_secs(20);

/// The largest answer: a payload that ingest has kept is at most what Lambda takes, 6 MB.
const MAX_ANSWER_BYTES: usize = 8 * 1024 * 1024;

/// Connections, for as long as they are of use.
pub(crate) struct Pool(Client<HttpsConnector<HttpConnector>, Full<Bytes>>);

impl Pool {
    pub(crate) fn new() -> Self {
        let mut tcp = HttpConnector::new();
        tcp.enforce_http(false);
        tcp.set_nodelay(true);
        tcp.set_connect_timeout(Some(CONNECT));
        let https = HttpsConnectorBuilder::new()
            .with_tls_config(tls::client_config())
            .https_or_http()
            .enable_http1()
            .wrap_connector(tcp);
        let client =
            Client::builder(TokioExecutor::new()).pool_idle_timeout(IDLE).pool_timer(TokioTimer::new()).build(https);
        Self(client)
    }

    /// One request and its whole answer.
    pub(crate) async fn send(&self, request: Request<Full<Bytes>>) -> Result<Response<Bytes>, AwsError> {
        let response = self.0.request(request).await.map_err(|error| AwsError::Connection { detail: chain(&error) })?;
        let (head, body) = response.into_parts();
        let body = Limited::new(body, MAX_ANSWER_BYTES).collect().await;
        let body = body.map_err(|error| AwsError::Connection { detail: error.to_string() })?;
        Ok(Response::from_parts(head, body.to_bytes()))
    }
}

/// An error with its causes: the first only says that there is one.
fn chain(error: &dyn std::error::Error) -> String {
    let mut words = error.to_string();
    let mut cause = error.source();
    while let Some(error) = cause {
        words.push_str(": ");
        words.push_str(&error.to_string());
        cause = error.source();
    }
    words
}
