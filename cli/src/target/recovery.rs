use std::collections::BTreeMap;

use anyhow::{Context, Result};
use serde::Deserialize;

use super::configuration::variable;
use super::deployment::Target;
use super::function_environment;

/// The part of a source's recovery that determines the form of its secret.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
struct RecoveryConfig {
    app_id: Option<String>,
}

/// What the secret contains with which a source is recovered.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RecoverySecret {
    /// An access token of GitHub.
    Token,
    /// The private key of a GitHub App.
    AppKey,
}

impl Target {
    /// Returns the form of the recovery secret of each source that is recovered, from the environment of the recover
    /// function.
    ///
    /// # Errors
    ///
    /// If the configuration of the function cannot be read or has another format.
    pub async fn recovery_secrets(&self) -> Result<BTreeMap<String, RecoverySecret>> {
        let function = self.resources.recover_function_name();
        match function_environment::read_if_exists(&self.sdk, &function).await? {
            Some(environment) => secrets(&environment, &function),
            None => Ok(BTreeMap::new()),
        }
    }

    /// Returns the form of the recovery secret of one source.
    ///
    /// # Errors
    ///
    /// If the configuration of the function cannot be read, or if the source is not recovered.
    pub async fn recovery_secret(&self, source: &str) -> Result<RecoverySecret> {
        recovery_secret(&self.recovery_secrets().await?, source)
    }
}

fn secrets(environment: &BTreeMap<String, String>, function: &str) -> Result<BTreeMap<String, RecoverySecret>> {
    let recoveries: BTreeMap<String, RecoveryConfig> = variable(environment, "HOOKLINE_RECOVER", function)?;
    let form = |config: RecoveryConfig| match config.app_id {
        Some(_) => RecoverySecret::AppKey,
        None => RecoverySecret::Token,
    };
    Ok(recoveries.into_iter().map(|(source, config)| (source, form(config))).collect())
}

fn recovery_secret(secrets: &BTreeMap<String, RecoverySecret>, source: &str) -> Result<RecoverySecret> {
    secrets.get(source).copied().with_context(|| match secrets.len() {
        0 => "no source is recovered: set `recover` of a source in Terraform, and apply".to_owned(),
        _ => {
            let names: Vec<_> = secrets.keys().map(String::as_str).collect();
            format!("source `{source}` is not recovered: the sources with `recover` are {}", names.join(", "))
        }
    })
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn app_determines_the_form_of_the_secret() {
        let recoveries = json!({
            "github": { "webhook": "app", "app_id": "Iv23liExample", "lookback_hours": 24 },
            "shop": { "webhook": "repos/octo-org/shop/hooks/7" },
        });
        let environment = BTreeMap::from([("HOOKLINE_RECOVER".to_owned(), recoveries.to_string())]);
        let secrets = secrets(&environment, "f").unwrap();
        let form = |source| recovery_secret(&secrets, source).map_err(|error| error.to_string());
        assert_eq!((form("github"), form("shop")), (Ok(RecoverySecret::AppKey), Ok(RecoverySecret::Token)));
        let unknown = "source `billing` is not recovered: the sources with `recover` are github, shop";
        assert_eq!(form("billing"), Err(unknown.to_owned()));
    }

    #[test]
    fn missing_configuration_is_an_error_and_a_missing_function_is_none() {
        let error = secrets(&BTreeMap::new(), "f").unwrap_err().to_string();
        assert_eq!(error, "function `f` has no variable HOOKLINE_RECOVER");
        let error = recovery_secret(&BTreeMap::new(), "github").unwrap_err().to_string();
        assert!(error.starts_with("no source is recovered"), "{error}");
    }
}
