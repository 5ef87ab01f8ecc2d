//! Scripted responses of the sink.

use axum::http::StatusCode;

/// Seconds in the `Retry-After` header of a 429.
pub(crate) const RETRY_AFTER_SECONDS: u32 = 3;

/// The recorded status of an attempt that gets no response.
pub(crate) const NO_RESPONSE: StatusCode = StatusCode::GATEWAY_TIMEOUT;

/// How a path of the sink responds to the attempts at one event.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Script {
    /// Returns 200.
    Succeeds,
    /// Returns 503 twice, then 200.
    FailsTwice,
    /// Returns 429 with `Retry-After` once, then 200.
    ThrottlesOnce,
    /// Does not respond to the first attempt. Returns 200 to the others.
    StallsOnce,
    /// Returns 410 until the test sets the sink to recovered, then 200.
    FailsUntilRecovered,
    /// Does not respond until the test sets the sink to recovered, then returns 200.
    HangsUntilRecovered,
    /// Returns 401 to the first attempt, and lets its access token expire. Returns 200 to the others.
    ExpiresOnce,
    /// Returns 409.
    Conflicts,
    /// Returns 404.
    NotFound,
    /// Returns 500.
    Fails,
}

impl Script {
    /// Returns the status for an attempt that follows `earlier` attempts at the same event.
    pub(crate) fn status(self, earlier: usize, recovered: bool) -> StatusCode {
        match self {
            Self::FailsTwice if earlier < 2 => StatusCode::SERVICE_UNAVAILABLE,
            Self::ThrottlesOnce if earlier == 0 => StatusCode::TOO_MANY_REQUESTS,
            Self::StallsOnce if earlier == 0 => NO_RESPONSE,
            Self::FailsUntilRecovered if !recovered => StatusCode::GONE,
            Self::HangsUntilRecovered if !recovered => NO_RESPONSE,
            Self::ExpiresOnce if earlier == 0 => StatusCode::UNAUTHORIZED,
            Self::Conflicts => StatusCode::CONFLICT,
            Self::NotFound => StatusCode::NOT_FOUND,
            Self::Fails => StatusCode::INTERNAL_SERVER_ERROR,
            Self::Succeeds
            | Self::FailsTwice
            | Self::ThrottlesOnce
            | Self::StallsOnce
            | Self::ExpiresOnce
            | Self::FailsUntilRecovered
            | Self::HangsUntilRecovered => StatusCode::OK,
        }
    }
}
