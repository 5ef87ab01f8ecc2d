//! The value of `Authorization` for a run.

use hookline_github::{AppKey, InvalidAppKey, InvalidToken, Token};
use http::HeaderValue;
use serde::Deserialize;
use zeroize::Zeroizing;

use super::error::GithubError;
use crate::config::Authentication;

/// What the function authenticates with: the configuration of a source together with its secret.
#[derive(Debug)]
pub enum Credential {
    /// An access token.
    Token(Token),
    /// The App itself.
    App {
        /// The App's client ID or ID.
        app_id: String,
        /// The App's private key.
        key: AppKey,
    },
    /// An installation of the App.
    Installation {
        /// The App's client ID or ID.
        app_id: String,
        /// The installation's ID.
        installation_id: u64,
        /// The App's private key.
        key: AppKey,
    },
}

/// The secret of the source is not what its configuration needs.
#[derive(Debug, thiserror::Error)]
pub enum InvalidCredential {
    /// The secret is no token.
    #[error(transparent)]
    Token(#[from] InvalidToken),
    /// The secret is no private key.
    #[error(transparent)]
    AppKey(#[from] InvalidAppKey),
}

impl Credential {
    /// Reads the secret of a source.
    ///
    /// # Errors
    ///
    /// Returns [`InvalidCredential`] if the secret is not what the configuration needs.
    pub fn read(authentication: &Authentication, secret: &[u8]) -> Result<Self, InvalidCredential> {
        Ok(match authentication.clone() {
            Authentication::Token => Self::Token(Token::parse(secret)?),
            Authentication::App { app_id } => Self::App { app_id, key: AppKey::from_pem(secret)? },
            Authentication::Installation { app_id, installation_id } => {
                Self::Installation { app_id, installation_id, key: AppKey::from_pem(secret)? }
            }
        })
    }
}

/// The response to the request for a token of an installation. The token is valid for one hour, longer than any run.
///
/// <https://docs.github.com/en/rest/apps/apps#create-an-installation-access-token-for-an-app>
#[derive(Deserialize)]
pub(super) struct InstallationToken {
    pub(super) token: String,
}

/// Signs a token of the App.
pub(super) fn app_token(key: &AppKey, app_id: &str, now: u64) -> Result<HeaderValue, GithubError> {
    let token = key.sign_jwt(app_id, now).map_err(|source| GithubError::Sign { source })?;
    bearer(&token)
}

/// Returns the value of `Authorization` with a token.
pub(super) fn bearer(token: &str) -> Result<HeaderValue, GithubError> {
    let value = Zeroizing::new(format!("Bearer {token}"));
    let mut value = HeaderValue::from_str(&value).map_err(|_| GithubError::UnusableToken)?;
    value.set_sensitive(true);
    Ok(value)
}
