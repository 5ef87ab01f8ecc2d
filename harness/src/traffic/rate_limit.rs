//! The rate limits of GitHub's API, with their headers.
//!
//! <https://docs.github.com/en/rest/using-the-rest-api/rate-limits-for-the-rest-api#checking-the-status-of-your-rate-limit>

use axum::http::{HeaderMap, HeaderName, HeaderValue, Method, StatusCode};

/// Calls in a period.
const LIMIT: u32 = 5000;

/// Seconds of a period.
const PERIOD: i64 = 3600;

/// How many calls GitHub accepts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct RateLimit {
    /// Calls until the primary limit.
    remaining: u32,
    /// When the primary limit is restored, in seconds since 1970.
    reset_at: i64,
    /// POST requests until the secondary limit. `None`: it is not reached.
    posts: Option<u32>,
    /// The end of the secondary limit, in seconds since 1970, after it was reached.
    retry_at: Option<i64>,
}

impl Default for RateLimit {
    fn default() -> Self {
        Self { remaining: LIMIT, reset_at: 0, posts: None, retry_at: None }
    }
}

impl RateLimit {
    /// Returns a primary limit of this number of calls.
    pub(crate) fn primary(remaining: u32, reset_at: i64) -> Self {
        Self { remaining, reset_at, ..Self::default() }
    }

    /// Returns a secondary limit of this number of POST requests. It ends a second after it was reached.
    pub(crate) fn secondary(posts: u32) -> Self {
        Self { posts: Some(posts), ..Self::default() }
    }

    /// Counts a call, or returns the response to a call that exceeds a limit.
    pub(super) fn take(&mut self, method: &Method, now: i64) -> Result<(), (StatusCode, HeaderMap, &'static str)> {
        if now >= self.reset_at {
            (self.remaining, self.reset_at) = (LIMIT, now + PERIOD);
        }
        if self.retry_at.is_some_and(|end| now >= end) {
            (self.posts, self.retry_at) = (None, None);
        }
        if self.posts == Some(0) && method == Method::POST {
            self.retry_at.get_or_insert(now + 1);
        }
        if let Some(end) = self.retry_at {
            let mut headers = self.headers();
            headers.insert("retry-after", (end - now).into());
            return Err((StatusCode::FORBIDDEN, headers, "You have exceeded a secondary rate limit."));
        }
        let Some(remaining) = self.remaining.checked_sub(1) else {
            return Err((StatusCode::FORBIDDEN, self.headers(), "API rate limit exceeded."));
        };
        self.remaining = remaining;
        if method == Method::POST {
            self.posts = self.posts.map(|posts| posts.saturating_sub(1));
        }
        Ok(())
    }

    /// Returns the headers that each response has.
    pub(super) fn headers(&self) -> HeaderMap {
        let name = HeaderName::from_static;
        HeaderMap::from_iter([
            (name("x-ratelimit-limit"), LIMIT.into()),
            (name("x-ratelimit-remaining"), self.remaining.into()),
            (name("x-ratelimit-used"), LIMIT.saturating_sub(self.remaining).into()),
            (name("x-ratelimit-reset"), self.reset_at.into()),
            (name("x-ratelimit-resource"), HeaderValue::from_static("core")),
        ])
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn headers_of(result: Result<(), (StatusCode, HeaderMap, &str)>) -> (u16, Option<String>, Option<String>) {
        let (status, headers, _) = result.unwrap_err();
        let text = |name: &str| Some(headers.get(name)?.to_str().unwrap().to_owned());
        (status.as_u16(), text("x-ratelimit-remaining"), text("retry-after"))
    }

    #[test]
    fn primary_limit_rejects_every_call_until_it_is_restored() {
        let mut limit = RateLimit::primary(1, 100);
        assert!(limit.take(&Method::GET, 10).is_ok());
        assert_eq!(headers_of(limit.take(&Method::GET, 99)), (403, Some("0".to_owned()), None));
        assert_eq!(limit.headers()["x-ratelimit-reset"], "100");
        assert!(limit.take(&Method::GET, 100).is_ok());
        assert_eq!(limit.headers()["x-ratelimit-remaining"], "4999");
    }

    #[test]
    fn secondary_limit_rejects_calls_for_a_second() {
        let mut limit = RateLimit::secondary(1);
        for method in [Method::POST, Method::GET] {
            assert!(limit.take(&method, 10).is_ok());
        }
        let rejected = (403, Some("4998".to_owned()), Some("1".to_owned()));
        assert_eq!(headers_of(limit.take(&Method::POST, 10)), rejected);
        assert_eq!(headers_of(limit.take(&Method::GET, 10)), rejected);
        assert!(limit.take(&Method::POST, 11).is_ok());
    }
}
