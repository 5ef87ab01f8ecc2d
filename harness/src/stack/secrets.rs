use std::collections::BTreeMap;

use anyhow::{Context, Result, bail};
use aws_sdk_secretsmanager::Client;
use futures_util::{StreamExt, TryStreamExt, stream};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::sources::KeyKind;
use super::{Pair, Stack, sources};

/// How many secrets are filled at the same time.
const AT_ONCE: usize = 8;

/// The secrets that the harness made up.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub(crate) struct Secrets {
    /// By source.
    pub(crate) sources: BTreeMap<String, Pair>,
    /// By destination.
    pub(crate) destinations: BTreeMap<String, String>,
}

impl Stack {
    /// Fills the secret of each source with a random one, and that of each destination with a random one or, for a chat,
    /// with a URL at `sink` that nobody could guess.
    pub(crate) async fn fill_secrets(&self, sink: &str) -> Result<Secrets> {
        let made = sources().into_iter().filter_map(|(name, source)| Some((name.to_owned(), source.key.make()?)));
        let filled = stream::iter(made).map(async |(name, pair)| {
            self.put_secret(&name, &pair.store).await?;
            anyhow::Ok((name, pair))
        });
        let mut secrets =
            Secrets { sources: filled.buffer_unordered(AT_ONCE).try_collect().await?, ..Secrets::default() };
        for (destination, name) in &self.outputs.destination_secret_names {
            let value = match (destination.as_str(), KeyKind::Whsec.make()) {
                ("discord" | "slack", _) => format!("{sink}/{destination}?token={}", Uuid::new_v4().simple()),
                (_, Some(pair)) => pair.store,
                (_, None) => bail!("no secret can be made for destination {destination}"),
            };
            self.put(name, &value).await?;
            secrets.destinations.insert(destination.clone(), value);
        }
        Ok(secrets)
    }

    /// Puts a new value for a source; what was current is previous from then on.
    pub(crate) async fn put_secret(&self, source: &str, value: &str) -> Result<()> {
        let name = self.outputs.source_secret_names.get(source);
        self.put(name.with_context(|| format!("no secret for source {source}"))?, value).await
    }

    async fn put(&self, name: &str, value: &str) -> Result<()> {
        let put = Client::new(&self.sdk).put_secret_value().secret_id(name).secret_string(value);
        put.send().await.with_context(|| format!("cannot fill secret {name}"))?;
        Ok(())
    }
}
