use aws_runtime::retries::classifiers::{THROTTLING_ERRORS, TRANSIENT_ERRORS};
use aws_smithy_runtime_api::client::orchestrator::HttpResponse;
use aws_smithy_runtime_api::client::result::SdkError;
use aws_smithy_types::error::metadata::ProvideErrorMetadata;

/// The reason why a call failed after all its attempts, as the SDK reports it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Failure {
    /// The service did not respond in time.
    Timeout,
    /// The connection could not be opened, or was closed.
    Connection,
    /// The request could not be created, or the response could not be read.
    Request,
    /// The service responded with an error.
    Service {
        /// The response's HTTP status.
        status: u16,
        /// The error's code, for instance `AccessDeniedException`.
        code: String,
    },
}

impl Failure {
    /// Classifies an error of any service.
    pub fn from_sdk_error<E: ProvideErrorMetadata>(error: &SdkError<E, HttpResponse>) -> Self {
        match error {
            SdkError::TimeoutError(_) => Self::Timeout,
            SdkError::DispatchFailure(failure) if failure.is_timeout() => Self::Timeout,
            SdkError::DispatchFailure(failure) if failure.is_user() => Self::Request,
            SdkError::DispatchFailure(_) => Self::Connection,
            SdkError::ServiceError(error) => Self::Service {
                status: error.raw().status().as_u16(),
                code: error.err().code().unwrap_or("unknown").to_owned(),
            },
            _ => Self::Request,
        }
    }

    /// Whether the service rejected the call and would reject a retry too: the status is 4xx, and the code is not for
    /// throttling or another transient error.
    #[must_use]
    pub fn is_rejection(&self) -> bool {
        matches!(self, Self::Service { status: 400..500, code } if !is_transient(code))
    }
}

/// Whether the code is for throttling or for another transient error.
#[must_use]
pub fn is_transient(code: &str) -> bool {
    is_throttling(code) || TRANSIENT_ERRORS.contains(&code)
}

/// Whether the code requests a slower rate. The SDK's list does not have the codes of single services, such as `Throttled`
/// and `KMSThrottling` of SNS and `KmsThrottled` of SQS.
#[must_use]
pub fn is_throttling(code: &str) -> bool {
    THROTTLING_ERRORS.contains(&code) || code.to_ascii_lowercase().contains("throttl")
}
