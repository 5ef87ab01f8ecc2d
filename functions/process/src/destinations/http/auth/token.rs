//! One request to the token endpoint of an authorization server.

use std::sync::Arc;
use std::time::Duration;

use form_urlencoded::{Serializer, byte_serialize};
use hookline_credentials::{ClientCredentials, ConfidentialText};
use hookline_telemetry::{Level, Line};
use http::header::{ACCEPT, AUTHORIZATION, CONTENT_TYPE};
use http::{HeaderMap, HeaderValue, Method};
use serde::Deserialize;
use serde_json::Value;

use super::basic;
use crate::destinations::attempt::Attempt;
use crate::destinations::error::DestinationError;
use crate::destinations::http::config::{Config, TokenEndpointAuthMethod};
use crate::egress::{HttpRequest, SsrfGuard, Target};
use crate::failure::Failure;
use crate::reason::Reason;

/// The largest response of a token endpoint, in bytes.
const MAX_RESPONSE_BYTES: usize = 64 * 1024;

/// The lifetime of a token whose response has none.
const DEFAULT_LIFETIME: Duration = Duration::from_secs(300);

/// The time before its end in which a token is not used any more, because a request can take some time.
const MARGIN: Duration = Duration::from_secs(30);

/// Error codes of a token endpoint. Others are not logged. <https://www.rfc-editor.org/rfc/rfc6749#section-5.2>
const ERROR_CODES: [&str; 6] = [
    "invalid_client",
    "invalid_grant",
    "invalid_request",
    "invalid_scope",
    "unauthorized_client",
    "unsupported_grant_type",
];

/// A token endpoint and the request to it.
#[derive(Debug)]
pub(super) struct TokenEndpoint {
    target: Target,
    /// The body of the request, without credentials.
    form: String,
    auth_method: TokenEndpointAuthMethod,
}

/// Types of tokens that a request cannot carry as a bearer token: it would need a signature, or the token is no access
/// token. The case does not matter. <https://www.rfc-editor.org/rfc/rfc9449#section-5>,
/// <https://www.rfc-editor.org/rfc/rfc8693#section-2.2.1>,
/// <https://www.iana.org/assignments/oauth-parameters/oauth-parameters.xhtml#token-types>
const OTHER_TYPES: [&str; 4] = ["DPoP", "mac", "N_A", "PoP"];

/// An access token. Clones are the same token.
#[derive(Debug, Clone)]
pub(super) struct AccessToken {
    token: Arc<ConfidentialText>,
    lifetime: Duration,
}

/// Why there is no token. No variant contains a part of the response or of the credentials.
#[derive(Debug, thiserror::Error)]
pub(super) enum TokenError {
    /// The server rejects the client or the request.
    #[error("the authorization server rejected the request: {}{}", .reason.code(), with_space(*.code))]
    Rejected { reason: Reason, code: Option<&'static str> },
    /// There is no response, or its status allows another attempt.
    #[error("the authorization server is not available: {}", .failure.reason.code())]
    Unavailable { failure: Failure },
    #[error("the response of the authorization server is larger than {MAX_RESPONSE_BYTES} bytes")]
    TooLarge,
    #[error("the response of the authorization server has no usable bearer token")]
    NoToken,
    /// The request of another delivery has not ended before the end of the attempt.
    #[error("the authorization server does not respond in time")]
    Busy,
    #[error("the client credentials cannot be sent in a header")]
    InvalidClient,
}

/// <https://www.rfc-editor.org/rfc/rfc6749#section-5.1>
#[derive(Deserialize)]
struct TokenResponse {
    access_token: String,
    /// Some servers write another name for a bearer token, such as `BearerToken`, or none.
    token_type: Option<String>,
    /// Seconds. Some servers write a text.
    expires_in: Option<Value>,
}

#[derive(Deserialize)]
struct ErrorResponse {
    error: String,
}

fn with_space(code: Option<&str>) -> String {
    code.map(|code| format!(" {code}")).unwrap_or_default()
}

impl AccessToken {
    pub(super) fn expose(&self) -> &str {
        self.token.expose()
    }

    /// Whether both were issued by the same request.
    pub(super) fn is(&self, other: &Self) -> bool {
        Arc::ptr_eq(&self.token, &other.token)
    }

    /// The time for which the token is used: its lifetime without a margin.
    pub(super) fn usable_for(&self) -> Duration {
        self.lifetime - MARGIN.min(self.lifetime / 2)
    }
}

impl TokenEndpoint {
    pub(super) fn new(config: &Config, guard: &SsrfGuard) -> Result<Self, DestinationError> {
        let missing = || DestinationError::MissingAuthOption { auth: "oauth2_client_credentials", option: "token_url" };
        let target = Target::parse(config.token_url.as_deref().ok_or_else(missing)?, None, guard)?;
        let options = [("scope", config.scope.as_deref()), ("audience", config.audience.as_deref())];
        let mut form = Serializer::new(String::new());
        form.append_pair("grant_type", "client_credentials");
        form.extend_pairs(options.into_iter().filter_map(|(name, value)| Some((name, value?))));
        Ok(Self { target, form: form.finish(), auth_method: config.token_endpoint_auth_method })
    }

    /// Requests a token.
    ///
    /// # Errors
    ///
    /// [`TokenError`]: there is none.
    pub(super) async fn request(
        &self,
        client: &ClientCredentials,
        attempt: Attempt<'_>,
    ) -> Result<AccessToken, TokenError> {
        let mut headers = HeaderMap::from_iter([
            (ACCEPT, HeaderValue::from_static("application/json")),
            (CONTENT_TYPE, HeaderValue::from_static("application/x-www-form-urlencoded")),
        ]);
        let body = match self.auth_method {
            TokenEndpointAuthMethod::ClientSecretBasic => {
                headers.insert(AUTHORIZATION, authorization(client).ok_or(TokenError::InvalidClient)?);
                self.form.clone()
            }
            TokenEndpointAuthMethod::ClientSecretPost => self.form_with(client),
        };
        let body = body.into();
        let request = HttpRequest { method: Method::POST, target: &self.target, headers, body };
        let response = attempt.clients.egress.fetch(request, MAX_RESPONSE_BYTES, attempt.deadline).await;
        let response = response.map_err(|failure| TokenError::Unavailable { failure })?;
        match response.result {
            Ok(()) => parse(&response.body.ok_or(TokenError::TooLarge)?),
            Err(failure) if failure.reason.is_retryable() => Err(TokenError::Unavailable { failure }),
            Err(Failure { reason, .. }) => {
                let error = response.body.and_then(|body| serde_json::from_slice::<ErrorResponse>(&body).ok());
                let code = error.and_then(|error| ERROR_CODES.into_iter().find(|code| *code == error.error));
                Err(TokenError::Rejected { reason, code })
            }
        }
    }

    /// Returns the body of the request with the credentials of the client.
    fn form_with(&self, client: &ClientCredentials) -> String {
        let credentials = [("client_id", client.id.expose()), ("client_secret", client.secret.expose())];
        Serializer::new(self.form.clone()).extend_pairs(credentials).finish()
    }
}

/// Identifier and secret are encoded as in a form. <https://www.rfc-editor.org/rfc/rfc6749#section-2.3.1>
fn authorization(client: &ClientCredentials) -> Option<HeaderValue> {
    let encode = |text: &ConfidentialText| byte_serialize(text.expose().as_bytes()).collect::<String>();
    basic::encoded(&encode(&client.id), &encode(&client.secret))
}

fn parse(body: &[u8]) -> Result<AccessToken, TokenError> {
    let response: TokenResponse = serde_json::from_slice(body).map_err(|_| TokenError::NoToken)?;
    let is_bearer = !response.token_type.is_some_and(|name| is_other_type(&name));
    let is_printable = response.access_token.bytes().all(|byte| byte.is_ascii_graphic());
    if !is_bearer || !is_printable || response.access_token.is_empty() {
        return Err(TokenError::NoToken);
    }
    let seconds = response.expires_in.and_then(|value| match value {
        Value::Number(seconds) => seconds.as_u64(),
        Value::String(seconds) => seconds.parse().ok(),
        _ => None,
    });
    // Longer lifetimes make no difference to an execution environment.
    let bounded = |seconds: u64| Duration::from_secs(seconds.min(u32::MAX.into()));
    let token = Arc::new(response.access_token.as_str().into());
    Ok(AccessToken { token, lifetime: seconds.map_or(DEFAULT_LIFETIME, bounded) })
}

fn is_other_type(name: &str) -> bool {
    OTHER_TYPES.iter().any(|other| other.eq_ignore_ascii_case(name.trim()))
}

impl TokenError {
    /// Logs why there is no token, and returns the failure of the attempt.
    pub(super) fn log(&self, destination: &str) -> Failure {
        let (reason, retry_after) = match self {
            Self::Rejected { .. } => (Reason::TokenRejected, None),
            Self::Unavailable { failure } if failure.reason == Reason::BlockedAddress => return failure.clone(),
            Self::Unavailable { failure } => (Reason::TokenUnavailable, failure.retry_after),
            Self::TooLarge | Self::NoToken | Self::Busy => (Reason::TokenUnavailable, None),
            Self::InvalidClient => (Reason::SecretUnusable, None),
        };
        let code = reason.code();
        let line = Line { destination, reason: &code, ..Line::new(Level::Warn, "token_unavailable") };
        Line { detail: Some(self), ..line }.write(&[]);
        Failure { reason, retry_after }
    }
}
