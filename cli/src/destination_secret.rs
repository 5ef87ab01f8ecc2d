//! What the secrets of destinations contain.

use hookline_credentials::{Field, SecretFormat};
use hookline_signature::{Message, Secret};
use url::Url;

use crate::source_scheme::SourceScheme;

/// What a destination's secret contains.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum DestinationSecret {
    /// The URL of a chat's webhook.
    WebhookUrl,
    /// The token of a Telegram bot, or the URL of a bot at another server.
    Bot,
    /// The credentials of an `http` destination and the key that signs its requests.
    Http(SecretFormat),
}

impl DestinationSecret {
    /// Checks a secret as the process function does.
    ///
    /// # Errors
    ///
    /// If the secret cannot be used. The error does not contain a part of the secret.
    pub fn check(self, secret: &Secret) -> Result<(), String> {
        let text = std::str::from_utf8(secret.expose()).unwrap_or_default().trim();
        match self {
            Self::WebhookUrl if is_https_url(text) => Ok(()),
            Self::WebhookUrl => Err("it is not the https URL of a channel's webhook".to_owned()),
            Self::Bot if is_https_url(text) || is_bot_token(text) => Ok(()),
            Self::Bot => Err("it is not the token of a bot and not the https URL of a bot".to_owned()),
            Self::Http(format) => {
                let credentials = format.parse(secret).map_err(|error| error.to_string())?;
                credentials.signing_key.as_ref().map_or(Ok(()), check_signing_key)
            }
        }
    }

    /// Returns the values of the secret, in the order of prompts. Empty: the secret is one value without a name.
    #[must_use]
    pub fn fields(self) -> Vec<Field> {
        match self {
            Self::WebhookUrl | Self::Bot => Vec::new(),
            Self::Http(format) => format.fields(),
        }
    }
}

fn is_https_url(text: &str) -> bool {
    Url::parse(text).is_ok_and(|url| {
        url.scheme() == "https" && url.has_host() && url.username().is_empty() && url.password().is_none()
    })
}

/// Whether a text can be a token: the bot's number, a colon and a key.
fn is_bot_token(text: &str) -> bool {
    text.split_once(':').is_some_and(|(id, key)| {
        let is_key = key.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-'));
        !id.is_empty() && id.bytes().all(|byte| byte.is_ascii_digit()) && !key.is_empty() && is_key
    })
}

fn check_signing_key(key: &Secret) -> Result<(), String> {
    let standard = SourceScheme::of_sender("standard").map_err(|error| error.to_string())?;
    let message = Message { body: b"{}", id: "check", ..Message::default() };
    standard.scheme.sign(message, key).map(|_| ()).map_err(|error| error.problem.to_owned())
}

#[cfg(test)]
mod tests {
    use hookline_credentials::Auth;

    use super::*;

    const KEY: &str = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";

    fn check(auth: Auth, is_signed: bool, secret: &str) -> Result<(), String> {
        DestinationSecret::Http(SecretFormat::new(auth, is_signed).unwrap()).check(&Secret::new(secret).unwrap())
    }

    #[test]
    fn credentials_and_signing_key_are_checked() {
        assert_eq!(check(Auth::Bearer, false, "not-a-real-token"), Ok(()));
        assert!(check(Auth::Bearer, false, "Bearer not-a-real-token").is_err());
        assert!(check(Auth::Basic, false, "not-a-real-password").is_err());
        assert_eq!(
            check(Auth::Basic, true, &format!(r#"{{"username":"a","password":"b","signing_key":"{KEY}"}}"#)),
            Ok(())
        );
        let invalid =
            check(Auth::Basic, true, r#"{"username":"a","password":"b","signing_key":"hunter2"}"#).unwrap_err();
        assert!(!invalid.is_empty() && !invalid.contains("hunter2"), "{invalid}");
    }

    #[test]
    fn bot_has_a_token_or_a_url() {
        let check = |secret: &str| DestinationSecret::Bot.check(&Secret::new(secret).unwrap()).is_ok();
        assert!(check("123456:AB-c_9\n") && check("https://bots.example.com/bot1:a"));
        assert!(!check("123456") && !check("bot1:a") && !check("http://bots.example.com/bot1:a"));
    }
}
