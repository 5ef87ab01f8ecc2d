use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use hookline_environment::Variables;
use hookline_signature::Secret;
use hookline_telemetry::{Level, Line};
use tokio::time::Instant;

use crate::store::{self, Fetched, GetSecret, GetSecretError, SecretsError};

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
    /// When the store last answered for them.
    answered: Instant,
    /// Until when they are used without a look.
    until: Instant,
    /// When a secret's failure last caused a look.
    looked: Option<Instant>,
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

    /// The secrets of an owner that is configured (a caller cannot make this look up a name of its own).
    ///
    /// # Errors
    ///
    /// [`SecretsError`] if there is none, or none can be had and none is known.
    pub async fn get(&self, owner: &str) -> Result<Arc<[Secret]>, SecretsError> {
        match self.entry(owner) {
            Some(entry) if Instant::now() < entry.until => entry.secrets,
            known => {
                let looked = known.as_ref().and_then(|entry| entry.looked);
                self.fetch(owner, known, looked).await
            }
        }
    }

    /// Others than the ones that were tried, because none of those does: what somebody else has had looked up meanwhile, or
    /// what is found by looking once more. `None` if there is nothing new, or it is too early to look again.
    ///
    /// # Errors
    ///
    /// [`SecretsError`] as [`SecretCache::get`].
    pub async fn refresh(&self, owner: &str, tried: &[Secret]) -> Result<Option<Arc<[Secret]>>, SecretsError> {
        let known = self.entry(owner);
        if let Some(Ok(newer)) = known.as_ref().map(|entry| &entry.secrets)
            && !same(newer, tried)
        {
            return Ok(Some(Arc::clone(newer)));
        }
        let looked = known.as_ref().and_then(|entry| entry.looked);
        if looked.is_some_and(|looked| looked.elapsed() < self.settings.refresh) {
            return Ok(None);
        }
        let after = self.fetch(owner, known, Some(Instant::now())).await?;
        Ok(Some(after).filter(|after| !same(after, tried)))
    }

    async fn fetch(
        &self,
        owner: &str,
        known: Option<Entry>,
        looked: Option<Instant>,
    ) -> Result<Arc<[Secret]>, SecretsError> {
        let name = format!("{}/{owner}", self.settings.folder);
        let fetched = store::fetch(&self.store, &name).await;
        let now = Instant::now();
        let entry = match (fetched, known) {
            (Ok(Fetched { secrets, whole }), _) => {
                let until = now + if whole { self.settings.ttl } else { FAILURE_TTL };
                Entry { secrets: Ok(secrets.into()), answered: now, until, looked }
            }
            // A store that does not answer takes nothing down that has worked. One that refuses does: the secret was
            // withdrawn.
            (Err(SecretsError::Unavailable { source: GetSecretError::Unanswered { detail }, .. }), Some(known))
                if known.secrets.is_ok() && known.answered.elapsed() < STALE =>
            {
                let line = Line { reason: "secret_unavailable", ..Line::new(Level::Warn, "known_secrets_kept") };
                Line { detail: Some(&format_args!("{owner}: {detail}")), ..line }.write(&[]);
                Entry { until: now + self.settings.refresh, looked, ..known }
            }
            (Err(error), _) => Entry { secrets: Err(error), answered: now, until: now + FAILURE_TTL, looked },
        };
        let secrets = entry.secrets.clone();
        self.entries.lock().unwrap_or_else(PoisonError::into_inner).insert(owner.to_owned(), entry);
        secrets
    }

    fn entry(&self, owner: &str) -> Option<Entry> {
        self.entries.lock().unwrap_or_else(PoisonError::into_inner).get(owner).cloned()
    }
}

fn same(one: &[Secret], other: &[Secret]) -> bool {
    one.len() == other.len() && one.iter().zip(other).all(|(one, other)| one.matches(other))
}
