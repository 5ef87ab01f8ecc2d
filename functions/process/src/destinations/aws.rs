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

/// Error codes of single services that an operator can correct while the event is retried: a missing receiver, a
/// function that is updated, a quota that can be raised. [`is_correctable`] has the codes of keys.
///
/// <https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/API_SendMessage.html#API_SendMessage_Errors>,
/// <https://docs.aws.amazon.com/sns/latest/api/API_Publish.html#API_Publish_Errors>,
/// <https://docs.aws.amazon.com/lambda/latest/api/API_Invoke.html#API_Invoke_Errors>,
/// <https://docs.aws.amazon.com/step-functions/latest/apireference/API_StartExecution.html#API_StartExecution_Errors>,
/// <https://docs.aws.amazon.com/firehose/latest/APIReference/API_PutRecord.html#API_PutRecord_Errors>,
/// <https://docs.aws.amazon.com/AmazonS3/latest/API/ErrorResponses.html#ErrorCodeList>
const CORRECTABLE_BY_SERVICE: [(&str, &[&str]); 6] = [
    ("firehose", &["ResourceNotFoundException", "InvalidKMSResourceException"]),
    ("lambda", &["ResourceNotFoundException", "ResourceConflictException", "ServiceQuotaExceededException"]),
    ("s3", &["AllAccessDisabled", "NoSuchBucket", "OperationAborted"]),
    ("sns", &["AuthorizationError", "NotFound", "Throttled"]),
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

/// Whether an operator can correct the error while the event is retried. The services name the errors of a key
/// `KmsAccessDenied`, `KMSDisabledException`, `KMS.NotFoundException` and alike.
fn is_correctable(service: &str, code: &str) -> bool {
    let of_service = CORRECTABLE_BY_SERVICE.iter().find(|(name, _)| *name == service);
    let is_about_key = code.get(..3).is_some_and(|start| start.eq_ignore_ascii_case("kms"));
    is_about_key || CORRECTABLE.contains(&code) || of_service.is_some_and(|(_, codes)| codes.contains(&code))
}
