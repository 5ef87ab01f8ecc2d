//! Access to AWS for the functions: environment variables, the SDK's configuration, and the secrets of sources and
//! destinations.
//!
//! The SDK makes every call: it resolves the endpoint, signs, retries, classifies errors and corrects clock skew. This
//! crate only decides how the SDK is used: one HTTP client for all services ([`Sdk`]), TLS on `ring` ([`TrustStore`]),
//! static credentials from the environment, and a timeout for each call ([`Timeouts`]).
//!
//! Adapters box the future of each call (`Box::pin(….send())`). Such a future has several kilobytes, and without the
//! box it would be copied with each future that contains it.

mod bucket;
mod configuration;
mod failure;
mod http_client;
mod port_error;
mod resolver;
mod sdk;
mod secrets;
mod send_message;
mod service;
mod settings;
mod start;
mod timeouts;
mod trust_store;
mod variables;

// Programs of this crate do not load the C library's libm.
use hookline_pow as _;

pub use aws_types::SdkConfig;
pub use bucket::{Bucket, Object};
pub use configuration::{ConfigurationError, ConfigurationObject, ConfigurationVariables, MAX_CONFIGURATION_BYTES};
pub use failure::{Failure, is_throttling, is_transient};
pub use port_error::{PortError, find_source};
pub use sdk::Sdk;
pub use secrets::{GetSecret, GetSecretError, SecretCache, SecretCacheSettings, SecretsError, SecretsManager, Stage};
pub use send_message::{SEND_MESSAGE, send_message};
pub use service::{Lookup, Service};
pub use settings::AwsSettings;
pub use timeouts::Timeouts;
pub use trust_store::{TrustStore, TrustStoreError};
pub use variables::{InvalidConfiguration, InvalidVariable, Variables};
