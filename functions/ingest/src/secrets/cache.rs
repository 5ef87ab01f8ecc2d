use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use hookline_signature::Secret;
use tokio::time::Instant;

use super::store::{self, GetSecret, SecretsError};

/// For how long a failure is remembered: a flood of requests for a source without a secret is not a flood of calls.
const FAILURE_TTL: Duration = Duration::from_secs(2);

/// How secrets are kept.
#[derive(Debug, Clone)]
pub struct SecretCacheSettings {
    /// What comes before `/sources/<source>` in a secret's name.
    pub prefix: String,
    /// For how long secrets are used without a look at the store.
    pub ttl: Duration,
    /// How long it takes at least, for each source, between two looks that a failed signature caused.
    pub refresh: Duration,
}

/// The secrets of all sources.
pub struct SecretCache<S> {
    store: S,
    settings: SecretCacheSettings,
    entries: Mutex<HashMap<String, Entry>>,
}

#[derive(Clone)]
struct Entry {
    secrets: Result<Arc<[Secret]>, SecretsError>,
    fetched: Instant,
}

impl<S: GetSecret> SecretCache<S> {
    /// An empty cache over a store.
    pub fn new(store: S, settings: SecretCacheSettings) -> Self {
        Self { store, settings, entries: Mutex::default() }
    }

    /// The secrets of a source that is configured (a caller cannot make this look up a name of its own).
    ///
    /// # Errors
    ///
    /// [`SecretsError`] if there is none, or none can be had and none is known.
    pub async fn get(&self, source: &str) -> Result<Arc<[Secret]>, SecretsError> {
        match self.entry(source) {
            Some(entry) if entry.fetched.elapsed() < self.lifetime(&entry) => entry.secrets,
            known => self.fetch(source, known).await,
        }
    }

    /// Looks once more, because a signature matched none of the known secrets. `None` if there is nothing new, or it is
    /// too early to look again.
    ///
    /// # Errors
    ///
    /// [`SecretsError`] as [`SecretCache::get`].
    pub async fn refresh(&self, source: &str) -> Result<Option<Arc<[Secret]>>, SecretsError> {
        let known = self.entry(source);
        if known.as_ref().is_some_and(|entry| entry.fetched.elapsed() < self.settings.refresh) {
            return Ok(None);
        }
        let before = known.as_ref().and_then(|entry| entry.secrets.clone().ok());
        let after = self.fetch(source, known).await?;
        Ok(Some(after).filter(|after| before.as_ref() != Some(after)))
    }

    async fn fetch(&self, source: &str, known: Option<Entry>) -> Result<Arc<[Secret]>, SecretsError> {
        let name = format!("{}/sources/{source}", self.settings.prefix);
        let mut secrets = store::fetch(&self.store, &name).await.map(Arc::from);
        // A store that is down takes nothing down that has worked: a secret that was withdrawn shows as missing instead.
        if let (Err(SecretsError::Unavailable { .. }), Some(Ok(usable))) = (&secrets, known.map(|entry| entry.secrets))
        {
            tracing::warn!(source, reason = "secret_unavailable", outcome = "known secrets are kept in use");
            secrets = Ok(usable);
        }
        let entry = Entry { secrets: secrets.clone(), fetched: Instant::now() };
        self.entries.lock().unwrap_or_else(PoisonError::into_inner).insert(source.to_owned(), entry);
        secrets
    }

    fn entry(&self, source: &str) -> Option<Entry> {
        self.entries.lock().unwrap_or_else(PoisonError::into_inner).get(source).cloned()
    }

    fn lifetime(&self, entry: &Entry) -> Duration {
        if entry.secrets.is_ok() { self.settings.ttl } else { FAILURE_TTL }
    }
}
