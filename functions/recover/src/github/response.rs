//! What GitHub's statuses and headers mean.
//!
//! <https://docs.github.com/en/rest/using-the-rest-api/best-practices-for-using-the-rest-api#handle-rate-limit-errors-appropriately>

use http::{HeaderMap, StatusCode};
use serde::Deserialize;

use super::error::GithubError;

/// The wait after a secondary limit without a `Retry-After`.
const DEFAULT_WAIT_SECONDS: u64 = 60;

/// The longest wait that is respected. The primary limit is restored after at most one hour, so that a longer wait is an
/// error of a clock.
const MAX_WAIT_SECONDS: u64 = 2 * 3600;

/// The longest text of the header with the permissions that is logged.
const MAX_PERMISSIONS_BYTES: usize = 200;

/// Returns the time until which no request may be made, if the response says that the limit is used up. `now` is in
/// seconds since 1970.
pub(super) fn limited_until(headers: &HeaderMap, now: u64) -> Option<u64> {
    let number = |name: &str| headers.get(name)?.to_str().ok()?.trim().parse::<u64>().ok();
    let retry_after = number("retry-after").map(|seconds| now.saturating_add(seconds));
    let is_used_up = number("x-ratelimit-remaining") == Some(0);
    let reset = is_used_up.then(|| number("x-ratelimit-reset").unwrap_or(now + DEFAULT_WAIT_SECONDS));
    Some(retry_after.max(reset)?.clamp(now + 1, now + MAX_WAIT_SECONDS))
}

/// Returns the error of a response with this status, which is not the expected one. `what` is the requested thing.
pub(super) fn error(
    status: StatusCode,
    headers: &HeaderMap,
    body: Option<&[u8]>,
    what: &'static str,
    now: u64,
) -> GithubError {
    match status.as_u16() {
        429 => GithubError::RateLimited { until: limited_until(headers, now).unwrap_or(now + DEFAULT_WAIT_SECONDS) },
        // Both limits use 403 too, the secondary one also without these headers. Otherwise a permission is missing.
        403 => match limited_until(headers, now) {
            Some(until) => GithubError::RateLimited { until },
            None if is_about_rate_limits(body) => GithubError::RateLimited { until: now + DEFAULT_WAIT_SECONDS },
            None => GithubError::AccessDenied { permissions: permissions(headers) },
        },
        401 => GithubError::CredentialRejected,
        404 => GithubError::NotFound { what },
        status => GithubError::Status { status },
    }
}

/// Whether the body of an error refers to the documentation of rate limits.
fn is_about_rate_limits(body: Option<&[u8]>) -> bool {
    #[derive(Deserialize)]
    struct Problem {
        documentation_url: String,
    }

    let problem: Option<Problem> = body.and_then(|body| serde_json::from_slice(body).ok());
    problem.is_some_and(|problem| problem.documentation_url.contains("rate-limit"))
}

/// Returns the permissions that the request needs.
///
/// <https://docs.github.com/en/rest/using-the-rest-api/troubleshooting-the-rest-api#resource-not-accessible>
fn permissions(headers: &HeaderMap) -> Option<String> {
    let permissions = headers.get("x-accepted-github-permissions")?.to_str().ok()?;
    let is_permission = |byte: u8| byte.is_ascii_alphanumeric() || b"_-=,; ".contains(&byte);
    let is_expected = permissions.len() <= MAX_PERMISSIONS_BYTES && permissions.bytes().all(is_permission);
    (is_expected && !permissions.is_empty()).then(|| permissions.to_owned())
}

#[cfg(test)]
mod tests {
    use http::HeaderName;

    use super::*;

    const NOW: u64 = 1_000_000;

    fn headers(headers: &[(&'static str, &str)]) -> HeaderMap {
        headers.iter().map(|(name, value)| (HeaderName::from_static(name), value.parse().unwrap())).collect()
    }

    #[track_caller]
    fn case(status: u16, of: &[(&'static str, &str)], expected: &str) {
        let error = error(StatusCode::from_u16(status).unwrap(), &headers(of), None, "webhook", NOW);
        let description = match error {
            GithubError::RateLimited { until } => format!("limited for {}", until - NOW),
            error => error.reason().into_owned(),
        };
        assert_eq!(description, expected, "{status} {of:?}");
    }

    #[test]
    fn rate_limits_are_distinguished_from_missing_permissions() {
        case(403, &[], "access_denied");
        case(403, &[("x-ratelimit-remaining", "4999")], "access_denied");
        case(403, &[("x-ratelimit-remaining", "0"), ("x-ratelimit-reset", "1000900")], "limited for 900");
        case(403, &[("retry-after", "30")], "limited for 30");
        case(429, &[("retry-after", "30"), ("x-ratelimit-remaining", "4000")], "limited for 30");
        case(429, &[("x-ratelimit-remaining", "0"), ("x-ratelimit-reset", "1000900")], "limited for 900");
        case(429, &[], "limited for 60");
    }

    /// <https://docs.github.com/en/rest/using-the-rest-api/rate-limits-for-the-rest-api#exceeding-the-rate-limit>
    #[test]
    fn secondary_limit_without_headers_is_recognized_by_its_documentation() {
        let error = |url: &str| {
            let body = serde_json::json!({ "message": "…", "documentation_url": url }).to_string();
            let remaining = headers(&[("x-ratelimit-remaining", "4000")]);
            error(StatusCode::FORBIDDEN, &remaining, Some(body.as_bytes()), "webhook", NOW).reason().into_owned()
        };
        let rest = "https://docs.github.com/rest";
        assert_eq!(
            error(&format!("{rest}/using-the-rest-api/rate-limits-for-the-rest-api#about-secondary-rate-limits")),
            "rate_limited"
        );
        assert_eq!(error("https://docs.github.com/free-pro-team@latest/rest/overview/rate-limits"), "rate_limited");
        assert_eq!(error(&format!("{rest}/repos/webhooks#list-deliveries")), "access_denied");
    }

    #[test]
    fn absurd_waits_are_bounded() {
        for value in ["18446744073709551615", "99999999"] {
            case(429, &[("retry-after", value)], "limited for 7200");
            case(403, &[("x-ratelimit-remaining", "0"), ("x-ratelimit-reset", value)], "limited for 7200");
        }
        case(403, &[("x-ratelimit-remaining", "0"), ("x-ratelimit-reset", "5")], "limited for 1");
        case(403, &[("x-ratelimit-remaining", "0"), ("x-ratelimit-reset", "soon")], "limited for 60");
        case(429, &[("retry-after", "-5")], "limited for 60");
    }

    #[test]
    fn other_statuses_have_their_reason() {
        case(401, &[], "credentials_rejected");
        case(404, &[], "webhook_not_found");
        case(500, &[], "http_500");
        case(301, &[], "http_301");
    }

    #[test]
    fn needed_permissions_are_named() {
        let text = |value: &str| {
            error(StatusCode::FORBIDDEN, &headers(&[("x-accepted-github-permissions", value)]), None, "webhook", NOW)
                .to_string()
        };
        assert!(text("repository_hooks=read").ends_with("(GitHub requires repository_hooks=read)"));
        assert!(!text("<script>").contains("script") && !text(&"a".repeat(300)).contains("aaa"));
    }
}
