//! What an error of an AWS service means for the event.

use aws_sdk_ses::error::{ProvideErrorMetadata, SdkError};

use super::Failure;

/// What passes, or what a person can mend while the event waits: limits, paused sending, missing permissions.
const MAY_PASS: [&str; 7] =
    ["Throttl", "TooMany", "LimitExceeded", "Paused", "AccessDenied", "NotAuthorized", "ExpiredToken"];

/// `service` begins the reason: `ses_MessageRejected`.
pub(super) fn failure<E: ProvideErrorMetadata>(service: &str, error: &SdkError<E>) -> Failure {
    let SdkError::ServiceError(answer) = error else {
        return Failure::retryable(match error {
            SdkError::TimeoutError(_) => "timeout",
            SdkError::DispatchFailure(_) => "connection",
            _ => "request",
        });
    };
    let code = answer.err().code().unwrap_or("unknown");
    let server = answer.raw().status().is_server_error();
    refused(service, code, server)
}

/// A refusal by its code, which some services also give for each entry of a call that succeeds.
pub(super) fn refused(service: &str, code: &str, server: bool) -> Failure {
    let reason = format!("{service}_{code}");
    if server || MAY_PASS.iter().any(|word| code.contains(word)) {
        Failure::retryable(reason)
    } else {
        Failure::permanent(reason)
    }
}
