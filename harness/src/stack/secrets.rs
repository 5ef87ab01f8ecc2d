use std::collections::BTreeMap;

use anyhow::{Context, Result};
use aws_sdk_secretsmanager::Client;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::{Stack, sources};

/// The secrets that the harness made up, by source.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub struct Secrets(pub BTreeMap<String, String>);

impl Stack {
    /// Fills the secret of each source with a random one.
    pub(crate) async fn fill_secrets(&self) -> Result<Secrets> {
        let mut secrets = Secrets::default();
        for (name, _) in sources().into_iter().filter(|(_, source)| source.filled) {
            secrets.0.insert(name.to_owned(), self.rotate_secret(name).await?);
        }
        Ok(secrets)
    }

    /// Puts a new random secret; what was current is previous from then on.
    pub(crate) async fn rotate_secret(&self, source: &str) -> Result<String> {
        let secret = format!("{}{}", Uuid::new_v4().simple(), Uuid::new_v4().simple());
        let name =
            self.outputs.source_secret_names.get(source).with_context(|| format!("no secret for source {source}"))?;
        let put = Client::new(&self.sdk).put_secret_value().secret_id(name).secret_string(&secret);
        put.send().await.with_context(|| format!("cannot fill secret {name}"))?;
        Ok(secret)
    }
}
