//! The HTTP client that the SDK's clients of all services share.
//!
//! The SDK's own client (`aws-smithy-http-client`) cannot set the order of ciphers and key exchanges, and it includes
//! HTTP/2, which none of the used services supports.

use std::error::Error;
use std::io::ErrorKind as IoErrorKind;
use std::sync::Arc;
use std::time::Duration;

use aws_smithy_runtime_api::client::http::{
    HttpClient, HttpConnector as SdkHttpConnector, HttpConnectorFuture, HttpConnectorSettings, SharedHttpConnector,
};
use aws_smithy_runtime_api::client::orchestrator::{HttpRequest, HttpResponse};
use aws_smithy_runtime_api::client::result::ConnectorError;
use aws_smithy_runtime_api::client::runtime_components::RuntimeComponents;
use aws_smithy_types::body::SdkBody;
use aws_smithy_types::retry::ErrorKind;
use http::Uri;
use http_body_util::{BodyExt as _, Limited};
use hyper_rustls::HttpsConnector;
use hyper_util::client::legacy::Client;
use hyper_util::client::legacy::connect::HttpConnector;
use hyper_util::rt::{TokioExecutor, TokioTimer};
use rustls::ClientConfig;

use crate::port_error::find_source;
use crate::resolver::{MAX_ADDRESSES, Resolver};

/// Timeout for the TCP connections to all addresses of an endpoint, so half of it for each of [`MAX_ADDRESSES`]. A
/// connection takes a few milliseconds within a region, and up to a third of a second to a destination in a region on the
/// other side of the world. The next attempt is made before TCP itself would repeat a lost packet, after one second. The
/// SDK's timeout for an attempt limits the rest.
const CONNECT_TIMEOUT: Duration = Duration::from_millis(400 * MAX_ADDRESSES as u64);

/// Idle time after which the client drops a connection. Lambda may freeze an execution environment for minutes, and the
/// service may close the connection in that time.
const IDLE_TIMEOUT: Duration = Duration::from_secs(20);

/// An HTTP/1.1 client with a connection pool.
#[derive(Debug, Clone)]
pub(crate) struct AwsHttpClient {
    pool: Pool,
    connector: SharedHttpConnector,
}

type Pool = Client<HttpsConnector<HttpConnector<Resolver>>, SdkBody>;

#[derive(Debug)]
struct Connector(Pool);

impl AwsHttpClient {
    /// Creates a client. It opens no connection yet.
    pub(crate) fn new(tls: ClientConfig, resolver: Resolver) -> Self {
        let mut tcp = HttpConnector::new_with_resolver(resolver);
        tcp.enforce_http(false);
        tcp.set_nodelay(true);
        tcp.set_connect_timeout(Some(CONNECT_TIMEOUT));
        let https = HttpsConnector::from((tcp, Arc::new(tls)));
        let mut builder = Client::builder(TokioExecutor::new());
        builder.pool_timer(TokioTimer::new()).pool_idle_timeout(IDLE_TIMEOUT);
        let pool: Pool = builder.build(https);
        Self { connector: SharedHttpConnector::new(Connector(pool.clone())), pool }
    }

    /// Opens a connection by sending a request without credentials. Every service responds to such a request; the
    /// response does not matter.
    pub(crate) async fn connect(&self, url: Uri) {
        let mut request = http::Request::new(SdkBody::empty());
        *request.uri_mut() = url;
        let opened = async {
            // The connection returns to the pool after the complete response has been read.
            let response = self.pool.request(request).await.ok()?;
            Limited::new(response.into_body(), MAX_RESPONSE_BYTES).collect().await.ok()
        };
        // A failure is ignored: then the first call opens the connection.
        let _ = tokio::time::timeout(CONNECT_TIMEOUT, opened).await;
    }
}

/// Limit for the response to that request, far more than services send.
const MAX_RESPONSE_BYTES: usize = 64 * 1024;

impl HttpClient for AwsHttpClient {
    fn http_connector(&self, _: &HttpConnectorSettings, _: &RuntimeComponents) -> SharedHttpConnector {
        self.connector.clone()
    }
}

impl SdkHttpConnector for Connector {
    fn call(&self, request: HttpRequest) -> HttpConnectorFuture {
        let request = match request.try_into_http1x() {
            Ok(request) => request,
            Err(error) => return HttpConnectorFuture::ready(Err(ConnectorError::user(error.into()))),
        };
        let response = self.0.request(request);
        HttpConnectorFuture::new(async move {
            let response = response.await.map_err(connector_error)?;
            let response = HttpResponse::try_from(response.map(SdkBody::from_body_1_x));
            response.map_err(|error| ConnectorError::other(error.into(), None))
        })
    }
}

/// Classifies a failure; the SDK decides by its kind whether to retry.
fn connector_error(error: hyper_util::client::legacy::Error) -> ConnectorError {
    let io = find_source::<std::io::Error>(&error).map(std::io::Error::kind);
    let hyper = find_source::<hyper::Error>(&error);
    let is_timeout = io == Some(IoErrorKind::TimedOut) || hyper.is_some_and(hyper::Error::is_timeout);
    let is_user = hyper.is_some_and(hyper::Error::is_user);
    let is_connection = error.is_connect() || io.is_some() || hyper.is_some_and(is_closed);
    let is_incomplete = hyper.is_some_and(hyper::Error::is_incomplete_message);
    let error: Box<dyn Error + Send + Sync> = error.into();
    match () {
        () if is_timeout => ConnectorError::timeout(error),
        () if is_user => ConnectorError::user(error),
        () if is_connection => ConnectorError::io(error),
        () if is_incomplete => ConnectorError::other(error, Some(ErrorKind::TransientError)),
        () => ConnectorError::other(error, None),
    }
}

fn is_closed(error: &hyper::Error) -> bool {
    error.is_closed() || error.is_canceled()
}
