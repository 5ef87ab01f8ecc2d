//! What an error of an AWS service means for the event.

use aws_sdk_ses::error::{ProvideErrorMetadata, SdkError};

use super::Failure;
use crate::reason::Reason;

/// What passes, or what a person can mend while the event waits: limits, paused sending, missing permissions.
const MAY_PASS: [&str; 7] =
    ["Throttl", "TooMany", "LimitExceeded", "Paused", "AccessDenied", "NotAuthorized", "ExpiredToken"];

/// `service` begins the reason: `ses_MessageRejected`.
pub(super) fn failure<E: ProvideErrorMetadata>(service: &'static str, error: &SdkError<E>) -> Failure {
    let SdkError::ServiceError(answer) = error else {
        let reason = match error {
            SdkError::TimeoutError(_) => Reason::Timeout,
            SdkError::DispatchFailure(_) => Reason::Connection,
            _ => Reason::Request,
        };
        return reason.into();
    };
    let code = answer.err().code().unwrap_or("unknown");
    let server = answer.raw().status().is_server_error();
    refused(service, code, server)
}

/// A refusal by its code, which some services also give for each entry of a call that succeeds.
pub(super) fn refused(service: &'static str, code: &str, server: bool) -> Failure {
    let passes = server || MAY_PASS.iter().any(|word| code.contains(word));
    Reason::Aws { service, code: code.to_owned(), passes }.into()
}
