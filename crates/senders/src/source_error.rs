use hookline_signature::ConfigError;

use crate::nearest::nearest;
use crate::unsupported::{UNSUPPORTED, Unsupported};

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
