use std::time::Duration;

use http::header::{ACCEPT, AUTHORIZATION, USER_AGENT};
use http::{HeaderMap, HeaderValue, Method, StatusCode};
use reqwest::redirect::Policy;
use reqwest::{Client, Response};
use rustls::ClientConfig;
use serde::de::DeserializeOwned;
use tokio::time::{Instant, timeout_at};
use url::Url;

use super::authentication::{Credential, InstallationToken, app_token, bearer};
use super::error::GithubError;
use super::link::next_cursor;
use super::response::{self, limited_until};
use super::{DeliveriesApi, Page, Redelivery};
use crate::clock::now;
use crate::config::SourceConfig;

/// Limit for opening a connection: name resolution, TCP and TLS.
const CONNECT_TIMEOUT: Duration = Duration::from_secs(5);

/// Limit for a request with its response. GitHub itself ends a request after 10 s
/// (<https://docs.github.com/en/rest/using-the-rest-api/troubleshooting-the-rest-api#timeouts>).
const REQUEST_TIMEOUT: Duration = Duration::from_secs(15);

/// Limit for a response. A page of 100 deliveries has about 50 KB.
const MAX_RESPONSE_BYTES: usize = 1024 * 1024;

/// Deliveries per page, the maximum of GitHub.
const PER_PAGE: &str = "100";

const ACCEPTED: HeaderValue = HeaderValue::from_static("application/vnd.github+json");
const AGENT: HeaderValue = HeaderValue::from_static(concat!("hookline/", env!("CARGO_PKG_VERSION")));

/// GitHub requires the header from Enterprise Server 3.9 on
/// (<https://docs.github.com/en/rest/about-the-rest-api/api-versions>).
const API_VERSION: (&str, HeaderValue) = ("x-github-api-version", HeaderValue::from_static("2022-11-28"));

/// The HTTP client for GitHub's API. It follows no redirect, which could carry the credential elsewhere, uses no proxy
/// from the environment, and repeats no request.
#[derive(Debug, Clone)]
pub struct GithubClient(Client);

/// The HTTP client cannot be created.
#[derive(Debug, thiserror::Error)]
#[error("the HTTP client cannot be created: {source}")]
pub struct ClientError {
    source: reqwest::Error,
}

impl GithubClient {
    /// Creates the client without opening a connection.
    ///
    /// # Errors
    ///
    /// [`ClientError`]: `reqwest` does not accept the TLS configuration.
    pub fn new(tls: ClientConfig) -> Result<Self, ClientError> {
        let client = Client::builder()
            .connect_timeout(CONNECT_TIMEOUT)
            .tls_backend_preconfigured(tls)
            .redirect(Policy::none())
            .retry(reqwest::retry::never())
            .referer(false)
            .no_proxy()
            .http1_only()
            .build();
        Ok(Self(client.map_err(|source| ClientError { source })?))
    }

    /// Authenticates for one run. The run's requests end before the deadline.
    ///
    /// # Errors
    ///
    /// [`GithubError`]: the App's key cannot sign, or GitHub does not return a token of the installation.
    pub async fn authenticate(
        &self,
        source: &SourceConfig,
        credential: &Credential,
        deadline: Instant,
    ) -> Result<GithubApi, GithubError> {
        let authorization = match credential {
            Credential::Token(token) => bearer(token.expose())?,
            Credential::App { app_id, key } | Credential::Installation { app_id, key, .. } => {
                app_token(key, app_id, now())?
            }
        };
        let deliveries = url(&source.api_url, source.webhook.segments().iter().map(String::as_str));
        let has_name = !source.webhook.is_of_app();
        let client = self.0.clone();
        let mut api = GithubApi { client, deliveries, has_name, authorization, deadline, limited_until: None };
        if let Credential::Installation { installation_id, .. } = credential {
            let path = ["app", "installations", &installation_id.to_string(), "access_tokens"];
            let token: InstallationToken = api.created(url(&source.api_url, path)).await?;
            api.authorization = bearer(&token.token)?;
        }
        Ok(api)
    }
}

/// GitHub's API for the deliveries of one webhook, during one run.
#[derive(Debug)]
pub struct GithubApi {
    client: Client,
    /// The URL of the list.
    deliveries: Url,
    /// Whether the URL has the name of a repository or an organization, which can change.
    has_name: bool,
    authorization: HeaderValue,
    deadline: Instant,
    /// Set after a response that used up the rate limit.
    limited_until: Option<u64>,
}

impl DeliveriesApi for GithubApi {
    async fn list(&mut self, cursor: Option<&str>) -> Result<Page, GithubError> {
        let mut url = self.deliveries.clone();
        url.query_pairs_mut().append_pair("per_page", PER_PAGE).extend_pairs(cursor.map(|cursor| ("cursor", cursor)));
        let (status, headers, body) = self.send(Method::GET, url).await?;
        match status {
            StatusCode::OK => Ok(Page { deliveries: parse(&body?)?, next: next_cursor(&headers) }),
            status => Err(self.error(status, &headers, body.as_deref().ok(), "webhook of this kind and ID")),
        }
    }

    async fn redeliver(&mut self, delivery: u64) -> Result<Redelivery, GithubError> {
        let url = url(&self.deliveries, [&delivery.to_string(), "attempts"]);
        let (status, headers, body) = self.send(Method::POST, url).await?;
        match status.as_u16() {
            200..=299 => Ok(Redelivery::Requested),
            // Documented are 400 and 422; a delivery that GitHub no longer has is not found.
            status @ (400 | 404 | 410 | 422) => Ok(Redelivery::Rejected { status }),
            _ => Err(self.error(status, &headers, body.as_deref().ok(), "delivery with this ID")),
        }
    }
}

impl GithubApi {
    /// Returns the error of a response about the webhook, which is not the expected one.
    fn error(&self, status: StatusCode, headers: &HeaderMap, body: Option<&[u8]>, what: &'static str) -> GithubError {
        match response::error(status, headers, body, what, now()) {
            // The webhook of an App cannot move: there the URL of the API is wrong.
            GithubError::Status { status: 301 | 307 | 308 } if self.has_name => GithubError::Moved,
            error => error,
        }
    }

    /// Sends a POST request that is to return 201 with a JSON body.
    async fn created<T: DeserializeOwned>(&mut self, url: Url) -> Result<T, GithubError> {
        let (status, headers, body) = self.send(Method::POST, url).await?;
        match status {
            StatusCode::CREATED => parse(&body?),
            status => {
                let body = body.as_deref().ok();
                Err(response::error(status, &headers, body, "installation of the App with this ID", now()))
            }
        }
    }

    /// Sends a request, unless the rate limit is used up. A body that cannot be read is an error only for a caller that
    /// needs it.
    async fn send(
        &mut self,
        method: Method,
        url: Url,
    ) -> Result<(StatusCode, HeaderMap, Result<Vec<u8>, GithubError>), GithubError> {
        if let Some(until) = self.limited_until.filter(|until| now() < *until) {
            return Err(GithubError::RateLimited { until });
        }
        let headers = HeaderMap::from_iter([
            (ACCEPT, ACCEPTED),
            (AUTHORIZATION, self.authorization.clone()),
            (USER_AGENT, AGENT),
            (http::HeaderName::from_static(API_VERSION.0), API_VERSION.1),
        ]);
        let deadline = self.deadline.min(Instant::now() + REQUEST_TIMEOUT);
        let request = self.client.request(method, url).headers(headers).send();
        let sent = timeout_at(deadline, request).await.map_err(|_| GithubError::Timeout)?;
        let response = sent.map_err(failure)?;
        let (status, headers) = (response.status(), response.headers().clone());
        self.limited_until = limited_until(&headers, now());
        let body = timeout_at(deadline, read(response)).await.unwrap_or(Err(GithubError::Timeout));
        Ok((status, headers, body))
    }
}

/// Appends segments to the path of a URL.
fn url<'s>(base: &Url, segments: impl IntoIterator<Item = &'s str>) -> Url {
    let mut url = base.clone();
    // Only URLs such as `mailto:` have no segments; the configuration accepts none of them.
    if let Ok(mut path) = url.path_segments_mut() {
        path.pop_if_empty().extend(segments);
    }
    url
}

/// Reads a response within the limit.
async fn read(mut response: Response) -> Result<Vec<u8>, GithubError> {
    let mut body = Vec::new();
    while let Some(chunk) = response.chunk().await.map_err(failure)? {
        if body.len() + chunk.len() > MAX_RESPONSE_BYTES {
            return Err(GithubError::TooLarge { limit: MAX_RESPONSE_BYTES });
        }
        body.extend_from_slice(&chunk);
    }
    Ok(body)
}

fn parse<T: DeserializeOwned>(body: &[u8]) -> Result<T, GithubError> {
    let malformed = |error: serde_json::Error| GithubError::Malformed { line: error.line(), column: error.column() };
    serde_json::from_slice(body).map_err(malformed)
}

/// Classifies the error of a request that has no complete response.
fn failure(error: reqwest::Error) -> GithubError {
    let source = error.without_url();
    match () {
        () if source.is_timeout() => GithubError::Timeout,
        () if source.is_connect() => GithubError::Connection { source },
        () => GithubError::Request { source },
    }
}
