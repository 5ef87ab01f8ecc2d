use std::collections::BTreeMap;

use anyhow::{Context, Result};
use aws_sdk_secretsmanager::Client;
use futures_util::{StreamExt, TryStreamExt, stream};
use serde::{Deserialize, Serialize};

use super::{Pair, Stack, sources};

/// How many secrets are filled at the same time.
const AT_ONCE: usize = 8;

/// The secrets that the harness made up, by source.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub(crate) struct Secrets(pub(crate) BTreeMap<String, Pair>);

impl Stack {
    /// Fills the secret of each source with a random one.
    pub(crate) async fn fill_secrets(&self) -> Result<Secrets> {
        let made = sources().into_iter().filter_map(|(name, source)| Some((name.to_owned(), source.key.make()?)));
        let filled = stream::iter(made).map(async |(name, pair)| {
            self.put_secret(&name, &pair.store).await?;
            anyhow::Ok((name, pair))
        });
        Ok(Secrets(filled.buffer_unordered(AT_ONCE).try_collect().await?))
    }

    /// Puts a new value; what was current is previous from then on.
    pub(crate) async fn put_secret(&self, source: &str, value: &str) -> Result<()> {
        let name = self.outputs.source_secret_names.get(source);
        let name = name.with_context(|| format!("no secret for source {source}"))?;
        let put = Client::new(&self.sdk).put_secret_value().secret_id(name).secret_string(value);
        put.send().await.with_context(|| format!("cannot fill secret {name}"))?;
        Ok(())
    }
}
