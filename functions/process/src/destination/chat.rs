use std::sync::Arc;
use std::time::Duration;

use aws_sdk_secretsmanager::Client as SecretsManager;
use hookline_secrets::SecretCache;
use hookline_signature::Secret;
use http::header::CONTENT_TYPE;
use http::{HeaderMap, HeaderValue};
use serde_json::Value;

use super::{Failure, Outbound, Shared};

/// A webhook of a chat: whoever knows its URL may post there, so the URL is a secret.
pub(super) struct SecretUrl {
    name: String,
    timeout: Duration,
    outbound: Outbound,
    secrets: Arc<SecretCache<SecretsManager>>,
    /// What is asked for beside what the URL says.
    query: Option<(&'static str, &'static str)>,
}

impl SecretUrl {
    pub(super) fn new(name: &str, timeout: Duration, shared: &Shared) -> Self {
        let (outbound, secrets) = (shared.outbound.clone(), Arc::clone(&shared.secrets));
        Self { name: name.to_owned(), timeout, outbound, secrets, query: None }
    }

    /// With a parameter of the query.
    pub(super) fn asking(self, name: &'static str, value: &'static str) -> Self {
        Self { query: Some((name, value)), ..self }
    }

    pub(super) async fn post(&self, message: &Value, time: Duration) -> Result<(), Failure> {
        let attempt = tokio::time::timeout(self.timeout.min(time), self.attempt(message));
        attempt.await.unwrap_or_else(|_| Err(Failure::retryable("timeout")))
    }

    /// A URL that the chat refuses may have been replaced: then the new one is tried at once.
    async fn attempt(&self, message: &Value) -> Result<(), Failure> {
        let secrets = self.secrets.get(&self.name).await.map_err(|error| super::no_secret(&self.name, &error))?;
        let failure = match self.post_to(&secrets, message).await {
            Err(failure @ Failure::Permanent { .. }) => failure,
            Err(failure) if failure.reason() == "secret_unusable" => failure,
            result => return result,
        };
        let newer = match self.secrets.refresh(&self.name).await {
            Ok(Some(newer)) => newer,
            // Another event may just have had it looked up.
            Ok(None) => self.secrets.get(&self.name).await.map_err(|_| failure.clone())?,
            Err(_) => return Err(failure),
        };
        match (secrets.first(), newer.first()) {
            (Some(tried), Some(newest)) if !newest.matches(tried) => self.post_to(&newer, message).await,
            _ => Err(failure),
        }
    }

    async fn post_to(&self, secrets: &[Secret], message: &Value) -> Result<(), Failure> {
        // The first is the current one; the previous one is what was replaced. What is wrong with it is not quoted.
        let url = secrets.first().and_then(|secret| std::str::from_utf8(secret.expose()).ok()).map(str::trim);
        let target = url.and_then(|url| self.outbound.target(url).ok());
        let mut target = target.ok_or_else(|| super::unusable_secret(&self.name, "it is not an https URL"))?;
        self.query.iter().for_each(|(name, value)| target.ask(name, value));
        let json = HeaderMap::from_iter([(CONTENT_TYPE, HeaderValue::from_static("application/json"))]);
        self.outbound.post(&target, json, message.to_string().into_bytes()).await
    }
}
