//! What both functions need to call AWS: their environment, the SDK's configuration, and the secrets of sources and
//! destinations.
//!
//! The SDK makes every call: it finds the endpoint, signs, retries, classifies errors and corrects a wrong clock. This
//! crate only decides how the SDK is used: one HTTP client for all services ([`Sdk`]), TLS on `ring` ([`TrustStore`]), static
//! credentials from the environment, and a time for each call ([`Timeouts`]).
//!
//! Adapters box the future of each call (`Box::pin(….send())`): it has kilobytes, and as a part of the futures around it
//! would be moved with each of them.

mod bucket;
mod failure;
mod http_client;
mod port_error;
mod resolver;
mod sdk;
mod secrets;
mod send_message;
mod settings;
mod start;
mod timeouts;
mod trust_store;
mod variables;

pub use aws_types::SdkConfig;
pub use bucket::Bucket;
pub use failure::{Failure, is_transient};
pub use port_error::{PortError, find_source};
pub use sdk::Sdk;
pub use secrets::{GetSecret, GetSecretError, SecretCache, SecretCacheSettings, SecretsError, SecretsManager, Stage};
pub use send_message::{SEND_MESSAGE, send_message};
pub use settings::AwsSettings;
pub use start::start;
pub use timeouts::Timeouts;
pub use trust_store::{TrustStore, TrustStoreError};
pub use variables::{InvalidConfiguration, InvalidVariable, Variables};
