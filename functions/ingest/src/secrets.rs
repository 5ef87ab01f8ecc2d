//! A source's secrets: fetched once, kept for a while, looked up once more when a signature matches none of them, so
//! that a rotation loses nothing and needs no deploy.

mod cache;
mod store;

pub use cache::{SecretCache, SecretCacheSettings};
pub use store::{GetSecret, GetSecretError, SecretsError, Stage};
