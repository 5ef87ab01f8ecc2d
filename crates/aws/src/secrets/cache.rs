use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use hookline_signature::Secret;
use hookline_telemetry::{Level, Line};
use tokio::time::Instant;

use super::store::{self, Fetched, GetSecret, GetSecretError, SecretsError, Versions};
use crate::variables::Variables;

/// For how long a failure is remembered: a flood of requests for a source without a secret is not a flood of calls.
const FAILURE_TTL: Duration = Duration::from_secs(2);

/// For how long secrets are used whose store does not answer, counted from its last answer.
const STALE: Duration = Duration::from_secs(3600);

/// How secrets are kept.
#[derive(Debug, Clone)]
pub struct SecretCacheSettings {
    /// What comes before `/<owner>` in a secret's name, for instance `hookline-prod/sources`.
    pub folder: String,
    /// For how long secrets are used without a look at the store.
    pub ttl: Duration,
    /// How long it takes at least, for each owner, between two looks that a secret's failure caused.
    pub refresh: Duration,
}

/// The secrets of all sources, or of all destinations: of each owner, by its name.
pub struct SecretCache<S> {
    store: S,
    settings: SecretCacheSettings,
    entries: Mutex<HashMap<String, Entry>>,
}

#[derive(Clone)]
struct Entry {
    secrets: Result<Arc<[Secret]>, SecretsError>,
    /// Which of its versions are known.
    known: Versions,
    /// When the store last answered for them.
    answered: Instant,
    /// Until when they are used without a look.
    until: Instant,
    /// When a secret's failure last caused a look.
    looked: Option<Instant>,
    /// Until when the previous version, of which the store has just not answered, is not asked for again.
    previous_until: Option<Instant>,
}

impl SecretCacheSettings {
    /// As both functions are told: the secrets of `owners`, which is `sources` or `destinations`.
    pub fn read(variables: &mut Variables<'_>, owners: &str) -> Option<Self> {
        let prefix = variables.required("HOOKLINE_PREFIX");
        let ttl = variables.parsed("HOOKLINE_SECRET_TTL_SECONDS").map(Duration::from_secs);
        let refresh = variables.parsed("HOOKLINE_SECRET_REFRESH_SECONDS").map(Duration::from_secs);
        Some(Self { folder: format!("{}/{owners}", prefix?), ttl: ttl?, refresh: refresh? })
    }
}

impl<S: GetSecret> SecretCache<S> {
    /// An empty cache over a store.
    pub fn new(store: S, settings: SecretCacheSettings) -> Self {
        Self { store, settings, entries: Mutex::default() }
    }

    /// The secrets of an owner that is configured (a caller cannot make this look up a name of its own): the one in force,
    /// and the one before it where there is one.
    ///
    /// # Errors
    ///
    /// [`SecretsError`] if there is none, or none can be had and none is known.
    pub async fn get(&self, owner: &str) -> Result<Arc<[Secret]>, SecretsError> {
        self.of_versions(owner, Versions::Both).await
    }

    /// The secret in force, and the one before it only where it is known already: whoever finds that it does not fit asks for
    /// others by [`SecretCache::refresh`].
    ///
    /// # Errors
    ///
    /// [`SecretsError`] as [`SecretCache::get`].
    pub async fn current(&self, owner: &str) -> Result<Arc<[Secret]>, SecretsError> {
        self.of_versions(owner, Versions::Current).await
    }

    async fn of_versions(&self, owner: &str, versions: Versions) -> Result<Arc<[Secret]>, SecretsError> {
        let now = Instant::now();
        let is_known = |entry: &Entry| entry.known >= versions || entry.previous_until.is_some_and(|until| now < until);
        match self.entry(owner) {
            Some(entry) if now < entry.until && is_known(&entry) => entry.secrets,
            known => {
                let looked = known.as_ref().and_then(|entry| entry.looked);
                self.fetch(owner, known, looked, versions).await
            }
        }
    }

    /// Others than the ones that were tried, because none of those does: what somebody else has had looked up meanwhile, or
    /// what is found by looking once more, the version before the last rotation included. `None` if there is nothing new, or
    /// it is too early to look again.
    ///
    /// # Errors
    ///
    /// [`SecretsError`] as [`SecretCache::get`]; [`SecretsError::PreviousUnavailable`] where only the store knows whether
    /// there is another.
    pub async fn refresh(&self, owner: &str, tried: &[Secret]) -> Result<Option<Arc<[Secret]>>, SecretsError> {
        let known = self.entry(owner);
        if let Some(Ok(newer)) = known.as_ref().map(|entry| &entry.secrets)
            && !same(newer, tried)
        {
            return Ok(Some(Arc::clone(newer)));
        }
        let unknown = SecretsError::PreviousUnavailable { name: self.name(owner) };
        if known.as_ref().and_then(|entry| entry.previous_until).is_some_and(|until| Instant::now() < until) {
            return Err(unknown);
        }
        let looked = known.as_ref().filter(|entry| entry.known == Versions::Both).and_then(|entry| entry.looked);
        if looked.is_some_and(|looked| looked.elapsed() < self.settings.refresh) {
            return Ok(None);
        }
        let after = self.fetch(owner, known, Some(Instant::now()), Versions::Both).await?;
        if !same(&after, tried) {
            return Ok(Some(after));
        }
        let answered = self.entry(owner).is_some_and(|entry| entry.known == Versions::Both);
        if answered { Ok(None) } else { Err(unknown) }
    }

    async fn fetch(
        &self,
        owner: &str,
        known: Option<Entry>,
        looked: Option<Instant>,
        asked: Versions,
    ) -> Result<Arc<[Secret]>, SecretsError> {
        // In a box: it happens seldom, and the future of whoever asks for a secret is the smaller for it.
        let fetched = Box::pin(store::fetch(&self.store, &self.name(owner), asked)).await;
        let now = Instant::now();
        let entry = match (fetched, known) {
            (Ok(Fetched { secrets, answered }), _) => {
                let until = now + self.settings.ttl;
                let previous_until = (answered < asked).then(|| now + FAILURE_TTL);
                Entry { secrets: Ok(secrets.into()), known: answered, answered: now, until, looked, previous_until }
            }
            // A store that does not answer takes nothing down that has worked. One that refuses does: the secret was
            // withdrawn.
            (Err(SecretsError::Unavailable { source: GetSecretError::Unavailable { source }, .. }), Some(known))
                if known.secrets.is_ok() && known.answered.elapsed() < STALE =>
            {
                let line = Line { reason: "secret_unavailable", ..Line::new(Level::Warn, "cached_secrets_used") };
                Line { detail: Some(&format_args!("{owner}: {source}")), ..line }.write(&[]);
                let previous_until = (known.known < asked).then(|| now + FAILURE_TTL);
                Entry { until: now + self.settings.refresh, looked, previous_until, ..known }
            }
            (Err(error), _) => {
                let until = now + FAILURE_TTL;
                let secrets = Err(error);
                Entry { secrets, known: Versions::Both, answered: now, until, looked, previous_until: None }
            }
        };
        let secrets = entry.secrets.clone();
        self.entries.lock().unwrap_or_else(PoisonError::into_inner).insert(owner.to_owned(), entry);
        secrets
    }

    fn name(&self, owner: &str) -> String {
        format!("{}/{owner}", self.settings.folder)
    }

    fn entry(&self, owner: &str) -> Option<Entry> {
        self.entries.lock().unwrap_or_else(PoisonError::into_inner).get(owner).cloned()
    }
}

fn same(one: &[Secret], other: &[Secret]) -> bool {
    one.len() == other.len() && one.iter().zip(other).all(|(one, other)| one.matches(other))
}
