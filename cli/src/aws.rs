//! Configuration of AWS SDK clients. For a deployment on AWS, `aws-config` finds the region and the credentials in the same
//! way as the AWS CLI.

#[cfg(test)]
pub(crate) mod fake;

use std::time::Duration;

use anyhow::{Context, Error, Result, ensure};
use aws_config::BehaviorVersion;
use aws_credential_types::Credentials;
use aws_credential_types::provider::error::CredentialsError;
use aws_credential_types::provider::{ProvideCredentials, SharedCredentialsProvider};
use aws_smithy_async::rt::sleep::TokioSleep;
use aws_smithy_async::time::SystemTimeSource;
use aws_smithy_http_client::tls::{Provider, rustls_provider::CryptoMode};
use aws_smithy_http_client::{Builder, Connector};
use aws_smithy_runtime_api::client::http::HttpConnectorSettings;
use aws_types::SdkConfig;
use aws_types::region::Region;
use aws_types::sdk_config::{RetryConfig, SharedHttpClient, TimeoutConfig};

/// Timeouts and retries of a client.
#[derive(Debug, Clone, Copy)]
pub struct Timeouts {
    /// Time limit for opening a connection.
    pub connect: Duration,
    /// Time limit for one attempt.
    pub attempt: Duration,
    /// Time limit for a call with all its attempts.
    pub call: Duration,
    /// Maximum number of attempts of a call.
    pub attempts: u32,
}

impl Timeouts {
    fn timeout_config(self) -> TimeoutConfig {
        TimeoutConfig::builder()
            .connect_timeout(self.connect)
            .operation_attempt_timeout(self.attempt)
            .operation_timeout(self.call)
            .build()
    }

    fn retry_config(self) -> RetryConfig {
        RetryConfig::standard().with_max_attempts(self.attempts)
    }
}

/// Region that the local emulator simulates.
pub const EMULATOR_REGION: &str = "eu-central-1";

/// Configuration for the local emulator at `endpoint_url`.
#[must_use]
pub fn emulator_config(endpoint_url: String, timeouts: Timeouts) -> SdkConfig {
    let credentials = Credentials::new("test", "test", None, None, "emulator");
    config(EMULATOR_REGION, credentials, Some(endpoint_url), timeouts)
}

/// Configuration with static credentials. It reads neither environment variables nor profiles. `endpoint_url` applies to
/// all services.
pub(crate) fn config(
    region: &str,
    credentials: Credentials,
    endpoint_url: Option<String>,
    timeouts: Timeouts,
) -> SdkConfig {
    let mut config = SdkConfig::builder()
        .behavior_version(BehaviorVersion::latest())
        .region(Region::new(region.to_owned()))
        .credentials_provider(SharedCredentialsProvider::new(credentials))
        .http_client(http_client())
        .sleep_impl(TokioSleep::new())
        .time_source(SystemTimeSource::new())
        .timeout_config(timeouts.timeout_config())
        .retry_config(timeouts.retry_config());
    config.set_endpoint_url(endpoint_url);
    config.build()
}

/// Configuration for AWS with the default chain of credential providers: environment variables, profiles (SSO, assumed
/// roles, external processes), web identity, container and instance metadata.
///
/// Without `region`, the region comes from the environment or the profile; `endpoint_url` overrides the endpoints of
/// all services.
///
/// # Errors
///
/// If there is no region, or no provider has valid credentials. The SDK itself reports missing credentials only at the
/// first call, so they are resolved once here.
pub async fn load(region: Option<&str>, endpoint_url: Option<String>, timeouts: Timeouts) -> Result<SdkConfig> {
    let mut loader = aws_config::defaults(BehaviorVersion::latest())
        .http_client(http_client())
        .timeout_config(timeouts.timeout_config())
        .retry_config(timeouts.retry_config());
    if let Some(region) = region {
        loader = loader.region(Region::new(region.to_owned()));
    }
    if let Some(endpoint_url) = endpoint_url {
        loader = loader.endpoint_url(endpoint_url);
    }
    let config = loader.load().await;
    ensure!(config.region().is_some(), "no AWS region: add --region, or set AWS_REGION or `region` in the profile");
    let provider = config.credentials_provider().context("the AWS configuration has no credentials provider")?;
    provider.provide_credentials().await.map_err(with_advice)?;
    Ok(config)
}

/// HTTP client with TLS on `ring`: the SDK's default client would add `aws-lc-rs`.
fn http_client() -> SharedHttpClient {
    Builder::new().tls_provider(Provider::Rustls(CryptoMode::Ring)).build_https()
}

/// HTTP client for requests to a service whose SDK crate is not used.
pub(crate) fn connector(timeouts: Timeouts) -> Connector {
    let settings = HttpConnectorSettings::builder();
    let settings = settings.connect_timeout(timeouts.connect).read_timeout(timeouts.attempt).build();
    let connector = Connector::builder().connector_settings(settings).sleep_impl(TokioSleep::new());
    connector.tls_provider(Provider::Rustls(CryptoMode::Ring)).build()
}

/// Explains how to fix a credentials error.
fn with_advice(error: CredentialsError) -> Error {
    let advice = if matches!(error, CredentialsError::CredentialsNotLoaded(_)) {
        "no AWS credentials found: run `aws sso login`, set AWS_PROFILE, or set AWS_ACCESS_KEY_ID and \
         AWS_SECRET_ACCESS_KEY"
    } else {
        "cannot load AWS credentials: if the SSO session has expired, run `aws sso login`, else check AWS_PROFILE and \
         the settings of that profile"
    };
    Error::new(error).context(advice)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn credentials_errors_include_advice_and_cause() {
        let missing = format!("{:#}", with_advice(CredentialsError::not_loaded("no profile")));
        assert!(missing.starts_with("no AWS credentials found: run `aws sso login`"), "{missing}");
        assert!(missing.ends_with("no profile"), "{missing}");
        let expired = format!("{:#}", with_advice(CredentialsError::provider_error("the SSO token has expired")));
        assert!(expired.starts_with("cannot load AWS credentials: if the SSO session has expired"), "{expired}");
        assert!(expired.ends_with("the SSO token has expired"), "{expired}");
    }
}
