//! Classifies an HTTP response or a failed request as success, retryable failure or permanent failure.

use std::io;

use hookline_aws::find_source;
use http::{HeaderMap, StatusCode};
use time::OffsetDateTime;

use super::guard::BlockedAddress;
use super::retry_hint::retry_hint;
use crate::failure::Failure;
use crate::reason::Reason;

/// Classifies the status of a response.
pub(super) fn check_status(status: StatusCode, headers: &HeaderMap, now: OffsetDateTime) -> Result<(), Failure> {
    let status = status.as_u16();
    match status {
        200..=299 => Ok(()),
        408 | 425 | 429 | 500..=599 => {
            let retry_after = retry_hint(headers, now);
            Err(Failure { reason: Reason::Http { status, is_retryable: true }, retry_after })
        }
        _ => Err(Reason::Http { status, is_retryable: false }.into()),
    }
}

/// Classifies the error of a request that has no response.
pub(super) fn request_failure(error: &reqwest::Error) -> Failure {
    let is_timeout = || {
        let io = find_source::<io::Error>(error);
        error.is_timeout() || io.is_some_and(|io| io.kind() == io::ErrorKind::TimedOut)
    };
    let reason = match () {
        () if find_source::<BlockedAddress>(error).is_some() => Reason::BlockedAddress,
        () if is_timeout() => Reason::Timeout,
        () if find_source::<rustls::Error>(error).is_some_and(rejects_certificate) => Reason::CertificateRejected,
        () if error.is_connect() => Reason::ConnectionFailed,
        () => Reason::RequestFailed,
    };
    reason.into()
}

/// Whether the server has rejected the client's certificate, or requires one. Only a server that verifies certificates of
/// clients sends these alerts. With TLS 1.3 they arrive instead of the response, because the handshake ends before.
/// <https://www.rfc-editor.org/rfc/rfc8446#section-6.2>
fn rejects_certificate(error: &rustls::Error) -> bool {
    use rustls::AlertDescription as Alert;
    let rustls::Error::AlertReceived(alert) = error else { return false };
    matches!(
        alert,
        Alert::AccessDenied
            | Alert::BadCertificate
            | Alert::CertificateExpired
            | Alert::CertificateRequired
            | Alert::CertificateRevoked
            | Alert::CertificateUnknown
            | Alert::UnknownCA
            | Alert::UnsupportedCertificate
    )
}

#[cfg(test)]
mod tests {
    use http::{HeaderValue, header};

    use super::*;

    #[track_caller]
    fn case(status: u16, retry_after: Option<&'static str>, expected: &str) {
        let mut headers = HeaderMap::new();
        headers.extend(retry_after.map(|value| (header::RETRY_AFTER, HeaderValue::from_static(value))));
        let result = check_status(StatusCode::from_u16(status).unwrap(), &headers, OffsetDateTime::UNIX_EPOCH);
        let description = match result {
            Ok(()) => "delivered".to_owned(),
            Err(Failure { reason, retry_after }) if reason.is_retryable() => format!("retryable {retry_after:?}"),
            Err(Failure { reason, .. }) => format!("permanent {}", reason.code()),
        };
        assert_eq!(description, expected, "{status}");
    }

    #[test]
    fn status_determines_whether_failure_is_retryable() {
        case(200, None, "delivered");
        case(204, None, "delivered");
        case(301, None, "permanent http_301");
        case(307, None, "permanent http_307");
        case(400, None, "permanent http_400");
        case(401, None, "permanent http_401");
        case(404, None, "permanent http_404");
        case(408, None, "retryable None");
        case(410, None, "permanent http_410");
        case(429, Some("7"), "retryable Some(7)");
        case(429, Some("-7"), "retryable None");
        case(500, None, "retryable None");
        case(503, Some("120"), "retryable Some(120)");
        case(599, None, "retryable None");
    }
}
