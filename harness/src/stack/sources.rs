//! Sources of the local stack.

use std::collections::BTreeMap;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use hookline_signature::{Algorithm, Encoding, GitlabMode, SchemeConfig};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use uuid::Uuid;

/// The URL of the source `twilio`. It is the URL of the example in the tests of Twilio's library.
const TWILIO_URL: &str = "http://www.postbin.org/1ed898x";

/// A source of the local stack.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Source {
    pub(crate) name: &'static str,
    /// The options of ingest in the source's entry in the Terraform variable `sources`.
    pub(crate) config: SchemeConfig,
    /// The options of API Gateway in that entry.
    gateway_options: BTreeMap<&'static str, Value>,
    /// The form of the source's secret.
    pub(crate) key: KeyKind,
    /// The destination of the source's own route. A source without it is routed by explicit routes.
    pub(crate) destination: Option<&'static str>,
}

/// The form of a secret.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum KeyKind {
    /// The secret is never stored.
    None,
    /// Any text.
    Text,
    /// `whsec_` and base64.
    Whsec,
    /// A key pair: `whpk_` in the secret store, `whsk_` for the sender.
    Ed25519,
}

/// The two sides of a secret: the sender's signing key and the stored value.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct SecretPair {
    pub(crate) sender: String,
    pub(crate) store: String,
}

impl SecretPair {
    /// Returns a pair in which both sides have the same value.
    pub(crate) fn shared(secret: impl Into<String>) -> Self {
        let sender = secret.into();
        Self { store: sender.clone(), sender }
    }
}

impl Source {
    /// Returns a source with a scheme's default options and a random text as its secret.
    pub(crate) fn new(name: &'static str, scheme: &str) -> Self {
        let config = SchemeConfig { scheme: scheme.to_owned(), ..SchemeConfig::default() };
        Self { name, config, gateway_options: BTreeMap::new(), key: KeyKind::Text, destination: None }
    }

    /// Returns a source with GitHub's scheme.
    pub(crate) fn github(name: &'static str) -> Self {
        Self::new(name, "github")
    }

    /// Adds a route with the source's name, from the source to the destination.
    pub(crate) fn sends_to(self, destination: &'static str) -> Self {
        Self { destination: Some(destination), ..self }
    }

    /// Limits the requests per second (`rate`) and at the same time (`burst`) that API Gateway accepts for the source.
    pub(crate) fn throttled(mut self, rate: u32, burst: u32) -> Self {
        self.gateway_options.insert("throttle", json!({ "rate": rate, "burst": burst }));
        self
    }

    /// Lets API Gateway reject requests from addresses outside of this network.
    pub(crate) fn allowed_from(mut self, network: &'static str) -> Self {
        self.gateway_options.insert("allowed_ips", json!([network]));
        self
    }

    /// Returns the entry in the Terraform variable `sources`.
    pub(crate) fn terraform_value(&self) -> Value {
        let mut value = json!(self.config);
        for (name, option) in &self.gateway_options {
            value[*name] = option.clone();
        }
        value
    }

    /// Leaves the stored secret empty.
    pub(crate) fn without_secret(self) -> Self {
        Self { key: KeyKind::None, ..self }
    }
}

impl KeyKind {
    /// Returns a random secret of this form.
    pub(crate) fn generate(self) -> Option<SecretPair> {
        let random = || [Uuid::new_v4().into_bytes(), Uuid::new_v4().into_bytes()].concat();
        match self {
            Self::None => None,
            Self::Text => Some(SecretPair::shared(hex::encode(random()))),
            Self::Whsec => Some(SecretPair::shared(format!("whsec_{}", STANDARD.encode(random())))),
            Self::Ed25519 => {
                let sender = format!("whsk_{}", STANDARD.encode(random()));
                let store = hookline_signature::public_key(&sender)?;
                Some(SecretPair { sender, store })
            }
        }
    }
}

/// Returns the sources that each stack has: one for each scheme, and one for each further mode of a scheme.
pub(crate) fn scheme_sources() -> [Source; 14] {
    let acme = SchemeConfig {
        header: Some("X-Acme-Signature".to_owned()),
        prefix: Some("v1=".to_owned()),
        encoding: Some(Encoding::Base64),
        ..Source::new("acme", "hmac").config
    };
    let templated = SchemeConfig {
        header: Some("X-Templated-Signature".to_owned()),
        algorithm: Some(Algorithm::Sha512),
        template: Some("{id}.{timestamp}.{body}".to_owned()),
        timestamp_header: Some("X-Templated-Time".to_owned()),
        id_header: Some("X-Templated-Id".to_owned()),
        event_header: Some("X-Templated-Event".to_owned()),
        separator: Some(" ".to_owned()),
        tolerance_seconds: Some(60),
        ..Source::new("templated", "hmac").config
    };
    let signing = Source::new("gitlab-signing", "gitlab");
    let signing_config = SchemeConfig { mode: Some(GitlabMode::Signature), ..signing.config.clone() };
    let twilio = Source::new("twilio", "twilio");
    let twilio_config = SchemeConfig { url: Some(TWILIO_URL.to_owned()), ..twilio.config.clone() };
    [
        Source { config: acme, ..Source::new("acme", "hmac") },
        Source::new("bitbucket", "bitbucket"),
        Source::github("github"),
        Source::new("gitlab", "gitlab"),
        Source { config: signing_config, key: KeyKind::Whsec, ..signing },
        Source::new("linear", "linear"),
        Source::new("pagerduty", "pagerduty"),
        Source::new("shopify", "shopify"),
        Source::new("slack", "slack"),
        Source { key: KeyKind::Whsec, ..Source::new("standard", "standard") },
        Source { key: KeyKind::Ed25519, ..Source::new("standard-ed25519", "standard") },
        Source::new("stripe", "stripe"),
        Source { config: templated, ..Source::new("templated", "hmac") },
        Source { config: twilio_config, ..twilio },
    ]
    .map(|source| source.sends_to("orders"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_scheme_has_a_source_with_valid_options() {
        let sources = scheme_sources();
        let schemes: std::collections::BTreeSet<_> =
            sources.iter().map(|source| source.config.scheme.as_str()).collect();
        assert_eq!(schemes.into_iter().collect::<Vec<_>>(), SchemeConfig::OPTIONS.map(|(name, _)| name));
        for source in sources {
            assert!(source.config.resolve().is_ok(), "{}", source.name);
        }
    }

    /// Terraform rejects in the plan the options that the function would reject at its start, so both need the same table.
    /// The documentation has a row for each scheme.
    #[test]
    fn terraform_and_the_documentation_list_the_same_schemes() {
        let terraform = include_str!("../../../terraform/modules/hookline/schemes.tf");
        let table = terraform.split("scheme_options = {").nth(1).unwrap().split("\n  }").next().unwrap();
        let rows = table.split(']').filter_map(|row| row.split_once('='));
        // A list may have several lines.
        let quoted = |list: &'static str| list.split('"').skip(1).step_by(2).collect::<Vec<_>>();
        let row = |(name, options): (&'static str, &'static str)| (name.trim(), quoted(options));
        let expected = SchemeConfig::OPTIONS.map(|(name, options)| (name, options.to_vec()));
        assert_eq!(rows.map(row).collect::<Vec<_>>(), expected);
        let documentation = include_str!("../../../docs/sources.md");
        for (name, _) in SchemeConfig::OPTIONS {
            let row = format!("| [`{name}`](../crates/signature/src/scheme/{name}.rs)");
            assert!(documentation.contains(&row), "docs/sources.md has no row that begins with {row}");
        }
    }
}
