//! Tokens that an authorization server issues for a client: the grant `client_credentials` of OAuth 2.0.
//!
//! <https://www.rfc-editor.org/rfc/rfc6749#section-4.4>

use std::time::Duration;

use hookline_credentials::ClientCredentials;
use http::StatusCode;
use http::header::AUTHORIZATION;
use tokio::sync::Mutex;
use tokio::time::{Instant, timeout_at};

use super::header::sensitive;
use super::token::{AccessToken, TokenEndpoint, TokenError};
use crate::destinations::attempt::Attempt;
use crate::destinations::error::DestinationError;
use crate::destinations::http::config::Config;
use crate::egress::{HttpRequest, SsrfGuard};
use crate::failure::Failure;
use crate::reason::Reason;

/// How long a failed token request counts for the other deliveries, so that they do not repeat it at once.
const FAILURE_TTL: Duration = Duration::from_secs(2);

/// The tokens of a destination. Concurrent deliveries share a token and its request.
#[derive(Debug)]
pub(super) struct TokenSource {
    endpoint: TokenEndpoint,
    /// The last result. It is locked while a token is requested.
    last: Mutex<Option<Issued>>,
}

/// The result of a token request.
#[derive(Debug)]
struct Issued {
    client: ClientCredentials,
    result: Result<AccessToken, Failure>,
    /// Until then, the result is used.
    until: Instant,
}

impl TokenSource {
    pub(super) fn new(config: &Config, guard: &SsrfGuard) -> Result<Self, DestinationError> {
        Ok(Self { endpoint: TokenEndpoint::new(config, guard)?, last: Mutex::default() })
    }

    /// Sends a request with a token. If the receiver rejects the token, the request is repeated once with a new one.
    pub(super) async fn send(
        &self,
        destination: &str,
        request: HttpRequest<'_>,
        client: &ClientCredentials,
        attempt: Attempt<'_>,
    ) -> Result<(), Failure> {
        const UNAUTHORIZED: u16 = StatusCode::UNAUTHORIZED.as_u16();
        let token = self.token(destination, client, attempt, None).await?;
        match send_with(&token, request.clone(), attempt).await {
            Err(Failure { reason: Reason::Http { status: UNAUTHORIZED, .. }, .. }) => {
                let renewed = self.token(destination, client, attempt, Some(&token)).await?;
                send_with(&renewed, request, attempt).await
            }
            result => result,
        }
    }

    /// Returns a token for this client that is not `rejected`: the last one, or a new one.
    async fn token(
        &self,
        destination: &str,
        client: &ClientCredentials,
        attempt: Attempt<'_>,
        rejected: Option<&AccessToken>,
    ) -> Result<AccessToken, Failure> {
        let last = timeout_at(attempt.deadline, self.last.lock()).await;
        let mut last = last.map_err(|_| TokenError::Busy.log(destination))?;
        let is_usable = |issued: &&Issued| {
            let is_rejected = issued.result.as_ref().is_ok_and(|token| rejected.is_some_and(|other| token.is(other)));
            issued.client.matches(client) && Instant::now() < issued.until && !is_rejected
        };
        if let Some(issued) = last.as_ref().filter(is_usable) {
            return issued.result.clone();
        }
        let issued = self.endpoint.request(client, attempt).await;
        let lifetime = issued.as_ref().map_or(FAILURE_TTL, AccessToken::usable_for);
        let result = issued.map_err(|error| error.log(destination));
        *last = Some(Issued { client: client.clone(), result: result.clone(), until: Instant::now() + lifetime });
        result
    }
}

async fn send_with(token: &AccessToken, mut request: HttpRequest<'_>, attempt: Attempt<'_>) -> Result<(), Failure> {
    let value = sensitive(&format!("Bearer {}", token.expose())).ok_or(Reason::TokenUnavailable)?;
    request.headers.insert(AUTHORIZATION, value);
    attempt.clients.egress.send(request, attempt.deadline).await
}
