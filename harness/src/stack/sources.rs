//! Sources of the local stack.

use std::collections::BTreeMap;

use anyhow::{Context, Result};
use hookline_senders::{Endpoint, SchemeSource};
use hookline_signature::{Description, Encoding, SignatureDescription, TimestampDescription};
use serde_json::{Value, json};

use super::keys::{KeyKind, SecretPair};
use crate::emulator::{Capabilities, Capability};

/// The URL of the source `twilio`. It is the URL of the example in the tests of Twilio's library.
const TWILIO_URL: &str = "http://www.postbin.org/1ed898x";

/// The path of GitHub's API at the sink.
pub(crate) const GITHUB_PATH: &str = "/github/";

/// A source of the local stack.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Source {
    pub(crate) name: &'static str,
    /// The options of ingest in the source's entry in the Terraform variable `sources`.
    pub(crate) config: SchemeSource,
    /// The options of API Gateway in that entry.
    gateway_options: BTreeMap<&'static str, Value>,
    /// The form of the source's secret.
    key: KeyKind,
    /// Whether the source has the option `recover`.
    is_recovered: bool,
    /// The destination of the source's own route. A source without it is routed by explicit routes.
    pub(crate) destination: Option<&'static str>,
}

impl Source {
    /// Returns a source with a sender of the catalogue and a random key of the sender's form.
    pub(crate) fn new(name: &'static str, sender: &str) -> Self {
        let methods = hookline_senders::scheme(sender).map(|scheme| scheme.methods).unwrap_or_default();
        let key = methods.first().map_or(KeyKind::Text, KeyKind::of);
        Self::with(name, SchemeSource::sender(sender), key)
    }

    /// Returns a source with a description of its own.
    pub(crate) fn described(name: &'static str, description: Description) -> Self {
        let key = KeyKind::of(&description);
        Self::with(name, SchemeSource { scheme: Some(description), ..SchemeSource::default() }, key)
    }

    fn with(name: &'static str, config: SchemeSource, key: KeyKind) -> Self {
        Self { name, config, gateway_options: BTreeMap::new(), key, is_recovered: false, destination: None }
    }

    /// Returns a source with the sender GitHub.
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

    /// Lets the recover function request redeliveries from the fake of GitHub.
    pub(crate) fn recovered(self) -> Self {
        Self { is_recovered: true, ..self }
    }

    /// Sets the URL that is configured at the sender, for a sender that signs it. An emulator does not know this URL.
    pub(crate) fn at_url(mut self, url: &str) -> Self {
        self.config.url = Some(url.to_owned());
        self
    }

    /// Sets the form of the secret, for a sender that has several.
    pub(crate) fn with_key(self, key: KeyKind) -> Self {
        Self { key, ..self }
    }

    /// Leaves the stored secret empty.
    pub(crate) fn without_secret(self) -> Self {
        self.with_key(KeyKind::None)
    }

    /// Returns the entry in the Terraform variable `sources`. `sink` is the sink's URL without a path. Without the services
    /// that recovery needs, no source has it.
    pub(crate) fn terraform_value(&self, capabilities: &Capabilities, sink: &str) -> Value {
        let mut value = json!(self.config);
        let is_missing = |capability| capabilities.unavailable_reason(capability).is_some();
        if self.is_recovered && ![Capability::Dynamodb, Capability::Scheduler].into_iter().any(is_missing) {
            let api_url = format!("{sink}{}", GITHUB_PATH.trim_end_matches('/'));
            // The schedule starts no run during a run of the harness.
            value["recover"] =
                json!({ "webhook": github_webhook(self.name), "api_url": api_url, "every_minutes": 1440 });
        }
        for (name, option) in &self.gateway_options {
            value[*name] = option.clone();
        }
        value
    }

    /// Returns how the source's requests are signed and responded to.
    ///
    /// # Errors
    ///
    /// If the configuration is invalid.
    pub(crate) fn scheme(&self) -> Result<Endpoint> {
        self.config.resolve().with_context(|| format!("source `{}`", self.name))
    }

    /// Returns the status of the response to an accepted event.
    ///
    /// # Errors
    ///
    /// If the configuration is invalid.
    pub(crate) fn accepted_status(&self) -> Result<u16> {
        Ok(self.scheme()?.response().map_or(202, |response| response.status))
    }

    /// Returns a new secret, or `None` if the source's secret stays empty.
    ///
    /// # Errors
    ///
    /// If the configuration is invalid.
    pub(crate) fn generate_secret(&self) -> Result<Option<SecretPair>> {
        let Some(signing_key) = self.key.generate()? else { return Ok(None) };
        let endpoint = self.scheme()?;
        SecretPair::new(signing_key, &endpoint).map(Some)
    }

    /// Returns a signing key of the right form that is not the source's.
    ///
    /// # Errors
    ///
    /// If the source has no key.
    pub(crate) fn generate_other_key(&self) -> Result<String> {
        self.key.generate_other()
    }
}

/// Returns the webhook of a source, as in the path of GitHub's API.
pub(crate) fn github_webhook(source: &str) -> String {
    format!("repos/octo-org/{source}/hooks/1")
}

/// Returns the sources that each stack has: the senders that most scenarios use, and descriptions of other senders.
pub(crate) fn common_sources() -> [Source; 14] {
    let acme = Description {
        signature: SignatureDescription {
            r#in: vec!["header:X-Acme-Signature".to_owned()],
            prefix: Some("v1=".to_owned()),
            encoding: Some(Encoding::Base64),
            ..SignatureDescription::default()
        },
        ..Description::default()
    };
    let templated = Description {
        algorithm: Some(hookline_signature::Algorithm::HmacSha512),
        signature: SignatureDescription {
            r#in: vec!["header:X-Templated-Signature".to_owned()],
            separator: Some(" ".to_owned()),
            ..SignatureDescription::default()
        },
        message: Some("{id}.{timestamp}.{body}".to_owned()),
        timestamp: Some(TimestampDescription {
            r#in: "header:X-Templated-Time".to_owned(),
            tolerance_seconds: Some(60),
            ..TimestampDescription::default()
        }),
        id: vec!["{header:X-Templated-Id}".to_owned()],
        r#type: vec!["{header:X-Templated-Event}".to_owned()],
        ..Description::default()
    };
    [
        Source::described("acme", acme),
        Source::new("bitbucket", "bitbucket"),
        Source::github("github"),
        Source::new("gitlab", "gitlab"),
        Source::new("gitlab-signing", "gitlab-signed"),
        Source::new("linear", "linear"),
        Source::new("pagerduty", "pagerduty"),
        Source::new("shopify", "shopify"),
        Source::new("slack", "slack"),
        Source::new("standard", "standard"),
        Source::new("standard-ed25519", "standard").with_key(KeyKind::Ed25519),
        Source::new("stripe", "stripe"),
        Source::described("templated", templated),
        Source::new("twilio", "twilio").at_url(TWILIO_URL),
    ]
    .map(|source| source.sends_to("orders"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn common_sources_have_valid_options_and_secrets() {
        for source in common_sources() {
            let secret = source.generate_secret().unwrap().unwrap();
            assert!(secret.sender != source.generate_other_key().unwrap(), "{}", source.name);
        }
    }
}
