//! The part of a source's configuration that says how its requests are verified and answered.

use hookline_signature::{ConfigError, Description, EventResponse, HandshakeDescription, Scheme, SchemeOptions};
use serde::{Deserialize, Serialize};

use crate::{UNSUPPORTED, Unsupported, nearest};

/// A sender of the catalogue or a description, with the source's options. Terraform writes it.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize, Serialize)]
#[serde(default)]
pub struct SchemeSource {
    /// The name of a sender of the catalogue.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub sender: Option<String>,
    /// The description of a sender that is not in the catalogue.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub scheme: Option<Description>,
    /// The handshakes of such a sender.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub handshakes: Vec<HandshakeDescription>,
    /// The response to an event, instead of the sender's.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub response: Option<EventResponse>,
    /// Maximum age of the signed time in seconds, instead of the sender's.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub tolerance_seconds: Option<u32>,
    /// The URL that is configured at the sender. Default: the URL that received the request.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub url: Option<String>,
    /// The audience of a JWT, instead of the sender's.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub audience: Option<String>,
}

/// An invalid configuration of a source.
#[derive(Debug, thiserror::Error)]
pub enum SourceError {
    /// Neither a sender nor a description is configured, or both.
    #[error("exactly one of `sender` and `scheme` is needed")]
    SenderOrScheme,
    /// Handshakes are configured for a sender of the catalogue, which has its own.
    #[error("`handshakes` is only for a source with `scheme`")]
    Handshakes,
    /// The catalogue has no such sender.
    #[error("unknown sender `{sender}`{}", suggestion(.nearest))]
    UnknownSender {
        /// The configured name.
        sender: String,
        /// Similar names.
        nearest: Vec<&'static str>,
    },
    /// The sender's requests cannot be verified.
    #[error("the sender `{sender}` is not supported: {reason}")]
    Unsupported {
        /// The configured name.
        sender: String,
        /// The reason.
        reason: Unsupported,
    },
    /// An option or the description is invalid.
    #[error(transparent)]
    Config(#[from] ConfigError),
    /// A file of the catalogue is invalid. Tests exclude it.
    #[error("the catalogue's sender `{sender}` is invalid: {source}")]
    Catalogue {
        /// The sender.
        sender: String,
        /// The parser's error.
        source: serde_json::Error,
    },
}

fn suggestion(nearest: &[&str]) -> String {
    if nearest.is_empty() { String::new() } else { format!("; similar ones are {}", nearest.join(", ")) }
}

impl SourceError {
    pub(crate) fn unknown(sender: &str) -> Self {
        let unsupported = UNSUPPORTED.iter().find(|(name, _)| *name == sender);
        match unsupported {
            Some((_, reason)) => Self::Unsupported { sender: sender.to_owned(), reason: *reason },
            None => Self::UnknownSender { sender: sender.to_owned(), nearest: nearest(sender) },
        }
    }
}

impl SchemeSource {
    /// Returns a source with a sender of the catalogue.
    #[must_use]
    pub fn sender(sender: impl Into<String>) -> Self {
        Self { sender: Some(sender.into()), ..Self::default() }
    }

    /// Validates the configuration and creates the scheme.
    ///
    /// # Errors
    ///
    /// Returns [`SourceError`] for the first problem.
    pub fn resolve(&self) -> Result<Scheme, SourceError> {
        let options = SchemeOptions {
            url: self.url.clone(),
            tolerance_seconds: self.tolerance_seconds,
            audience: self.audience.clone(),
            response: self.response.clone(),
        };
        match (&self.sender, &self.scheme) {
            (Some(_), None) if !self.handshakes.is_empty() => Err(SourceError::Handshakes),
            (Some(sender), None) => {
                let scheme = crate::scheme(sender)?;
                Ok(Scheme::new(&scheme.ways, &scheme.handshakes, scheme.response.as_ref(), &options)?)
            }
            (None, Some(description)) => {
                Ok(Scheme::new(std::slice::from_ref(description), &self.handshakes, None, &options)?)
            }
            _ => Err(SourceError::SenderOrScheme),
        }
    }
}
