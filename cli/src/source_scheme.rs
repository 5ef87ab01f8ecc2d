//! How a source's requests are verified, with the sender to which they belong.

use anyhow::{Result, bail};
use hookline_senders::{Endpoint, SchemeSource, SourceError};
use hookline_signature::{Message, Secret, Signed};

/// The scheme of a source.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SourceScheme {
    /// The slug of the sender. `None` if the scheme is spelled out.
    pub sender: Option<String>,
    /// The scheme with the source's options.
    pub scheme: Endpoint,
}

impl SourceScheme {
    /// Validates the configuration of a source.
    ///
    /// # Errors
    ///
    /// Returns [`SourceError`] for the first problem.
    pub fn new(config: &SchemeSource) -> Result<Self, SourceError> {
        Ok(Self { sender: config.sender.clone(), scheme: config.resolve()? })
    }

    /// Returns the scheme of a sender of the catalogue without options.
    ///
    /// # Errors
    ///
    /// Returns [`SourceError`] if there is no such sender.
    pub fn of_sender(slug: &str) -> Result<Self, SourceError> {
        Self::new(&SchemeSource::sender(slug))
    }

    /// Signs a message, and explains why a public key cannot sign.
    ///
    /// # Errors
    ///
    /// If the secret cannot sign.
    pub fn sign(&self, message: Message<'_>, secret: &Secret) -> Result<Signed> {
        match self.scheme.sign(message, secret) {
            Ok(signed) => Ok(signed),
            // A public key verifies requests, and only its private key signs them.
            Err(_) if self.scheme.check_secret(secret).is_ok() && self.scheme.stored_key(secret).is_err() => bail!(
                "the secret is the sender's public key, which only verifies requests: sign with the private key in PEM \
                 (PKCS#8), of a key pair of your own. `openssl genpkey` creates one"
            ),
            Err(error) => Err(error.into()),
        }
    }
}
