use aws_credential_types::provider::SharedCredentialsProvider;
use aws_smithy_async::rt::sleep::{SharedAsyncSleep, TokioSleep};
use aws_smithy_async::time::{SharedTimeSource, SystemTimeSource};
use aws_smithy_runtime_api::client::behavior_version::BehaviorVersion;
use aws_smithy_runtime_api::client::http::SharedHttpClient;
use aws_types::SdkConfig;
use aws_types::app_name::AppName;
use aws_types::region::Region;
use aws_types::sdk_config::{RequestChecksumCalculation, ResponseChecksumValidation};

use crate::http_client::AwsHttpClient;
use crate::resolver::Resolver;
use crate::settings::AwsSettings;
use crate::timeouts::Timeouts;

/// The SDK's configuration, from which the clients of all services are created. They share one HTTP client.
#[derive(Debug, Clone)]
pub struct Sdk {
    config: SdkConfig,
    http: AwsHttpClient,
    resolver: Resolver,
}

impl Sdk {
    /// Creates the configuration. It opens no connection yet.
    ///
    /// DNS look-ups block the thread until [`Sdk::finish_initialization`] is called.
    #[must_use]
    pub fn new(settings: AwsSettings) -> Self {
        let AwsSettings { region, credentials, endpoint_url, use_fips, use_dual_stack, trust_store } = settings;
        let resolver = Resolver::new();
        let http = AwsHttpClient::new(trust_store.for_aws(&region), resolver.clone());
        let mut config = SdkConfig::builder()
            .behavior_version(BehaviorVersion::latest())
            .region(Region::new(region))
            .credentials_provider(SharedCredentialsProvider::new(credentials))
            .http_client(SharedHttpClient::new(http.clone()))
            .sleep_impl(SharedAsyncSleep::new(TokioSleep::new()))
            .time_source(SharedTimeSource::new(SystemTimeSource::new()))
            .use_fips(use_fips)
            .use_dual_stack(use_dual_stack)
            // The signature covers each body's SHA-256, so a second checksum has no use.
            .request_checksum_calculation(RequestChecksumCalculation::WhenRequired)
            .response_checksum_validation(ResponseChecksumValidation::WhenRequired);
        config.set_endpoint_url(endpoint_url);
        config.set_app_name(AppName::new(concat!("hookline-", env!("CARGO_PKG_VERSION"))).ok());
        Self { config: config.build(), http, resolver }
    }

    /// Returns the configuration for a client with these timeouts.
    #[must_use]
    pub fn config(&self, timeouts: Timeouts) -> SdkConfig {
        timeouts.apply(&self.config)
    }

    /// Opens a connection to a service, so that the first call does not wait for one.
    pub async fn connect(&self, url: &str) {
        if let Ok(url) = url.parse() {
            self.http.connect(url).await;
        }
    }

    /// Ends the initialization phase. DNS look-ups no longer block the thread.
    pub fn finish_initialization(&self) {
        self.resolver.finish_initialization();
    }
}
