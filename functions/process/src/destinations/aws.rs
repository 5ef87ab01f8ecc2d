//! Classifies the errors of AWS services as retryable or permanent failures.

use hookline_aws::is_transient;

use crate::failure::Failure;
use crate::reason::Reason;

/// Error codes that an operator can correct while the event is retried: missing permissions, paused sending, expired
/// credentials.
const CORRECTABLE: [&str; 8] = [
    "AccessDenied",
    "AccessDeniedException",
    "AccountSendingPausedException",
    "ConfigurationSetSendingPausedException",
    "ExpiredToken",
    "ExpiredTokenException",
    "NotAuthorizedForDetailTypeException",
    "NotAuthorizedForSourceException",
];

/// Classifies a failed call. The reason code begins with `service`, for instance `ses_MessageRejected`.
pub(super) fn call_failure(service: &'static str, failure: hookline_aws::Failure) -> Failure {
    match failure {
        hookline_aws::Failure::Timeout => Reason::Timeout.into(),
        hookline_aws::Failure::Connection => Reason::ConnectionFailed.into(),
        hookline_aws::Failure::Request => Reason::RequestFailed.into(),
        hookline_aws::Failure::Service { status, code } => service_failure(service, code, status >= 500),
    }
}

/// Classifies an error code of a service. Some services return error codes for single entries of a successful call.
pub(super) fn service_failure(service: &'static str, code: String, is_server_error: bool) -> Failure {
    let is_retryable = is_server_error || is_transient(&code) || CORRECTABLE.contains(&code.as_str());
    Reason::Aws { service, code, is_retryable }.into()
}
