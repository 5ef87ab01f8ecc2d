use std::error::Error;

use aws_smithy_runtime_api::client::result::SdkError;
use aws_smithy_types::error::metadata::ProvideErrorMetadata;

/// What the SDK says of a failed call, for a log: the service's own code and message, or the chain of causes. Never the
/// answer itself, which the SDK's own way of printing includes and which may hold a secret's value.
pub fn describe<E: ProvideErrorMetadata + Error + 'static, R: std::fmt::Debug>(error: &SdkError<E, R>) -> String {
    if let Some(service) = error.as_service_error() {
        let code = service.code().unwrap_or("unknown");
        return format!("{code}: {}", service.message().unwrap_or("no message"));
    }
    let mut words = error.to_string();
    let mut cause = error.source();
    while let Some(error) = cause {
        words.push_str(": ");
        words.push_str(&error.to_string());
        cause = error.source();
    }
    words
}
