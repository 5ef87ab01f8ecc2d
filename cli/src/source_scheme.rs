//! How a source's requests are verified, with the sender to which they belong.

use hookline_senders::{Endpoint, SchemeSource, SourceError};

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
}
