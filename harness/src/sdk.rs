//! The settings of the SDK's clients, by which the harness looks at what the functions have done: another client than
//! theirs, so that neither's mistake hides the other's.

use std::time::Duration;

use aws_credential_types::Credentials;
use aws_credential_types::provider::SharedCredentialsProvider;
use aws_smithy_async::rt::sleep::{SharedAsyncSleep, TokioSleep};
use aws_smithy_async::time::{SharedTimeSource, SystemTimeSource};
use aws_smithy_http_client::Builder;
use aws_smithy_http_client::tls::{Provider, rustls_provider::CryptoMode};
use aws_smithy_types::retry::RetryConfig;
use aws_smithy_types::timeout::TimeoutConfig;
use aws_types::SdkConfig;
use aws_types::region::Region;

/// How long a client waits.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Patience {
    /// For a connection.
    pub(crate) connect: Duration,
    /// For the answer to one attempt.
    pub(crate) attempt: Duration,
    /// For a call with all its attempts.
    pub(crate) call: Duration,
    /// How many attempts a call has.
    pub(crate) attempts: u32,
}

/// The settings for any service's client; `endpoint_url` is that of all services, as an emulator has it.
pub(crate) fn config(
    region: &str,
    credentials: Credentials,
    endpoint_url: Option<String>,
    patience: Patience,
) -> SdkConfig {
    let tls = Provider::Rustls(CryptoMode::Ring);
    let timeouts = TimeoutConfig::builder()
        .connect_timeout(patience.connect)
        .operation_attempt_timeout(patience.attempt)
        .operation_timeout(patience.call);
    let mut config = SdkConfig::builder()
        .behavior_version(aws_smithy_runtime_api::client::behavior_version::BehaviorVersion::latest())
        .region(Region::new(region.to_owned()))
        .credentials_provider(SharedCredentialsProvider::new(credentials))
        .http_client(Builder::new().tls_provider(tls).build_https())
        .sleep_impl(SharedAsyncSleep::new(TokioSleep::new()))
        .time_source(SharedTimeSource::new(SystemTimeSource::new()))
        .timeout_config(timeouts.build())
        .retry_config(RetryConfig::standard().with_max_attempts(patience.attempts));
    config.set_endpoint_url(endpoint_url);
    config.build()
}
