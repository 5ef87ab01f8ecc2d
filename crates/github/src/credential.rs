use std::fmt;

use crate::app_key::{AppKey, InvalidAppKey};
use crate::token::{InvalidToken, Token};

/// What a source's recovery secret contains.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum CredentialKind {
    /// An access token.
    Token,
    /// The private key of a GitHub App.
    AppKey,
}

/// A credential for GitHub's API.
pub enum Credential {
    /// An access token.
    Token(Token),
    /// The private key of a GitHub App.
    AppKey(AppKey),
}

/// The reason why a value is not the expected credential. It never contains the value.
#[derive(Debug, thiserror::Error)]
pub enum InvalidCredential {
    /// The value is no token.
    #[error("{source}")]
    Token {
        /// The reason.
        source: InvalidToken,
    },
    /// The value is no private key of an App.
    #[error("{source}")]
    AppKey {
        /// The reason.
        source: InvalidAppKey,
    },
}

impl CredentialKind {
    /// Reads a credential of this kind from a stored value.
    ///
    /// # Errors
    ///
    /// Returns [`InvalidCredential`] if the value is something else.
    pub fn parse(self, value: &[u8]) -> Result<Credential, InvalidCredential> {
        match self {
            Self::Token => {
                Token::parse(value).map(Credential::Token).map_err(|source| InvalidCredential::Token { source })
            }
            Self::AppKey => {
                AppKey::from_pem(value).map(Credential::AppKey).map_err(|source| InvalidCredential::AppKey { source })
            }
        }
    }
}

impl fmt::Debug for Credential {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Token(_) => "Credential::Token(redacted)",
            Self::AppKey(_) => "Credential::AppKey(redacted)",
        })
    }
}
