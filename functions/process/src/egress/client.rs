use std::time::Duration;

use bytes::Bytes;
use http::header::{CONTENT_TYPE, USER_AGENT};
use http::{HeaderMap, HeaderValue};
use reqwest::redirect::Policy;
use reqwest::{Client, Response};
use rustls::ClientConfig;
use time::OffsetDateTime;
use tokio::time::{Instant, timeout, timeout_at};
use url::{Host, Url};

use super::guard::Guard;
use super::resolver::{GuardedResolver, Lookup, SystemLookup};
use super::response;
use crate::destinations::Failure;
use crate::reason::Reason;

/// For opening a connection: name, TCP and TLS.
const CONNECT: Duration = Duration::from_secs(3);

/// Servers on the internet close idle connections sooner than AWS does.
const IDLE: Duration = Duration::from_secs(5);

/// A response is read so far that its connection can be used again, and no further.
const MAX_RESPONSE_BYTES: usize = 16 * 1024;
const DRAIN: Duration = Duration::from_millis(300);

const NAME: HeaderValue = HeaderValue::from_static(concat!("hookline/", env!("CARGO_PKG_VERSION")));

/// The client of all destinations. It connects only to addresses that the guard allows, follows no redirect (which could
/// lead past the guard), takes no proxy from the environment, and repeats nothing that may have had an effect.
#[derive(Debug, Clone)]
pub(crate) struct Egress {
    client: Client,
    guard: Guard,
}

/// The client cannot be made.
#[derive(Debug, thiserror::Error)]
#[error("the HTTP client cannot be made: {source}")]
pub struct EgressError {
    source: reqwest::Error,
}

/// A URL that may be posted to, as far as is known without resolving its host.
#[derive(Debug, Clone)]
pub(crate) struct Target(Url);

/// Why a URL may not be posted to.
#[derive(Debug, thiserror::Error)]
pub(crate) enum TargetError {
    /// Not a URL.
    #[error("`{url}` is not a URL with a host")]
    BadUrl {
        /// As configured.
        url: String,
    },
    /// Neither https nor an address of a listed private network.
    #[error("`{url}` is not https, which only addresses in private_networks may do without")]
    NotHttps {
        /// As configured.
        url: String,
    },
    /// A user or a password in a URL would be a secret in the configuration. Not quoted: it may be one.
    #[error("the URL has a user or a password; have requests signed instead")]
    Credentials,
}

impl Target {
    /// Checks a URL: https, or plain HTTP to an address of a listed network. `query` is added to its query.
    pub(crate) fn parse(url: &str, query: Option<(&str, &str)>, guard: &Guard) -> Result<Self, TargetError> {
        let bad = || TargetError::BadUrl { url: url.to_owned() };
        let mut parsed = Url::parse(url).map_err(|_| bad())?;
        if !parsed.username().is_empty() || parsed.password().is_some() {
            return Err(TargetError::Credentials);
        }
        let host = parsed.host().ok_or_else(bad)?;
        let is_listed = literal(&host).is_some_and(|address| guard.lists(address));
        if parsed.scheme() != "https" && !(parsed.scheme() == "http" && is_listed) {
            return Err(TargetError::NotHttps { url: url.to_owned() });
        }
        if let Some((name, value)) = query {
            parsed.query_pairs_mut().append_pair(name, value);
        }
        Ok(Self(parsed))
    }
}

/// The address that a host is, rather than a name.
fn literal(host: &Host<&str>) -> Option<std::net::IpAddr> {
    match host {
        Host::Ipv4(address) => Some((*address).into()),
        Host::Ipv6(address) => Some((*address).into()),
        Host::Domain(_) => None,
    }
}

impl Egress {
    /// Opens no connection yet.
    ///
    /// # Errors
    ///
    /// [`EgressError`]: `reqwest` does not accept the TLS configuration.
    pub(crate) fn new(guard: Guard, tls: ClientConfig) -> Result<Self, EgressError> {
        Self::with_lookup(guard, tls, SystemLookup)
    }

    fn with_lookup(guard: Guard, tls: ClientConfig, lookup: impl Lookup) -> Result<Self, EgressError> {
        let client = Client::builder()
            .connect_timeout(CONNECT)
            .pool_idle_timeout(IDLE)
            .dns_resolver(GuardedResolver::new(guard.clone(), lookup))
            .tls_backend_preconfigured(tls)
            .redirect(Policy::none())
            .retry(reqwest::retry::never())
            .referer(false)
            .no_proxy()
            .http1_only()
            .build();
        Ok(Self { client: client.map_err(|source| EgressError { source })?, guard })
    }

    /// Which addresses may be connected to.
    pub(crate) fn guard(&self) -> &Guard {
        &self.guard
    }

    /// Posts once. The response has to begin in time; from then on its status counts, whatever becomes of its body.
    pub(crate) async fn post(
        &self,
        target: &Target,
        headers: HeaderMap,
        body: Bytes,
        until: Instant,
    ) -> Result<(), Failure> {
        // An address is not resolved: the resolver does not see it.
        if let Some(address) = target.0.host().as_ref().and_then(literal) {
            self.guard.check(address).map_err(|_| Reason::BlockedAddress)?;
        }
        let mut headers = headers;
        // A destination may have its own in its headers.
        headers.entry(USER_AGENT).or_insert(NAME);
        let request = self.client.post(target.0.clone()).headers(headers).body(body).send();
        let sent = timeout_at(until, request).await.map_err(|_| Reason::Timeout)?;
        let response = sent.map_err(|error| response::failure(&error))?;
        let verdict = response::verdict(response.status(), response.headers(), OffsetDateTime::now_utc());
        drain(response, until).await;
        verdict
    }
}

/// Reads what there is, within bounds. A connection whose response is not read to its end is closed.
async fn drain(mut response: Response, until: Instant) {
    let read = async {
        let mut left = MAX_RESPONSE_BYTES;
        while let Ok(Some(chunk)) = response.chunk().await {
            match left.checked_sub(chunk.len()) {
                Some(rest) => left = rest,
                None => break,
            }
        }
    };
    let time = DRAIN.min(until.saturating_duration_since(Instant::now()));
    let _ = timeout(time, read).await;
}

/// JSON, for the chats.
pub(crate) fn json() -> HeaderMap {
    HeaderMap::from_iter([(CONTENT_TYPE, HeaderValue::from_static("application/json"))])
}

#[cfg(test)]
mod tests {
    use std::io;
    use std::net::SocketAddr;

    use hookline_aws::Trust;
    use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
    use tokio::net::{TcpListener, TcpSocket, TcpStream};

    use super::*;

    /// A name with several addresses.
    struct Scripted(Vec<SocketAddr>);

    impl Lookup for Scripted {
        async fn lookup(&self, _: &str) -> io::Result<Vec<SocketAddr>> {
            Ok(self.0.clone())
        }
    }

    async fn post(port: u16, hosts: &[&str]) -> Result<(), Failure> {
        let addresses = hosts.iter().map(|host| SocketAddr::new(host.parse().unwrap(), 0)).collect();
        let guard = Guard::new(vec!["127.0.0.0/8".parse().unwrap()]);
        let egress = Egress::with_lookup(guard, Trust::default().for_destinations(), Scripted(addresses)).unwrap();
        let target = Target(Url::parse(&format!("http://receiver.test:{port}/")).unwrap());
        egress.post(&target, HeaderMap::new(), Bytes::new(), Instant::now() + CONNECT * 2).await
    }

    #[tokio::test]
    async fn dead_address_leaves_time_for_the_next() {
        let alive = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let port = alive.local_addr().unwrap().port();
        tokio::spawn(async move {
            let (mut stream, _) = alive.accept().await.unwrap();
            let _ = stream.read(&mut [0; 4096]).await;
            let _ = stream.write_all(b"HTTP/1.1 200 OK\r\ncontent-length: 0\r\n\r\n").await;
        });
        // Its backlog is full: a connection is neither accepted nor refused.
        let silent = TcpSocket::new_v4().unwrap();
        silent.bind(SocketAddr::from(([127, 0, 0, 3], port))).unwrap();
        let silent = silent.listen(0).unwrap();
        let _first = TcpStream::connect(silent.local_addr().unwrap()).await.unwrap();
        // Nothing listens at 127.0.0.2.
        assert_eq!(post(port, &["127.0.0.3"]).await, Err(Reason::Timeout.into()));
        assert_eq!(post(port, &["127.0.0.2"]).await, Err(Reason::Connection.into()));
        assert_eq!(post(port, &["127.0.0.3", "127.0.0.2", "127.0.0.1"]).await, Ok(()));
    }
}
