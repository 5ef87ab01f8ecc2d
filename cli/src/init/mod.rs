//! A Terraform configuration that uses the module: what `hookline init` writes.
//!
//! The values are checked by [`values`] before, with the rules of the module, so that a plan accepts the configuration.

mod document;
pub(crate) mod folder;
mod hcl;
pub(crate) mod next_steps;
pub(crate) mod paths;
pub(crate) mod terraform;
pub(crate) mod values;

use anyhow::{Context, Result};
use hookline_senders::{HandshakeDescription, SchemeSource, Sender};

pub(crate) use self::document::files;

/// Name of the service, which is the default of the module's variable `name`.
const SERVICE: &str = "hookline";

/// What a configuration contains.
#[derive(Debug, Clone)]
pub(crate) struct Configuration {
    pub(crate) source: Source,
    pub(crate) destination: Destination,
    pub(crate) region: String,
    pub(crate) environment: String,
    pub(crate) domain: Option<Domain>,
    /// The address of the module, as Terraform reads it.
    pub(crate) module: String,
    pub(crate) packages: Packages,
}

/// The source with a sender of the catalogue.
#[derive(Debug, Clone)]
pub(crate) struct Source {
    /// The slug of the sender, which is also the name of the source.
    pub(crate) slug: &'static str,
    pub(crate) sender: Sender,
    pub(crate) handshakes: Vec<HandshakeDescription>,
    /// Whether the sender signs the URL, as the option `url` needs it.
    pub(crate) signs_url: bool,
}

/// Where the events go.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Destination {
    Http { url: String },
    Slack,
    Discord,
    MicrosoftTeams,
    Email { from: String, to: Vec<String> },
}

/// The custom domain of the API.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Domain {
    pub(crate) name: String,
    pub(crate) certificate_arn: String,
}

/// The packages of the functions.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Packages {
    /// A released version.
    Version(String),
    /// A folder, relative to the configuration.
    Directory { path: String, is_built: bool },
}

impl Configuration {
    /// Returns the first part of all names in AWS.
    pub(crate) fn service(&self) -> String {
        format!("{SERVICE}-{}", self.environment)
    }
}

impl Source {
    /// Returns a source with a sender of the catalogue.
    ///
    /// # Errors
    ///
    /// If there is no such sender.
    pub(crate) fn new(slug: &'static str) -> Result<Self> {
        let sender = Sender::read(slug).context("the catalogue has no such sender")?;
        let sender = sender.with_context(|| format!("the file of the sender `{slug}` is invalid"))?;
        // ingest and the module reject `url` for any other sender.
        let with_url =
            SchemeSource { url: Some("https://hooks.example.com/".to_owned()), ..SchemeSource::sender(slug) };
        let signs_url = with_url.resolve().is_ok();
        Ok(Self { slug, sender, handshakes: hookline_senders::scheme(slug)?.handshakes, signs_url })
    }

    /// Whether the sender brings the key that is then stored.
    pub(crate) fn brings_key(&self) -> bool {
        self.handshakes.iter().any(|handshake| handshake.key.is_some())
    }

    /// Whether the operator enters a verify token at the sender.
    pub(crate) fn needs_token(&self) -> bool {
        self.handshakes.iter().any(|handshake| handshake.token.is_some())
    }
}

impl Destination {
    /// Returns the name of the destination in the configuration.
    pub(crate) fn name(&self) -> &'static str {
        if matches!(self, Self::Http { .. }) { "receiver" } else { "team" }
    }

    pub(crate) fn kind(&self) -> &'static str {
        match self {
            Self::Http { .. } => "http",
            Self::Slack => "slack",
            Self::Discord => "discord",
            Self::MicrosoftTeams => "microsoft-teams",
            Self::Email { .. } => "email",
        }
    }

    /// Returns the value of the destination's secret in words, if it has one.
    pub(crate) fn secret(&self) -> Option<&'static str> {
        match self {
            Self::Http { .. } | Self::Email { .. } => None,
            Self::Slack => Some("the URL of a Slack incoming webhook"),
            Self::Discord => Some("the URL of a Discord webhook"),
            Self::MicrosoftTeams => Some("the URL of a Microsoft Teams workflow"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A configuration with a source and a destination.
    pub(super) fn configuration(slug: &'static str, destination: Destination) -> Configuration {
        Configuration {
            source: Source::new(slug).unwrap(),
            destination,
            region: "eu-west-1".to_owned(),
            environment: "quick".to_owned(),
            domain: None,
            module: "../hookline/terraform/modules/hookline".to_owned(),
            packages: Packages::Version("1.0.0".to_owned()),
        }
    }
}
