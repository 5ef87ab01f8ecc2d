use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use http::header::{CONTENT_TYPE, USER_AGENT};
use http::{HeaderMap, HeaderValue, Method};
use reqwest::redirect::Policy;
use reqwest::{Client, Response};
use rustls::ClientConfig;
use rustls::client::Resumption;
use rustls::sign::{CertifiedKey, SingleCertAndKey};
use time::OffsetDateTime;
use tokio::time::{Instant, timeout, timeout_at};
use url::{Host, Url};

use super::guard::SsrfGuard;
use super::resolver::{GuardedResolver, Lookup, SystemLookup};
use super::response;
use crate::failure::Failure;
use crate::reason::Reason;

/// Limit for opening a connection: name resolution, TCP and TLS.
const CONNECT_TIMEOUT: Duration = Duration::from_secs(3);

/// Servers on the internet close idle connections sooner than AWS does.
const IDLE_TIMEOUT: Duration = Duration::from_secs(5);

/// Limits for reading a response body. The client reads it only so that the connection can be reused.
const MAX_RESPONSE_BYTES: usize = 16 * 1024;
const DRAIN_TIMEOUT: Duration = Duration::from_millis(300);

const DEFAULT_USER_AGENT: HeaderValue = HeaderValue::from_static(concat!("hookline/", env!("CARGO_PKG_VERSION")));

/// The HTTP client of all destinations. It connects only to addresses that the SSRF guard allows. It follows no
/// redirect, which could bypass the guard, uses no proxy from the environment, and never resends a request that may
/// have been received.
#[derive(Debug, Clone)]
pub(crate) struct Egress {
    client: Client,
    guard: SsrfGuard,
    /// The TLS configuration without a client certificate.
    tls: ClientConfig,
}

/// The HTTP client cannot be created.
#[derive(Debug, thiserror::Error)]
#[error("the HTTP client cannot be created: {source}")]
pub struct EgressError {
    source: reqwest::Error,
}

/// A URL that passed all checks that need no name resolution.
#[derive(Debug, Clone)]
pub(crate) struct Target(Url);

/// A request to a destination.
#[derive(Debug, Clone)]
pub(crate) struct HttpRequest<'a> {
    pub(crate) method: Method,
    pub(crate) target: &'a Target,
    pub(crate) headers: HeaderMap,
    pub(crate) body: Bytes,
}

/// A response with its body.
#[derive(Debug)]
pub(crate) struct HttpResponse {
    /// The failure that the status stands for, if it is none.
    pub(crate) result: Result<(), Failure>,
    /// The body, or `None` if it is larger than the limit.
    pub(crate) body: Option<Vec<u8>>,
}

/// Why a URL is not allowed as a target.
#[derive(Debug, thiserror::Error)]
pub(crate) enum TargetError {
    /// The text is not a URL with a host.
    #[error("`{url}` is not a URL with a host")]
    InvalidUrl {
        /// The configured URL.
        url: String,
    },
    /// The scheme is not https, and the host is not an address in a listed private network.
    #[error("`{url}` must use https (http is allowed only for addresses in `private_networks`)")]
    NotHttps {
        /// The configured URL.
        url: String,
    },
    /// The URL contains a user or a password, which would be a secret in the configuration. The message does not quote
    /// the URL, because that would log the secret.
    #[error("the URL contains a user or a password (set `signed` to sign the requests instead)")]
    Credentials,
}

impl fmt::Display for Target {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(formatter)
    }
}

impl Target {
    /// Whether the connection is encrypted.
    pub(crate) fn is_https(&self) -> bool {
        self.0.scheme() == "https"
    }

    /// Checks a URL: https, or http to an address in a listed private network. The parameter `query` is added to the
    /// URL.
    pub(crate) fn parse(url: &str, query: Option<(&str, &str)>, guard: &SsrfGuard) -> Result<Self, TargetError> {
        let invalid = || TargetError::InvalidUrl { url: url.to_owned() };
        let mut parsed = Url::parse(url).map_err(|_| invalid())?;
        if !parsed.username().is_empty() || parsed.password().is_some() {
            return Err(TargetError::Credentials);
        }
        let host = parsed.host().ok_or_else(invalid)?;
        let is_listed = literal_address(&host).is_some_and(|address| guard.is_listed(address));
        if parsed.scheme() != "https" && !(parsed.scheme() == "http" && is_listed) {
            return Err(TargetError::NotHttps { url: url.to_owned() });
        }
        if let Some((name, value)) = query {
            parsed.query_pairs_mut().append_pair(name, value);
        }
        Ok(Self(parsed))
    }
}

/// Returns the address of a host that is an IP address and not a name.
fn literal_address(host: &Host<&str>) -> Option<std::net::IpAddr> {
    match host {
        Host::Ipv4(address) => Some((*address).into()),
        Host::Ipv6(address) => Some((*address).into()),
        Host::Domain(_) => None,
    }
}

impl Egress {
    /// Creates the client without opening a connection.
    ///
    /// # Errors
    ///
    /// [`EgressError`]: `reqwest` does not accept the TLS configuration.
    pub(crate) fn new(guard: SsrfGuard, tls: ClientConfig) -> Result<Self, EgressError> {
        Self::with_lookup(guard, tls, SystemLookup)
    }

    fn with_lookup(guard: SsrfGuard, tls: ClientConfig, lookup: impl Lookup) -> Result<Self, EgressError> {
        let client_tls = tls.clone();
        let client = Client::builder()
            .connect_timeout(CONNECT_TIMEOUT)
            .pool_idle_timeout(IDLE_TIMEOUT)
            .dns_resolver(GuardedResolver::new(guard.clone(), lookup))
            .tls_backend_preconfigured(client_tls)
            .redirect(Policy::none())
            .retry(reqwest::retry::never())
            .referer(false)
            .no_proxy()
            .http1_only()
            .build();
        Ok(Self { client: client.map_err(|source| EgressError { source })?, guard, tls })
    }

    /// Creates a client that authenticates with a certificate. It has its own connections and TLS sessions.
    ///
    /// # Errors
    ///
    /// [`EgressError`]: `reqwest` does not accept the TLS configuration.
    pub(crate) fn with_identity(&self, identity: &Arc<CertifiedKey>) -> Result<Self, EgressError> {
        let mut tls = self.tls.clone();
        tls.client_auth_cert_resolver = Arc::new(SingleCertAndKey::from(Arc::clone(identity)));
        // Clones of a configuration share their sessions, which authenticate the client without a certificate.
        tls.resumption = Resumption::default();
        Self::new(self.guard.clone(), tls)
    }

    /// The SSRF guard of the client.
    pub(crate) fn guard(&self) -> &SsrfGuard {
        &self.guard
    }

    /// Sends one request. The response must begin before the deadline. The status determines the result, even if the
    /// response body never ends.
    pub(crate) async fn send(&self, request: HttpRequest<'_>, deadline: Instant) -> Result<(), Failure> {
        let response = self.response(request, deadline).await?;
        let result = response::check_status(response.status(), response.headers(), OffsetDateTime::now_utc());
        drain(response, deadline).await;
        result
    }

    /// Sends one request and returns its response, with a body of at most `max_bytes`. The response must end before the
    /// deadline.
    pub(crate) async fn fetch(
        &self,
        request: HttpRequest<'_>,
        max_bytes: usize,
        deadline: Instant,
    ) -> Result<HttpResponse, Failure> {
        let response = self.response(request, deadline).await?;
        let result = response::check_status(response.status(), response.headers(), OffsetDateTime::now_utc());
        let body = timeout_at(deadline, read(response, max_bytes)).await.map_err(|_| Reason::Timeout)?;
        Ok(HttpResponse { result, body: body.map_err(|error| response::request_failure(&error))? })
    }

    async fn response(&self, request: HttpRequest<'_>, deadline: Instant) -> Result<Response, Failure> {
        let HttpRequest { method, target, mut headers, body } = request;
        // The guarded resolver is not called for a literal address, so the check is made here.
        if let Some(address) = target.0.host().as_ref().and_then(literal_address) {
            self.guard.check(address).map_err(|_| Reason::BlockedAddress)?;
        }
        // The configured headers of a destination can contain a user agent.
        headers.entry(USER_AGENT).or_insert(DEFAULT_USER_AGENT);
        let request = self.client.request(method, target.0.clone()).headers(headers).body(body).send();
        let sent = timeout_at(deadline, request).await.map_err(|_| Reason::Timeout)?;
        sent.map_err(|error| response::request_failure(&error))
    }
}

/// Reads a response body, or returns `None` if it is larger than the limit.
async fn read(mut response: Response, max_bytes: usize) -> Result<Option<Vec<u8>>, reqwest::Error> {
    let mut body = Vec::new();
    while let Some(chunk) = response.chunk().await? {
        if body.len() + chunk.len() > max_bytes {
            return Ok(None);
        }
        body.extend_from_slice(&chunk);
    }
    Ok(Some(body))
}

/// Reads the response body within limits. `reqwest` closes a connection whose response was not read completely.
async fn drain(mut response: Response, deadline: Instant) {
    let read = async {
        let mut remaining = MAX_RESPONSE_BYTES;
        while let Ok(Some(chunk)) = response.chunk().await {
            match remaining.checked_sub(chunk.len()) {
                Some(rest) => remaining = rest,
                None => break,
            }
        }
    };
    let limit = DRAIN_TIMEOUT.min(deadline.saturating_duration_since(Instant::now()));
    let _ = timeout(limit, read).await;
}

/// The headers of a request with a JSON body.
pub(crate) fn json_headers() -> HeaderMap {
    HeaderMap::from_iter([(CONTENT_TYPE, HeaderValue::from_static("application/json"))])
}

#[cfg(test)]
mod tests {
    use std::io;
    use std::net::SocketAddr;

    use hookline_aws::TrustStore;
    use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
    use tokio::net::{TcpListener, TcpSocket, TcpStream};

    use super::*;

    /// Returns the same addresses for every name.
    struct FixedLookup(Vec<SocketAddr>);

    impl Lookup for FixedLookup {
        async fn lookup(&self, _: &str) -> io::Result<Vec<SocketAddr>> {
            Ok(self.0.clone())
        }
    }

    async fn post(port: u16, hosts: &[&str]) -> Result<(), Failure> {
        let addresses = hosts.iter().map(|host| SocketAddr::new(host.parse().unwrap(), 0)).collect();
        let guard = SsrfGuard::new(vec!["127.0.0.0/8".parse().unwrap()]);
        let egress =
            Egress::with_lookup(guard, TrustStore::default().for_destinations(), FixedLookup(addresses)).unwrap();
        let target = Target(Url::parse(&format!("http://receiver.test:{port}/")).unwrap());
        let (method, headers, body) = (Method::POST, HeaderMap::new(), Bytes::new());
        let request = HttpRequest { method, target: &target, headers, body };
        egress.send(request, Instant::now() + CONNECT_TIMEOUT * 2).await
    }

    #[tokio::test]
    async fn unreachable_address_leaves_time_for_next_address() {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let port = listener.local_addr().unwrap().port();
        tokio::spawn(async move {
            let (mut stream, _) = listener.accept().await.unwrap();
            let _ = stream.read(&mut [0; 4096]).await;
            let _ = stream.write_all(b"HTTP/1.1 200 OK\r\ncontent-length: 0\r\n\r\n").await;
        });
        // The listener's backlog is full: connections are neither accepted nor reset.
        let silent = TcpSocket::new_v4().unwrap();
        silent.bind(SocketAddr::from(([127, 0, 0, 3], port))).unwrap();
        let silent = silent.listen(0).unwrap();
        let _first = TcpStream::connect(silent.local_addr().unwrap()).await.unwrap();
        // Nothing listens at 127.0.0.2.
        assert_eq!(post(port, &["127.0.0.3"]).await, Err(Reason::Timeout.into()));
        assert_eq!(post(port, &["127.0.0.2"]).await, Err(Reason::ConnectionFailed.into()));
        assert_eq!(post(port, &["127.0.0.3", "127.0.0.2", "127.0.0.1"]).await, Ok(()));
    }
}
