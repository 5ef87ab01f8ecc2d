use std::net::IpAddr;
use std::time::Duration;

use hookline_aws::client_config;
use http::HeaderMap;
use reqwest::redirect::Policy;
use reqwest::{Client, Url};
use time::OffsetDateTime;

use super::{DestinationError, Failure, answer};
use crate::guard::Guard;
use crate::reason::Reason;
use crate::resolver::{Resolver, System};

const CONNECT: Duration = Duration::from_secs(3);

/// Between two batches the function may be frozen for minutes: a connection that was idle for long is closed at the
/// other end by then, and what is posted to it would fail.
const IDLE: Duration = Duration::from_secs(5);

/// What all destinations share: one client, with one trust store and its connections, and the guard that it resolves
/// names with.
#[derive(Clone)]
pub(crate) struct Outbound {
    client: Client,
    guard: Guard,
}

/// A URL that may be posted to, as far as can be told without resolving its host.
pub(super) struct Target {
    url: Url,
    literal: Option<IpAddr>,
}

impl Target {
    /// Adds a parameter to the query.
    pub(super) fn ask(&mut self, name: &str, value: &str) {
        self.url.query_pairs_mut().append_pair(name, value);
    }
}

impl Outbound {
    /// Follows no redirect (it could lead past the guard) and takes no proxy from the environment.
    ///
    /// # Errors
    ///
    /// [`DestinationError::Client`], if TLS or the resolver cannot be set up.
    pub(crate) fn new(guard: Guard) -> Result<Self, DestinationError> {
        let client = Client::builder()
            .redirect(Policy::none())
            .no_proxy()
            .connect_timeout(CONNECT)
            .pool_idle_timeout(IDLE)
            .dns_resolver(Resolver::new(guard.clone(), System))
            .tls_backend_preconfigured(client_config())
            .user_agent(concat!("hookline/", env!("CARGO_PKG_VERSION")))
            .build()?;
        Ok(Self { client, guard })
    }

    /// Checks a URL: https, or plain HTTP to an address of a listed network.
    ///
    /// # Errors
    ///
    /// [`DestinationError::BadUrl`], [`DestinationError::NotHttps`]: both quote the URL.
    pub(super) fn target(&self, url: &str) -> Result<Target, DestinationError> {
        let bad = || DestinationError::BadUrl { url: url.to_owned() };
        let parsed = Url::parse(url).map_err(|_| bad())?;
        let host = parsed.host_str().ok_or_else(bad)?;
        let literal = host.trim_matches(['[', ']']).parse().ok();
        let listed = literal.is_some_and(|address| self.guard.lists(address));
        if parsed.scheme() != "https" && !(parsed.scheme() == "http" && listed) {
            return Err(DestinationError::NotHttps { url: url.to_owned() });
        }
        Ok(Target { url: parsed, literal })
    }

    /// One POST; the caller bounds its time.
    pub(super) async fn post(&self, target: &Target, headers: HeaderMap, body: Vec<u8>) -> Result<(), Failure> {
        // A host that is an address is connected to without the resolver, and so without its check.
        if target.literal.is_some_and(|address| self.guard.check(address).is_err()) {
            return Err(Reason::BlockedAddress.into());
        }
        let request = self.client.post(target.url.clone()).headers(headers).body(body);
        let response = request.send().await.map_err(|error| answer::failure(&error))?;
        let verdict = answer::verdict(response.status(), response.headers(), OffsetDateTime::now_utc());
        answer::drain(response).await;
        verdict
    }
}
