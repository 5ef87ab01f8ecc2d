//! The secrets of sources and destinations. They are cached for some time and read again when none of them matches, so
//! that a rotation loses no event and needs no deployment.

mod cache;
mod lookup_budget;
mod store;

pub use cache::{SecretCache, SecretCacheSettings};
pub use store::{GetSecret, GetSecretError, SecretsError, SecretsManager, Stage};
