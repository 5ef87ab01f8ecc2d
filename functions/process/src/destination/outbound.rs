use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use hookline_http::{Address, Limits, Pool, System};
use http::header::{ACCEPT, HOST, USER_AGENT};
use http::{HeaderMap, HeaderValue, Request, Uri};
use http_body_util::Full;
use time::OffsetDateTime;
use tokio::time::Instant;
use url::{Position, Url};

use super::{DestinationError, Failure, answer};
use crate::guard::Guard;
use crate::resolver::Resolver;

/// Other people's servers are further away than AWS, and close idle connections sooner.
const LIMITS: Limits = Limits { open: Duration::from_secs(3), idle: Duration::from_secs(5) };

const NAME: HeaderValue = HeaderValue::from_static(concat!("hookline/", env!("CARGO_PKG_VERSION")));
const ANYTHING: HeaderValue = HeaderValue::from_static("*/*");

/// What all destinations share: one pool of connections, each opened only to an address that the guard lets through. No
/// redirect is followed (it could lead past the guard), and no proxy is taken from the environment.
#[derive(Clone)]
pub(crate) struct Outbound {
    pool: Arc<Pool<Resolver<System>>>,
    guard: Guard,
}

/// A URL that may be posted to, as far as can be told without resolving its host.
pub(super) struct Target {
    address: Address,
    host: HeaderValue,
    /// What of the URL stands in a request.
    path: Uri,
}

impl Outbound {
    /// Opens nothing yet.
    #[must_use]
    pub(crate) fn new(guard: Guard) -> Self {
        let pool = Pool::new(Resolver::new(guard.clone(), System), LIMITS);
        Self { pool: Arc::new(pool), guard }
    }

    /// Checks a URL: https, or plain HTTP to an address of a listed network. `asked` is added to its query.
    ///
    /// # Errors
    ///
    /// [`DestinationError::BadUrl`] and [`DestinationError::NotHttps`] quote the URL; [`DestinationError::Credentials`].
    pub(super) fn target(&self, url: &str, asked: Option<(&str, &str)>) -> Result<Target, DestinationError> {
        let bad = || DestinationError::BadUrl { url: url.to_owned() };
        let mut parsed = Url::parse(url).map_err(|_| bad())?;
        if !parsed.username().is_empty() || parsed.password().is_some() {
            return Err(DestinationError::Credentials);
        }
        let uri: Uri = parsed.as_str().parse().map_err(|_| bad())?;
        let address = Address::of(&uri).ok_or_else(bad)?;
        let listed = address.host.parse().is_ok_and(|address| self.guard.lists(address));
        if parsed.scheme() != "https" && !(parsed.scheme() == "http" && listed) {
            return Err(DestinationError::NotHttps { url: url.to_owned() });
        }
        if let Some((name, value)) = asked {
            parsed.query_pairs_mut().append_pair(name, value);
        }
        Ok(Target {
            address,
            host: HeaderValue::from_str(&parsed[Position::BeforeHost..Position::AfterPort]).map_err(|_| bad())?,
            path: parsed[Position::BeforePath..Position::AfterQuery].parse().map_err(|_| bad())?,
        })
    }

    /// One POST, whose answer has to begin in time.
    pub(super) async fn post(
        &self,
        target: &Target,
        headers: HeaderMap,
        body: Bytes,
        until: Instant,
    ) -> Result<(), Failure> {
        let mut request = Request::new(Full::new(body));
        *request.method_mut() = http::Method::POST;
        *request.uri_mut() = target.path.clone();
        *request.headers_mut() = headers;
        request.headers_mut().insert(HOST, target.host.clone());
        for (name, value) in [(USER_AGENT, NAME), (ACCEPT, ANYTHING)] {
            // A destination may have another in its own headers.
            request.headers_mut().entry(name).or_insert(value);
        }
        let sent = async { self.pool.send(&target.address, request).await.map_err(|error| answer::failure(&error)) };
        let answer = super::in_time(until, sent).await?;
        let verdict = answer::verdict(answer.head.status, &answer.head.headers, OffsetDateTime::now_utc());
        // The verdict stands, however much time is left: this is about the connection, which is else closed.
        answer.drain(answer::MAX_BYTES, answer::DRAIN.min(until.saturating_duration_since(Instant::now()))).await;
        verdict
    }
}
