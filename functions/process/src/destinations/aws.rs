//! What an error of an AWS service means for the event.

use hookline_aws::is_transient;

use super::Failure;
use crate::reason::Reason;

/// Refusals that an operator can correct while the event waits: missing permissions, paused sending, expired credentials.
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

/// `service` begins the reason: `ses_MessageRejected`.
pub(super) fn failure(service: &'static str, failure: hookline_aws::Failure) -> Failure {
    match failure {
        hookline_aws::Failure::Timeout => Reason::Timeout.into(),
        hookline_aws::Failure::Connection => Reason::Connection.into(),
        hookline_aws::Failure::Request => Reason::Request.into(),
        hookline_aws::Failure::Service { status, code } => refused(service, code, status >= 500),
    }
}

/// An error's code, which some services also return for each entry of a call that succeeds.
pub(super) fn refused(service: &'static str, code: String, is_fault: bool) -> Failure {
    let is_retryable = is_fault || is_transient(&code) || CORRECTABLE.contains(&code.as_str());
    Reason::Aws { service, code, is_retryable }.into()
}
