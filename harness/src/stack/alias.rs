use std::collections::BTreeMap;

use anyhow::{Result, ensure};
use reqwest::Method;
use serde::Deserialize;

use super::Stack;
use crate::terraform::Functions;

/// The alias of a function, as Lambda has it.
#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(crate) struct Alias {
    /// The version that receives all traffic, apart from the weights.
    pub(crate) function_version: String,
    /// Why the alias is at this version.
    #[serde(default)]
    pub(crate) description: String,
    #[serde(default)]
    routing_config: RoutingConfig,
}

#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
struct RoutingConfig {
    additional_version_weights: Option<BTreeMap<String, f64>>,
}

impl Alias {
    /// Returns whether a second version receives a part of the traffic.
    pub(crate) fn has_weights(&self) -> bool {
        self.routing_config.additional_version_weights.as_ref().is_some_and(|weights| !weights.is_empty())
    }
}

impl Stack {
    /// Reads the alias of a function.
    pub(crate) async fn alias(&self, function: &str) -> Result<Alias> {
        let alias = self.lambda(Method::GET, &format!("functions/{function}/aliases/live"), None).await?;
        Ok(serde_json::from_value(alias)?)
    }

    /// Returns the version of each function's alias. An alias with weights is an error.
    pub(crate) async fn alias_versions(&self) -> Result<Functions> {
        let Functions { ingest, process, recover } = &self.outputs.function_names;
        let recover = match recover {
            Some(recover) => Some(self.alias_version(recover).await?),
            None => None,
        };
        Ok(Functions {
            ingest: self.alias_version(ingest).await?,
            process: self.alias_version(process).await?,
            recover,
        })
    }

    async fn alias_version(&self, function: &str) -> Result<String> {
        let alias = self.alias(function).await?;
        ensure!(!alias.has_weights(), "the alias of {function} has weights: {alias:?}");
        Ok(alias.function_version)
    }
}
