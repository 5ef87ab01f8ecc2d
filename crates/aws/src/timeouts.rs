use std::time::Duration;

use aws_smithy_types::retry::RetryConfig;
use aws_smithy_types::timeout::TimeoutConfig;
use aws_types::SdkConfig;

/// Timeouts and number of attempts of a client.
#[derive(Debug, Clone, Copy)]
pub struct Timeouts {
    /// Timeout for the response to one attempt.
    pub attempt: Duration,
    /// Timeout for a call with all its attempts.
    pub call: Duration,
    /// Maximum number of attempts of a call.
    pub attempts: u32,
}

impl Timeouts {
    /// Returns the configuration with these timeouts and with retries in the SDKs' standard mode:
    /// <https://docs.aws.amazon.com/sdkref/latest/guide/feature-retry-behavior.html>.
    #[must_use]
    pub fn apply(self, config: &SdkConfig) -> SdkConfig {
        let timeouts = TimeoutConfig::builder().operation_attempt_timeout(self.attempt).operation_timeout(self.call);
        let retries = RetryConfig::standard().with_max_attempts(self.attempts).with_initial_backoff(FIRST_BACKOFF);
        config.to_builder().timeout_config(timeouts.build()).retry_config(retries).build()
    }
}

/// The longest delay before the first retry; the SDK applies full jitter. The SDK's default of one second is longer
/// than a sender waits.
const FIRST_BACKOFF: Duration = Duration::from_millis(50);
