use std::collections::BTreeMap;

use anyhow::{Context, Result};
use hookline_credentials::{Auth, SecretFormat};
use hookline_senders::SchemeSource;
use serde::Deserialize;
use serde::de::DeserializeOwned;
use serde_json::Value;

use super::deployment::Target;
use super::function_environment;
use crate::destination_secret::DestinationSecret;
use crate::source_scheme::SourceScheme;

/// The part of a destination's configuration that determines the form of its secret.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
struct DestinationConfig {
    kind: String,
    #[serde(default)]
    signed: bool,
    #[serde(default)]
    auth: Auth,
}

/// The addresses of an e-mail destination.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct EmailAddresses {
    /// The sender.
    pub from: String,
    /// The recipients.
    pub to: Vec<String>,
}

impl Target {
    /// Returns the scheme of each source, from the environment of the ingest function.
    ///
    /// # Errors
    ///
    /// If the configuration of the function cannot be read or has another format.
    pub async fn source_schemes(&self) -> Result<BTreeMap<String, SourceScheme>> {
        let function = &self.resources.function_names.ingest;
        let environment = function_environment::read(&self.sdk, function).await;
        let environment =
            environment.context("cannot read the scheme of each source; --sender needs no access to Lambda")?;
        schemes(variable(&environment, "HOOKLINE_SOURCES", function)?)
    }

    /// Returns the scheme of one source.
    ///
    /// # Errors
    ///
    /// If the configuration of the function cannot be read, or if the source does not exist.
    pub async fn source_scheme(&self, source: &str) -> Result<SourceScheme> {
        let mut schemes = self.source_schemes().await?;
        schemes.remove(source).with_context(|| {
            let names: Vec<_> = schemes.keys().map(String::as_str).collect();
            format!("unknown source `{source}`: the sources are {}", names.join(", "))
        })
    }

    /// Returns the form of a destination's secret, from the environment of the process function.
    ///
    /// # Errors
    ///
    /// If the configuration of the function cannot be read, or if the destination does not exist or needs no secret.
    pub async fn destination_secret(&self, destination: &str) -> Result<DestinationSecret> {
        let function = &self.resources.function_names.process;
        let environment = function_environment::read(&self.sdk, function).await?;
        destination_secret(variable(&environment, "HOOKLINE_DESTINATIONS", function)?, destination)
    }

    /// Returns the form of the secret of each destination that has one.
    ///
    /// # Errors
    ///
    /// If the configuration of the function cannot be read or has another format.
    pub async fn destination_secrets(&self) -> Result<BTreeMap<String, DestinationSecret>> {
        let destinations = self.destinations::<DestinationConfig>().await?;
        Ok(destinations.into_iter().filter_map(|(name, config)| Some((name, config.secret()?))).collect())
    }

    /// Returns the addresses of each e-mail destination.
    ///
    /// # Errors
    ///
    /// If the configuration of the function cannot be read or has another format.
    pub async fn email_destinations(&self) -> Result<BTreeMap<String, EmailAddresses>> {
        emails(self.destinations().await?)
    }

    async fn destinations<T: DeserializeOwned>(&self) -> Result<BTreeMap<String, T>> {
        let function = &self.resources.function_names.process;
        let environment = function_environment::read(&self.sdk, function).await?;
        variable(&environment, "HOOKLINE_DESTINATIONS", function)
    }
}

impl DestinationConfig {
    fn secret(&self) -> Option<DestinationSecret> {
        match self.kind.as_str() {
            "discord" | "microsoft-teams" | "slack" => Some(DestinationSecret::WebhookUrl),
            "telegram" => Some(DestinationSecret::Bot),
            _ => SecretFormat::new(self.auth, self.signed).map(DestinationSecret::Http),
        }
    }
}

fn emails(destinations: BTreeMap<String, Value>) -> Result<BTreeMap<String, EmailAddresses>> {
    let emails = destinations.into_iter().filter(|(_, config)| config["kind"] == "email");
    let addresses = |(name, config)| {
        let addresses = serde_json::from_value(config);
        let addresses = addresses.with_context(|| format!("cannot read the addresses of destination `{name}`"))?;
        Ok((name, addresses))
    };
    emails.map(addresses).collect()
}

pub(super) fn variable<T: DeserializeOwned>(
    environment: &BTreeMap<String, String>,
    name: &str,
    function: &str,
) -> Result<T> {
    let text = environment.get(name).with_context(|| format!("function `{function}` has no variable {name}"))?;
    serde_json::from_str(text).with_context(|| format!("cannot parse {name} of function `{function}`"))
}

fn schemes(sources: BTreeMap<String, Value>) -> Result<BTreeMap<String, SourceScheme>> {
    let resolve = |(name, config): (String, Value)| {
        let config = serde_json::from_value::<SchemeSource>(config).map_err(anyhow::Error::from);
        let scheme = config.and_then(|config| Ok(SourceScheme::new(&config)?)).with_context(|| {
            format!(
                "cannot read the configuration of source `{name}`: is this command of another version than the deployment?"
            )
        })?;
        Ok((name, scheme))
    };
    sources.into_iter().map(resolve).collect()
}

fn destination_secret(
    destinations: BTreeMap<String, DestinationConfig>,
    destination: &str,
) -> Result<DestinationSecret> {
    let config = destinations.get(destination).with_context(|| {
        let names: Vec<_> = destinations.keys().map(String::as_str).collect();
        format!("unknown destination `{destination}`: the destinations are {}", names.join(", "))
    })?;
    config.secret().with_context(|| format!("destination `{destination}` of kind `{}` has no secret", config.kind))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn environment() -> BTreeMap<String, String> {
        let sources = json!({
            "github": { "sender": "github", "content_types": ["application/json"], "deduplicate": "body" },
            "billing": { "scheme": { "signature": { "in": ["header:X-Signature"] }, "message": "{timestamp}.{body}",
                "timestamp": { "in": "header:X-Time" } } },
        });
        let destinations = json!({
            "orders": { "kind": "http", "url": "https://a.example/", "timeout_ms": 1000 },
            "ledger": { "kind": "http", "url": "https://a.example/", "signed": true, "timeout_ms": 1000 },
            "billing": { "kind": "http", "url": "https://a.example/", "auth": "basic", "signed": true },
            "team": { "kind": "slack", "timeout_ms": 1000 },
            "ops": { "kind": "microsoft-teams" },
            "alerts": { "kind": "telegram", "chat": "@orders" },
        });
        BTreeMap::from([
            ("HOOKLINE_SOURCES".to_owned(), sources.to_string()),
            ("HOOKLINE_DESTINATIONS".to_owned(), destinations.to_string()),
        ])
    }

    #[test]
    fn reads_the_scheme_of_each_source() {
        let schemes = schemes(variable(&environment(), "HOOKLINE_SOURCES", "f").unwrap()).unwrap();
        let names: Vec<_> = schemes.keys().map(String::as_str).collect();
        assert_eq!(names, ["billing", "github"]);
        assert_eq!(schemes["github"].sender.as_deref(), Some("github"));
        assert_eq!((schemes["billing"].sender.as_deref(), schemes["billing"].scheme.tolerance()), (None, Some(300)));
    }

    #[test]
    fn missing_or_unknown_configuration_is_an_error() {
        let missing = variable::<BTreeMap<String, Value>>(&BTreeMap::new(), "HOOKLINE_SOURCES", "f");
        assert_eq!(missing.unwrap_err().to_string(), "function `f` has no variable HOOKLINE_SOURCES");
        let error = |config| format!("{:#}", schemes(BTreeMap::from([("a".to_owned(), config)])).unwrap_err());
        assert!(error(json!({ "sender": "new" })).contains("unknown sender `new`"));
        let earlier = error(json!({ "scheme": "github" }));
        let expected = "cannot read the configuration of source `a`: is this command of another version";
        assert!(earlier.starts_with(expected), "{earlier}");
    }

    #[test]
    fn kind_of_a_destination_determines_the_form_of_its_secret() {
        let form = |destination| {
            let destinations = variable(&environment(), "HOOKLINE_DESTINATIONS", "f").unwrap();
            destination_secret(destinations, destination).map_err(|error| error.to_string())
        };
        assert_eq!(form("team"), Ok(DestinationSecret::WebhookUrl));
        assert_eq!(form("ops"), Ok(DestinationSecret::WebhookUrl));
        assert_eq!(form("alerts"), Ok(DestinationSecret::Bot));
        let http = |auth, is_signed| Ok(DestinationSecret::Http(SecretFormat::new(auth, is_signed).unwrap()));
        assert_eq!(form("ledger"), http(Auth::None, true));
        assert_eq!(form("billing"), http(Auth::Basic, true));
        assert_eq!(form("orders"), Err("destination `orders` of kind `http` has no secret".to_owned()));
        let unknown = "unknown destination `none`: the destinations are alerts, billing, ledger, ops, orders, team";
        assert_eq!(form("none"), Err(unknown.to_owned()));
    }

    #[test]
    fn addresses_of_email_destinations_are_read() {
        let destinations = json!({
            "orders": { "kind": "http", "url": "https://a.example/" },
            "oncall": { "kind": "email", "from": "hooks@example.com", "to": ["ops@example.com"], "subject": "x" },
        });
        let emails = emails(serde_json::from_value(destinations).unwrap()).unwrap();
        let expected = EmailAddresses { from: "hooks@example.com".to_owned(), to: vec!["ops@example.com".to_owned()] };
        assert_eq!(emails, BTreeMap::from([("oncall".to_owned(), expected)]));
        let incomplete = BTreeMap::from([("oncall".to_owned(), json!({ "kind": "email" }))]);
        assert!(super::emails(incomplete).unwrap_err().to_string().contains("`oncall`"));
    }
}
