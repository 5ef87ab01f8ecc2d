//! The settings of the SDK's clients, made by hand: the usual `aws-config` would add its chain of providers, which on
//! Lambda always ends at the same three variables, and a second TLS stack.

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

use crate::Variables;

/// Where AWS is and who calls it.
pub struct AwsSettings {
    /// For instance `eu-central-1`.
    pub region: String,
    /// The role's credentials: on Lambda they hold for as long as the environment lives.
    pub credentials: Credentials,
    /// Another endpoint for all services, as an emulator has it.
    pub endpoint_url: Option<String>,
}

/// How long a client waits.
#[derive(Debug, Clone, Copy)]
pub struct Patience {
    /// For a connection.
    pub connect: Duration,
    /// For the answer to one attempt.
    pub attempt: Duration,
    /// For a call with all its attempts.
    pub call: Duration,
    /// How many attempts a call has.
    pub attempts: u32,
}

impl AwsSettings {
    /// Reads what Lambda sets; a missing variable is remembered as a fault.
    pub fn read(variables: &mut Variables<'_>) -> Option<Self> {
        let region = variables.required("AWS_REGION");
        let key = variables.required("AWS_ACCESS_KEY_ID");
        let secret = variables.required("AWS_SECRET_ACCESS_KEY");
        let token = variables.optional("AWS_SESSION_TOKEN");
        let endpoint_url = variables.optional("AWS_ENDPOINT_URL");
        let credentials = Credentials::new(key?, secret?, token, None, "lambda environment");
        Some(Self { region: region?, credentials, endpoint_url })
    }

    /// The settings for any service's client, as they come: the chain of providers, and the SDK's own TLS.
    #[cfg(feature = "sdk-defaults")]
    #[must_use]
    pub fn sdk_config(&self, _: Patience) -> SdkConfig {
        use futures_util::FutureExt as _;
        static DEFAULTS: std::sync::OnceLock<SdkConfig> = std::sync::OnceLock::new();
        let behavior = aws_smithy_runtime_api::client::behavior_version::BehaviorVersion::latest();
        // With a region in the environment nothing has to be waited for.
        let load =
            || aws_config::defaults(behavior).load().now_or_never().unwrap_or_else(|| SdkConfig::builder().build());
        DEFAULTS.get_or_init(load).clone()
    }

    /// The settings for any service's client.
    #[cfg(not(feature = "sdk-defaults"))]
    #[must_use]
    pub fn sdk_config(&self, patience: Patience) -> SdkConfig {
        let tls = Provider::Rustls(CryptoMode::Ring);
        let timeouts = TimeoutConfig::builder()
            .connect_timeout(patience.connect)
            .operation_attempt_timeout(patience.attempt)
            .operation_timeout(patience.call);
        let mut config = SdkConfig::builder()
            .behavior_version(aws_smithy_runtime_api::client::behavior_version::BehaviorVersion::latest())
            .region(Region::new(self.region.clone()))
            .credentials_provider(SharedCredentialsProvider::new(self.credentials.clone()))
            .http_client(Builder::new().tls_provider(tls).build_https())
            .sleep_impl(SharedAsyncSleep::new(TokioSleep::new()))
            .time_source(SharedTimeSource::new(SystemTimeSource::new()))
            .timeout_config(timeouts.build())
            .retry_config(RetryConfig::standard().with_max_attempts(patience.attempts));
        config.set_endpoint_url(self.endpoint_url.clone());
        config.build()
    }
}
