//! The secrets of sources and of destinations: fetched once, kept for a while, looked up once more when one of them turns
//! out to be wrong, so that a rotation loses nothing and needs no deploy.

mod cache;
mod store;

pub use cache::{SecretCache, SecretCacheSettings};
pub use store::{GetSecret, GetSecretError, SecretsError, SecretsManager, Stage};
