use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use hookline_secret::{InvalidSecret, Secret};
use hookline_telemetry::{Level, Line};
use tokio::time::Instant;

use super::lookup_budget::LookupBudget;
use super::store::{self, FetchedSecrets, GetSecret, GetSecretError, SecretsError, Versions};
use crate::variables::Variables;

/// How long a failure is cached, so that many requests for a source without a secret do not cause as many API calls.
const FAILURE_TTL: Duration = Duration::from_secs(2);

/// How long cached secrets are used while the store does not respond, counted from its last response.
const MAX_STALENESS: Duration = Duration::from_secs(3600);

/// Names and cache times of secrets.
#[derive(Debug, Clone)]
pub struct SecretCacheSettings {
    /// The part of a secret's name before `/<owner>`, for instance `hookline-prod/sources`.
    pub name_prefix: String,
    /// How long cached secrets are used without a call to the store.
    pub ttl: Duration,
    /// How long cached secrets are used without a call after a call to which the store did not respond.
    pub retry_interval: Duration,
    /// Creates a secret from a stored value.
    pub from_stored: fn(Vec<u8>) -> Result<Secret, InvalidSecret>,
}

/// A cache of the secrets of all sources or all destinations. A secret's owner is the source or the destination.
pub struct SecretCache<S> {
    store: S,
    settings: SecretCacheSettings,
    entries: Mutex<HashMap<String, Entry>>,
    /// The look-ups that [`SecretCache::refresh`] may make for each owner.
    budgets: Mutex<HashMap<String, LookupBudget>>,
}

#[derive(Clone)]
struct Entry {
    secrets: Result<Arc<[Secret]>, SecretsError>,
    /// The versions that the store has returned.
    versions: Versions,
    /// When the store last returned the secrets.
    fetched_at: Instant,
    /// Until then, the secrets are used without a call to the store.
    fresh_until: Instant,
    /// After a failed request for the newest or the previous version: until then, a mismatch causes no further request.
    failed_until: Option<Instant>,
}

impl Entry {
    fn has_failed(&self) -> bool {
        self.failed_until.is_some_and(|until| Instant::now() < until)
    }
}

impl SecretCacheSettings {
    /// Reads the settings from the environment. `owners` is `sources` or `destinations`.
    pub fn read(variables: &mut Variables<'_>, owners: &str) -> Option<Self> {
        let prefix = variables.required("HOOKLINE_PREFIX");
        let ttl = variables.parsed("HOOKLINE_SECRET_TTL_SECONDS").map(Duration::from_secs);
        let refresh = variables.parsed("HOOKLINE_SECRET_REFRESH_SECONDS").map(Duration::from_secs);
        let from_stored = Secret::from_stored;
        Some(Self { name_prefix: format!("{}/{owners}", prefix?), ttl: ttl?, retry_interval: refresh?, from_stored })
    }
}

impl<S: GetSecret> SecretCache<S> {
    /// Creates an empty cache over a store.
    pub fn new(store: S, settings: SecretCacheSettings) -> Self {
        Self { store, settings, entries: Mutex::default(), budgets: Mutex::default() }
    }

    /// Returns an owner's current secret and, if it exists, the previous one.
    ///
    /// The owner must come from the configuration: a sender must not be able to request a secret of any name.
    ///
    /// # Errors
    ///
    /// Returns [`SecretsError`] if the secret does not exist, or if it cannot be read and is not cached.
    pub async fn get(&self, owner: &str) -> Result<Arc<[Secret]>, SecretsError> {
        self.get_versions(owner, Versions::Both).await
    }

    /// Returns an owner's current secret, and the previous one only if it is already cached.
    ///
    /// If none of them matches, the caller calls [`SecretCache::refresh`].
    ///
    /// # Errors
    ///
    /// The same as [`SecretCache::get`].
    pub async fn current(&self, owner: &str) -> Result<Arc<[Secret]>, SecretsError> {
        self.get_versions(owner, Versions::Current).await
    }

    async fn get_versions(&self, owner: &str, versions: Versions) -> Result<Arc<[Secret]>, SecretsError> {
        let now = Instant::now();
        let is_sufficient = |entry: &Entry| entry.versions >= versions || entry.has_failed();
        match self.entry(owner) {
            Some(entry) if now < entry.fresh_until && is_sufficient(&entry) => entry.secrets,
            cached => self.fetch(owner, cached, versions, None).await,
        }
    }

    /// Returns other secrets than `tried`, of which none matched: those that a concurrent call has cached meanwhile, or
    /// those that a new request to the store returns, including the version before the last rotation.
    ///
    /// Returns `None` if there is no other secret, or if the owner has no look-up left ([`LookupBudget`]).
    ///
    /// # Errors
    ///
    /// The same as [`SecretCache::get`], and [`SecretsError::NotRefreshed`] if the newest or the previous version is unknown
    /// because the store did not return it.
    pub async fn refresh(&self, owner: &str, tried: &[Secret]) -> Result<Option<Arc<[Secret]>>, SecretsError> {
        let cached = self.entry(owner);
        if let Some(Ok(newer)) = cached.as_ref().map(|entry| &entry.secrets)
            && !are_same(newer, tried)
        {
            return Ok(Some(Arc::clone(newer)));
        }
        let not_refreshed = SecretsError::NotRefreshed { name: self.name(owner) };
        if cached.as_ref().is_some_and(Entry::has_failed) {
            return Err(not_refreshed);
        }
        // As long as the previous version is unknown, a mismatch says nothing. It is read once for each fetch.
        let is_complete = cached.as_ref().is_some_and(|entry| entry.versions == Versions::Both);
        if !self.take_lookup(owner) && is_complete {
            return Ok(None);
        }
        let known = cached.as_ref().filter(|_| is_complete).and_then(|entry| entry.secrets.clone().ok());
        let fetched = self.fetch(owner, cached, Versions::Both, known.as_deref()).await?;
        if !are_same(&fetched, tried) {
            return Ok(Some(fetched));
        }
        let is_read = |entry: Entry| entry.versions == Versions::Both && !entry.has_failed();
        if self.entry(owner).is_some_and(is_read) { Ok(None) } else { Err(not_refreshed) }
    }

    async fn fetch(
        &self,
        owner: &str,
        cached: Option<Entry>,
        requested: Versions,
        known: Option<&[Secret]>,
    ) -> Result<Arc<[Secret]>, SecretsError> {
        // Boxed, because the call is rare and the box keeps the futures of all callers small.
        let fetched =
            Box::pin(store::fetch(&self.store, &self.name(owner), self.settings.from_stored, requested, known)).await;
        let now = Instant::now();
        let entry = match (fetched, cached) {
            // The previous version is read again when the cached secrets expire, whatever wrong signatures arrive.
            (Ok(FetchedSecrets { is_unchanged: true, .. }), Some(cached)) => Entry { fetched_at: now, ..cached },
            (Ok(FetchedSecrets { secrets, versions, .. }), _) => {
                let fresh_until = now + self.settings.ttl;
                let failed_until = (versions < requested).then(|| now + FAILURE_TTL);
                let secrets = Ok(secrets.into());
                Entry { secrets, versions, fetched_at: now, fresh_until, failed_until }
            }
            // While the store does not respond, the cached secrets stay in use. After a rejection they do not: an
            // operator may have withdrawn the secret.
            (Err(SecretsError::Unavailable { source: GetSecretError::Unavailable { source }, .. }), Some(cached))
                if cached.secrets.is_ok() && cached.fetched_at.elapsed() < MAX_STALENESS =>
            {
                let line = Line { reason: "secret_unavailable", ..Line::new(Level::Warn, "cached_secrets_used") };
                Line { detail: Some(&format_args!("{owner}: {source}")), ..line }.write(&[]);
                let fresh_until = now + self.settings.retry_interval;
                Entry { fresh_until, failed_until: Some(now + FAILURE_TTL), ..cached }
            }
            (Err(error), _) => Entry {
                secrets: Err(error),
                versions: Versions::Both,
                fetched_at: now,
                fresh_until: now + FAILURE_TTL,
                failed_until: None,
            },
        };
        let secrets = entry.secrets.clone();
        self.entries.lock().unwrap_or_else(PoisonError::into_inner).insert(owner.to_owned(), entry);
        secrets
    }

    fn take_lookup(&self, owner: &str) -> bool {
        let (now, mut budgets) = (Instant::now(), self.budgets.lock().unwrap_or_else(PoisonError::into_inner));
        budgets.entry(owner.to_owned()).or_insert_with(|| LookupBudget::new(now)).take(now)
    }

    fn name(&self, owner: &str) -> String {
        format!("{}/{owner}", self.settings.name_prefix)
    }

    fn entry(&self, owner: &str) -> Option<Entry> {
        self.entries.lock().unwrap_or_else(PoisonError::into_inner).get(owner).cloned()
    }
}

fn are_same(some: &[Secret], other: &[Secret]) -> bool {
    some.len() == other.len() && some.iter().zip(other).all(|(one, other)| one.matches(other))
}
