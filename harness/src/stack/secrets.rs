use std::collections::BTreeMap;

use anyhow::{Context, Result};
use aws_sdk_secretsmanager::Client;
use futures_util::{StreamExt, TryStreamExt, stream};
use serde::{Deserialize, Serialize};

use super::{SecretPair, Source, Stack, StackConfig};

/// Number of secrets that are written concurrently.
const CONCURRENCY: usize = 8;

/// Secrets that the harness generated.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub(crate) struct Secrets {
    /// Secret of each source.
    pub(crate) sources: BTreeMap<String, SecretPair>,
    /// Secret of each destination.
    pub(crate) destinations: BTreeMap<String, String>,
}

impl Stack {
    /// Writes a random secret for each source and destination.
    pub(crate) async fn fill_secrets(&self, config: &StackConfig, sink_url: &str) -> Result<Secrets> {
        let generate = |source: &Source| anyhow::Ok((source.name.to_owned(), source.generate_secret()?));
        let generated: Vec<_> = config.sources().map(generate).collect::<Result<_>>()?;
        let generated = generated.into_iter().filter_map(|(name, pair)| Some((name, pair?)));
        let written = stream::iter(generated).map(async |(name, pair)| {
            self.put_source_secret(&name, &pair.store).await?;
            anyhow::Ok((name, pair))
        });
        let mut secrets =
            Secrets { sources: written.buffer_unordered(CONCURRENCY).try_collect().await?, ..Secrets::default() };
        for (destination, name) in &self.outputs.destination_secret_names {
            let value = config.destination(destination)?.generate_secret(sink_url)?;
            self.put_secret_value(name, &value).await?;
            secrets.destinations.insert(destination.clone(), value);
        }
        Ok(secrets)
    }

    /// Writes a new secret value for a source. The current value becomes the previous value.
    pub(crate) async fn put_source_secret(&self, source: &str, value: &str) -> Result<()> {
        self.put_secret_value(self.source_secret_name(source)?, value).await
    }

    /// Writes a new secret value for a destination.
    pub(crate) async fn put_destination_secret(&self, destination: &str, value: &str) -> Result<()> {
        let name = self.outputs.destination_secret_names.get(destination);
        self.put_secret_value(name.with_context(|| format!("destination `{destination}` has no secret"))?, value).await
    }

    /// Returns whether the secret of a source is scheduled for deletion. Secrets Manager then rejects a new secret with the
    /// same name.
    pub(crate) async fn is_secret_scheduled_for_deletion(&self, source: &str) -> Result<bool> {
        let name = self.source_secret_name(source)?;
        let response = Client::new(&self.sdk).describe_secret().secret_id(name).send().await;
        let response = response.with_context(|| format!("cannot read the state of secret `{name}`"))?;
        Ok(response.deleted_date.is_some())
    }

    /// Returns the stored value of a source's secret.
    pub(crate) async fn source_secret_value(&self, source: &str) -> Result<String> {
        let name = self.source_secret_name(source)?;
        let response = Client::new(&self.sdk).get_secret_value().secret_id(name).send().await;
        let response = response.with_context(|| format!("cannot read secret `{name}`"))?;
        response.secret_string.with_context(|| format!("secret `{name}` has no text"))
    }

    fn source_secret_name(&self, source: &str) -> Result<&str> {
        let name = self.outputs.source_secret_names.get(source);
        Ok(name.with_context(|| format!("source `{source}` has no secret"))?.as_str())
    }

    async fn put_secret_value(&self, name: &str, value: &str) -> Result<()> {
        let put = Client::new(&self.sdk).put_secret_value().secret_id(name).secret_string(value);
        put.send().await.with_context(|| format!("cannot write secret `{name}`"))?;
        Ok(())
    }
}
