//! Classifies the errors of AWS services as retryable or permanent failures.

use hookline_aws::is_transient;

use crate::failure::Failure;
use crate::reason::Reason;

/// Error codes that an operator or time can correct while the event is retried: missing permissions, credentials that are
/// not valid or not known yet, a clock that differs.
///
/// <https://docs.aws.amazon.com/lambda/latest/api/CommonErrors.html>,
/// <https://docs.aws.amazon.com/AmazonS3/latest/API/ErrorResponses.html#ErrorCodeList>
const CORRECTABLE: [&str; 11] = [
    "AccessDenied",
    "AccessDeniedException",
    "ExpiredToken",
    "ExpiredTokenException",
    "InvalidAccessKeyId",
    "InvalidClientTokenId",
    "InvalidSignatureException",
    "RequestExpired",
    "RequestTimeTooSkewed",
    "SignatureDoesNotMatch",
    "UnrecognizedClientException",
];

/// Error codes of single services that an operator or time can correct while the event is retried: a missing receiver, a
/// function that is updated, paused sending, a domain whose DNS records SES does not find, a quota that can be raised.
/// [`is_correctable`] has the codes of keys.
///
/// <https://docs.aws.amazon.com/ses/latest/APIReference/API_SendEmail.html#API_SendEmail_Errors>,
/// <https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/API_SendMessage.html#API_SendMessage_Errors>,
/// <https://docs.aws.amazon.com/sns/latest/api/API_Publish.html#API_Publish_Errors>,
/// <https://docs.aws.amazon.com/lambda/latest/api/API_Invoke.html#API_Invoke_Errors>,
/// <https://docs.aws.amazon.com/step-functions/latest/apireference/API_StartExecution.html#API_StartExecution_Errors>,
/// <https://docs.aws.amazon.com/firehose/latest/APIReference/API_PutRecord.html#API_PutRecord_Errors>,
/// <https://docs.aws.amazon.com/AmazonS3/latest/API/ErrorResponses.html#ErrorCodeList>
const CORRECTABLE_BY_SERVICE: [(&str, &[&str]); 8] = [
    (
        "eventbridge",
        &["NotAuthorizedForDetailTypeException", "NotAuthorizedForSourceException", "ResourceNotFoundException"],
    ),
    ("firehose", &["ResourceNotFoundException", "InvalidKMSResourceException"]),
    (
        "lambda",
        &[
            "ResourceConflictException",
            "ResourceNotFoundException",
            "ServiceQuotaExceededException",
            "SnapStartNotReadyException",
        ],
    ),
    ("s3", &["AllAccessDisabled", "NoSuchBucket", "OperationAborted"]),
    (
        "ses",
        &[
            "AccountSendingPausedException",
            "ConfigurationSetDoesNotExist",
            "ConfigurationSetSendingPausedException",
            "MailFromDomainNotVerifiedException",
        ],
    ),
    ("sns", &["AuthorizationError", "NotFound"]),
    // The second code is the one of SQS's earlier protocol, which SQS sends in addition.
    ("sqs", &["QueueDoesNotExist", "AWS.SimpleQueueService.NonExistentQueue"]),
    ("stepfunctions", &["ExecutionLimitExceeded", "StateMachineDeleting", "StateMachineDoesNotExist"]),
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
    let is_retryable = is_server_error || is_transient(&code) || is_correctable(service, &code);
    Reason::Aws { service, code, is_retryable }.into()
}

/// Whether an operator or time can correct the error while the event is retried. The services name the errors of a key
/// `KmsAccessDenied`, `KMSDisabledException`, `KMS.NotFoundException` and alike.
fn is_correctable(service: &str, code: &str) -> bool {
    let of_service = CORRECTABLE_BY_SERVICE.iter().find(|(name, _)| *name == service);
    let is_about_key = code.get(..3).is_some_and(|start| start.eq_ignore_ascii_case("kms"));
    is_about_key || CORRECTABLE.contains(&code) || of_service.is_some_and(|(_, codes)| codes.contains(&code))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn is_retryable(service: &'static str, code: &str) -> bool {
        service_failure(service, code.to_owned(), false).reason.is_retryable()
    }

    /// The event would otherwise be lost to the dead-letter queue, although nothing is wrong with it.
    #[test]
    fn errors_of_credentials_and_of_the_clock_are_retryable() {
        for code in [
            "ExpiredTokenException",
            "InvalidAccessKeyId",
            "InvalidClientTokenId",
            "InvalidSignatureException",
            "RequestExpired",
            "RequestTimeTooSkewed",
            "SignatureDoesNotMatch",
            "UnrecognizedClientException",
        ] {
            assert!(is_retryable("sqs", code), "{code}");
        }
        assert!(!is_retryable("sqs", "InvalidMessageContents"));
    }

    #[test]
    fn codes_of_a_service_count_for_this_service() {
        for (service, code) in [
            ("eventbridge", "NotAuthorizedForSourceException"),
            ("lambda", "SnapStartNotReadyException"),
            ("ses", "ConfigurationSetDoesNotExist"),
            ("ses", "MailFromDomainNotVerifiedException"),
            ("sns", "Throttled"),
        ] {
            assert!(is_retryable(service, code), "{service} {code}");
        }
        for (service, code) in [("ses", "MessageRejected"), ("sqs", "NotFound"), ("sqs", "SnapStartNotReadyException")]
        {
            assert!(!is_retryable(service, code), "{service} {code}");
        }
    }
}
