//! The sources of the local workspace: one for each scheme, and those that scenarios need beside them.

use std::collections::BTreeMap;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use hookline_signature::{Algorithm, Encoding, GitlabMode, SchemeConfig};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

/// The URL that the source `twilio` is said to have been given: that of Twilio's own published example.
const TWILIO_URL: &str = "https://mycompany.com/myapp.php?foo=1&bar=2";

/// A source of the local workspace.
#[derive(Debug, Clone)]
pub(crate) struct Source {
    /// As Terraform takes it.
    pub(crate) config: SchemeConfig,
    /// The destination that its events go to.
    pub(crate) destination: &'static str,
    /// What its secret is made of.
    pub(crate) key: KeyKind,
}

/// What a source's secret is made of.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum KeyKind {
    /// It is never filled.
    None,
    /// Any text.
    Text,
    /// `whsec_` and base64.
    Whsec,
    /// `whpk_` in the store, `whsk_` at the sender.
    Ed25519,
}

/// A secret: what the sender signs with, and what the store has.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct SecretPair {
    pub(crate) sender: String,
    pub(crate) store: String,
}

impl SecretPair {
    /// The same at both ends.
    pub(crate) fn shared(secret: impl Into<String>) -> Self {
        let sender = secret.into();
        Self { store: sender.clone(), sender }
    }
}

impl Source {
    fn new(scheme: &str) -> Self {
        let config = SchemeConfig { scheme: scheme.to_owned(), ..SchemeConfig::default() };
        Self { config, destination: "orders", key: KeyKind::Text }
    }
}

impl KeyKind {
    /// A random one, if it is to be filled.
    pub(crate) fn make(self) -> Option<SecretPair> {
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

pub(crate) fn sources() -> BTreeMap<&'static str, Source> {
    let github = |destination| Source { destination, ..Source::new("github") };
    let acme = SchemeConfig {
        header: Some("X-Acme-Signature".to_owned()),
        prefix: Some("v1=".to_owned()),
        encoding: Some(Encoding::Base64),
        ..Source::new("hmac").config
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
        ..Source::new("hmac").config
    };
    let signing = SchemeConfig { mode: Some(GitlabMode::Signature), ..Source::new("gitlab").config };
    let twilio = SchemeConfig { url: Some(TWILIO_URL.to_owned()), ..Source::new("twilio").config };
    BTreeMap::from([
        ("acme", Source { config: acme, ..Source::new("hmac") }),
        ("bitbucket", Source::new("bitbucket")),
        ("busy", github("busy")),
        ("everywhere", github("signed")),
        ("failing", github("failing")),
        ("filtered", github("orders")),
        ("flaky", github("flaky")),
        ("github", github("orders")),
        ("gitlab", Source::new("gitlab")),
        ("gitlab-signing", Source { config: signing, key: KeyKind::Whsec, ..Source::new("gitlab") }),
        ("linear", Source::new("linear")),
        ("missing", github("missing")),
        ("pagerduty", Source::new("pagerduty")),
        ("pair", github("flaky")),
        ("published", github("orders")),
        ("recovering", github("recovering")),
        ("rotating", github("orders")),
        ("shopify", Source::new("shopify")),
        ("slack", Source::new("slack")),
        ("stalled", github("stalled")),
        ("standard", Source { key: KeyKind::Whsec, ..Source::new("standard") }),
        ("standard-ed25519", Source { key: KeyKind::Ed25519, ..Source::new("standard") }),
        ("stripe", Source::new("stripe")),
        ("templated", Source { config: templated, ..Source::new("hmac") }),
        ("twilio", Source { config: twilio, ..Source::new("twilio") }),
        ("unfilled", Source { key: KeyKind::None, ..github("orders") }),
    ])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_scheme_has_a_source_that_can_be_signed() {
        let schemes: std::collections::BTreeSet<_> = sources().into_values().map(|it| it.config.scheme).collect();
        assert_eq!(schemes.into_iter().collect::<Vec<_>>(), SchemeConfig::OPTIONS.map(|(name, _)| name));
        for (name, source) in sources() {
            assert!(source.config.resolve().is_ok(), "{name}");
        }
    }

    /// The same table stands in Terraform, which refuses in the plan what the function would refuse at its start, and
    /// every scheme has a row in the README.
    #[test]
    fn terraform_and_the_readme_know_the_same_schemes() {
        let terraform = include_str!("../../../terraform/modules/hookline/variables_sources.tf");
        let table = terraform.split("scheme_options = {").nth(1).unwrap().split("\n  }").next().unwrap();
        // A long list has several lines.
        let table = table.replace("[\n      ", "[").replace(",\n    ]", "]").replace(",\n      ", ", ");
        let rows = table.lines().filter_map(|line| line.split_once('='));
        let row = |(name, options): (&str, &str)| (name.trim().to_owned(), options.trim().to_owned());
        let expected = SchemeConfig::OPTIONS.map(|(name, options)| {
            let quoted: Vec<_> = options.iter().map(|option| format!("\"{option}\"")).collect();
            (name.to_owned(), format!("[{}]", quoted.join(", ")))
        });
        assert_eq!(rows.map(row).collect::<Vec<_>>(), expected);
        let readme = include_str!("../../../README.md");
        for (name, _) in SchemeConfig::OPTIONS {
            assert!(readme.contains(&format!("| [`{name}`](crates/signature/src/scheme/{name}.rs)")), "{name}");
        }
    }
}
