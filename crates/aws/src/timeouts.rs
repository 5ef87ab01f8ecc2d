use std::time::Duration;

use aws_smithy_types::retry::RetryConfig;
use aws_smithy_types::timeout::TimeoutConfig;
use aws_types::SdkConfig;

/// How long a client waits, and how often it tries.
#[derive(Debug, Clone, Copy)]
pub struct Timeouts {
    /// For the response to one attempt.
    pub attempt: Duration,
    /// For a call with all its attempts.
    pub call: Duration,
    /// The most attempts of a call.
    pub attempts: u32,
}

impl Timeouts {
    /// The configuration with these timeouts, and retries in the SDKs' standard mode:
    /// <https://docs.aws.amazon.com/sdkref/latest/guide/feature-retry-behavior.html>.
    #[must_use]
    pub fn apply(self, config: &SdkConfig) -> SdkConfig {
        let timeouts = TimeoutConfig::builder().operation_attempt_timeout(self.attempt).operation_timeout(self.call);
        let retries = RetryConfig::standard().with_max_attempts(self.attempts).with_initial_backoff(FIRST_BACKOFF);
        config.to_builder().timeout_config(timeouts.build()).retry_config(retries).build()
    }
}

/// The default of one second is longer than a sender waits: with full jitter the first retry comes after 50 ms at most.
const FIRST_BACKOFF: Duration = Duration::from_millis(50);
