use std::borrow::Cow;

use hookline_github::SignError;

/// A request to GitHub's API that failed. No variant contains a credential or text of a response.
#[derive(Debug, thiserror::Error)]
pub enum GithubError {
    /// A rate limit is exceeded. No request may be made until this time, in seconds since 1970.
    ///
    /// <https://docs.github.com/en/rest/using-the-rest-api/rate-limits-for-the-rest-api#exceeding-the-rate-limit>
    #[error("a rate limit of GitHub's API is exceeded")]
    RateLimited {
        /// When the next request may be made.
        until: u64,
    },
    /// GitHub does not accept the credential: 401.
    #[error(
        "GitHub does not accept the credential of the source: it is expired, revoked, or the key of another App than \
         `app_id`"
    )]
    CredentialRejected,
    /// The credential does not have the permission: 403.
    #[error(
        "the credential lacks a permission: it needs write access to the webhooks of the repository or the organization{}",
        permissions.as_ref().map(|permissions| format!(" (GitHub requires {permissions})")).unwrap_or_default()
    )]
    AccessDenied {
        /// The permissions that GitHub names, for instance `repository_hooks=read`.
        permissions: Option<String>,
    },
    /// There is no such webhook or installation, or the credential must not know of it: 404.
    #[error("there is no {what}, or the credential has no access to it")]
    NotFound {
        /// What does not exist.
        what: &'static str,
    },
    /// GitHub redirects the request, because the webhook's path has an old name: 301, 307 or 308.
    ///
    /// <https://docs.github.com/en/rest/using-the-rest-api/best-practices-for-using-the-rest-api#follow-redirects>
    #[error(
        "GitHub redirects the request, because the repository or the organization was renamed or moved; change its \
         name in `recover.webhook` of the source"
    )]
    Moved,
    /// Another status.
    #[error("GitHub responded {status}")]
    Status {
        /// The status.
        status: u16,
    },
    /// There was no complete response in time.
    #[error("GitHub did not respond in time")]
    Timeout,
    /// The connection could not be opened.
    #[error("cannot connect to GitHub: {source}")]
    Connection {
        /// The error of the HTTP client.
        source: reqwest::Error,
    },
    /// The request failed without a response.
    #[error("the request to GitHub failed: {source}")]
    Request {
        /// The error of the HTTP client.
        source: reqwest::Error,
    },
    /// The response is larger than any documented one.
    #[error("GitHub's response is larger than {limit} bytes")]
    TooLarge {
        /// The limit in bytes.
        limit: usize,
    },
    /// The response has another format than documented.
    ///
    /// The parser's own error is left out, because it quotes the response.
    #[error("GitHub's response is malformed at line {line}, column {column}")]
    Malformed {
        /// The line of the fault.
        line: usize,
        /// The column of the fault.
        column: usize,
    },
    /// The App's token cannot be signed or sent.
    #[error("the App's token cannot be signed: {source}")]
    Sign {
        /// The error of the key.
        source: SignError,
    },
    /// A token has characters that no header can have.
    #[error("the token from GitHub has characters that no header can have")]
    UnusableToken,
}

impl GithubError {
    /// Returns a stable reason code for logs.
    #[must_use]
    pub fn reason(&self) -> Cow<'static, str> {
        match self {
            Self::RateLimited { .. } => "rate_limited".into(),
            Self::CredentialRejected => "credentials_rejected".into(),
            Self::AccessDenied { .. } => "access_denied".into(),
            Self::NotFound { .. } => "webhook_not_found".into(),
            Self::Moved => "webhook_moved".into(),
            Self::Status { status } => format!("http_{status}").into(),
            Self::Timeout => "timeout".into(),
            Self::Connection { .. } => "connection_failed".into(),
            Self::Request { .. } => "request_failed".into(),
            Self::TooLarge { .. } | Self::Malformed { .. } | Self::UnusableToken => "response_unreadable".into(),
            Self::Sign { .. } => "secret_unusable".into(),
        }
    }

    /// Whether the failure concerns one request only, so that another one can succeed.
    pub(crate) fn is_of_one_request(&self) -> bool {
        match self {
            Self::Status { .. } | Self::Timeout | Self::Request { .. } => true,
            Self::TooLarge { .. } | Self::Malformed { .. } | Self::NotFound { .. } => true,
            Self::RateLimited { .. } | Self::CredentialRejected | Self::AccessDenied { .. } | Self::Moved => false,
            Self::Connection { .. } | Self::Sign { .. } | Self::UnusableToken => false,
        }
    }

    /// Whether GitHub responded that the request itself is invalid, for instance because its cursor is unknown.
    pub(crate) fn is_invalid_request(&self) -> bool {
        matches!(self, Self::Status { status: 400 | 422 } | Self::NotFound { .. })
    }
}
