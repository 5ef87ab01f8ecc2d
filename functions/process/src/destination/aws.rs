//! What an error of an AWS service means for the event.

use hookline_aws::AwsError;

use super::Failure;
use crate::reason::Reason;

/// What passes, or what a person can mend while the event waits: limits, paused sending, missing permissions.
const MAY_PASS: [&str; 7] =
    ["Throttl", "TooMany", "LimitExceeded", "Paused", "AccessDenied", "NotAuthorized", "ExpiredToken"];

/// `service` begins the reason: `ses_MessageRejected`.
pub(super) fn failure(service: &'static str, error: &AwsError) -> Failure {
    match error {
        AwsError::Service { status, code, .. } => refused(service, code, *status >= 500),
        AwsError::Timeout => Reason::Timeout.into(),
        AwsError::Connection { .. } => Reason::Connection.into(),
        AwsError::Answer { .. } | AwsError::Request { .. } => Reason::Request.into(),
    }
}

/// A refusal by its code, which some services also give for each entry of a call that succeeds.
pub(super) fn refused(service: &'static str, code: &str, server: bool) -> Failure {
    let passes = server || MAY_PASS.iter().any(|word| code.contains(word));
    Reason::Aws { service, code: code.to_owned(), passes }.into()
}
