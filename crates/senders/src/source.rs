//! The part of a source's configuration that says how its requests are verified and responded to.

use hookline_signature::{Description, SchemeOptions};
use serde::{Deserialize, Serialize};

use crate::catalogue;
use crate::endpoint::Endpoint;
use crate::handshake_description::{EventResponse, HandshakeDescription};
use crate::sender_scheme::SenderScheme;
use crate::source_error::SourceError;

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

impl SchemeSource {
    /// Returns a source with a sender of the catalogue.
    #[must_use]
    pub fn sender(sender: impl Into<String>) -> Self {
        Self { sender: Some(sender.into()), ..Self::default() }
    }

    /// Validates the configuration.
    ///
    /// # Errors
    ///
    /// Returns [`SourceError`] for the first problem.
    pub fn resolve(&self) -> Result<Endpoint, SourceError> {
        let options = SchemeOptions {
            url: self.url.clone(),
            tolerance_seconds: self.tolerance_seconds,
            audience: self.audience.clone(),
            ..SchemeOptions::default()
        };
        let sender = match (&self.sender, &self.scheme) {
            (Some(_), None) if !self.handshakes.is_empty() => return Err(SourceError::Handshakes),
            (Some(sender), None) => catalogue::scheme(sender)?,
            (None, Some(method)) => {
                let (methods, handshakes) = (vec![method.clone()], self.handshakes.clone());
                SenderScheme { methods, handshakes, ..SenderScheme::default() }
            }
            _ => return Err(SourceError::SenderOrScheme),
        };
        Ok(Endpoint::new(&sender, options, self.response.as_ref())?)
    }
}
