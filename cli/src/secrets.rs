//! Stored secrets: their form, their state, and how they are written to Secrets Manager.

use anyhow::{Context, Error, Result, bail};
use aws_sdk_secretsmanager::Client;
use aws_sdk_secretsmanager::primitives::Blob;
use hookline_github::{AppKey, Token};
use hookline_signature::{InvalidSecret, Message, Secret, VerifyError};
use url::Url;
use uuid::Uuid;

use crate::source_scheme::SourceScheme;
use crate::target::{DestinationSecret, RecoverySecret};

/// The version of a secret.
/// <https://docs.aws.amazon.com/secretsmanager/latest/userguide/whats-in-a-secret.html#term_version>
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Version {
    /// The current version.
    Current,
    /// The version before the last rotation. The functions accept it too.
    Previous,
}

/// The secrets of a deployment.
pub struct SecretStore(Client);

impl SecretStore {
    /// Creates a client.
    #[must_use]
    pub fn new(sdk: &aws_types::SdkConfig) -> Self {
        Self(Client::new(sdk))
    }

    /// Returns the stored value, or `None` if the secret or the version does not exist.
    ///
    /// # Errors
    ///
    /// If Secrets Manager does not return the value.
    pub async fn read(&self, name: &str, version: Version) -> Result<Option<Vec<u8>>> {
        let stage = match version {
            Version::Current => "AWSCURRENT",
            Version::Previous => "AWSPREVIOUS",
        };
        let value = match self.0.get_secret_value().secret_id(name).version_stage(stage).send().await {
            Ok(value) => value,
            Err(error) if error.as_service_error().is_some_and(|error| error.is_resource_not_found_exception()) => {
                return Ok(None);
            }
            Err(error) => return Err(Error::new(error).context(format!("cannot read secret `{name}`"))),
        };
        let binary = || value.secret_binary.map(Blob::into_inner);
        Ok(value.secret_string.map(String::into_bytes).or_else(binary))
    }

    /// Stores a secret as the current version. Returns whether there was a current version, which is the previous one now.
    ///
    /// # Errors
    ///
    /// If the secret does not exist, or Secrets Manager does not confirm the value.
    pub async fn store(&self, name: &str, secret: &Secret) -> Result<bool> {
        let description = match self.0.describe_secret().secret_id(name).send().await {
            Ok(description) => description,
            Err(error) if error.as_service_error().is_some_and(|error| error.is_resource_not_found_exception()) => {
                bail!("there is no secret `{name}`: apply the Terraform configuration first, which creates it")
            }
            Err(error) => return Err(Error::new(error).context(format!("cannot read the versions of secret `{name}`"))),
        };
        let versions = description.version_ids_to_stages.unwrap_or_default();
        let is_rotation = versions.values().flatten().any(|stage| stage == "AWSCURRENT");
        // With the same token, Secrets Manager stores the value once, even if the SDK repeats the request.
        let put = self.0.put_secret_value().secret_id(name).client_request_token(Uuid::new_v4().to_string());
        let value = secret.to_stored();
        let put = match std::str::from_utf8(&value) {
            Ok(text) => put.secret_string(text),
            Err(_) => put.secret_binary(Blob::new(&value[..])),
        };
        put.send().await.with_context(|| format!("cannot store secret `{name}`"))?;
        Ok(is_rotation)
    }
}

/// What a secret must be.
#[derive(Debug, Clone)]
pub enum SecretForm {
    /// A key of a source's scheme.
    Source(SourceScheme),
    /// What the kind of a destination needs.
    Destination(DestinationSecret),
    /// What the recovery of a source needs.
    Recovery(RecoverySecret),
}

/// The reason why a stored value cannot be used. It never contains the value.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum SecretFault {
    /// There is no value.
    Missing,
    /// The value is empty or white space.
    Empty,
    /// The value has another form than the sender or receiver needs.
    Unusable(String),
    /// The value could not be read.
    Unreadable(String),
}

impl SecretFault {
    /// Returns the name of the state, for tables and JSON.
    #[must_use]
    pub fn name(&self) -> &'static str {
        match self {
            Self::Missing => "missing",
            Self::Empty => "empty",
            Self::Unusable(_) => "unusable",
            Self::Unreadable(_) => "unreadable",
        }
    }

    /// Returns the reason.
    #[must_use]
    pub fn reason(&self) -> &str {
        match self {
            Self::Missing => "the secret has no value",
            Self::Empty => "the secret is empty or blank",
            Self::Unusable(reason) | Self::Unreadable(reason) => reason,
        }
    }
}

impl SecretForm {
    /// Returns the secret in a stored value, as the functions read it.
    ///
    /// # Errors
    ///
    /// If the value cannot be used.
    pub fn parse(&self, value: Option<Vec<u8>>) -> Result<Secret, SecretFault> {
        let secret = Secret::from_stored(value.ok_or(SecretFault::Missing)?).map_err(|invalid| match invalid {
            InvalidSecret::Blank => SecretFault::Empty,
            invalid => SecretFault::Unusable(invalid.to_string()),
        })?;
        self.check(&secret).map_err(SecretFault::Unusable)?;
        Ok(secret)
    }

    fn check(&self, secret: &Secret) -> Result<(), String> {
        match self {
            Self::Source(source) => source.scheme.check_secret(secret).map_err(|error| match error {
                VerifyError::UnusableSecret { problem } => problem.to_owned(),
                error => error.to_string(),
            }),
            Self::Destination(DestinationSecret::WebhookUrl) => {
                let url = std::str::from_utf8(secret.expose()).ok().and_then(|text| Url::parse(text.trim()).ok());
                let is_webhook = url.is_some_and(|url| {
                    url.scheme() == "https" && url.has_host() && url.username().is_empty() && url.password().is_none()
                });
                if is_webhook { Ok(()) } else { Err("it is not the https URL of a channel's webhook".to_owned()) }
            }
            Self::Recovery(RecoverySecret::Token) => {
                Token::parse(secret.expose()).map(|_| ()).map_err(|error| error.to_string())
            }
            Self::Recovery(RecoverySecret::AppKey) => {
                AppKey::from_pem(secret.expose()).map(|_| ()).map_err(|error| error.to_string())
            }
            Self::Destination(DestinationSecret::SigningKey) => {
                let standard = SourceScheme::of_sender("standard").map_err(|error| error.to_string())?;
                let message = Message { body: b"{}", id: "check", ..Message::default() };
                standard.scheme.sign(message, secret).map(|_| ()).map_err(|error| error.problem.to_owned())
            }
        }
    }

    /// Returns a hint if the secret can be a key, but differs from those that the sender issues.
    #[must_use]
    pub fn hint(&self, secret: &Secret) -> Option<&'static str> {
        let text = std::str::from_utf8(secret.expose()).unwrap_or_default();
        if let Self::Recovery(RecoverySecret::Token) = self {
            let is_of_installation = Token::parse(secret.expose()).is_ok_and(|token| token.is_of_installation());
            return is_of_installation.then_some(
                "the token of an installation expires after one hour; set `app_id` and store the App's key",
            );
        }
        let is_hex = |length| text.len() == length && text.bytes().all(|byte| byte.is_ascii_hexdigit());
        let Self::Source(SourceScheme { sender: Some(sender), .. }) = self else { return None };
        match sender.as_str() {
            "stripe" if !text.starts_with("whsec_") => {
                Some("a signing secret of Stripe starts with whsec_; an API key does not verify webhooks")
            }
            "slack" if !is_hex(32) => {
                Some("a signing secret of Slack has 32 hexadecimal digits; a token does not verify requests")
            }
            "twilio" if !is_hex(32) => {
                Some("Twilio signs with the account's primary auth token, which has 32 hexadecimal digits")
            }
            _ => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn form(sender: &str) -> SecretForm {
        SecretForm::Source(SourceScheme::of_sender(sender).unwrap())
    }

    #[track_caller]
    fn stored(form: &SecretForm, value: &str, expected: Result<&str, &str>) {
        let secret = form.parse(Some(value.as_bytes().to_vec()));
        let secret = secret.as_ref().map(|secret| std::str::from_utf8(secret.expose()).unwrap());
        assert_eq!(secret.map_err(SecretFault::name), expected, "{value:?}");
    }

    #[test]
    fn value_is_read_as_the_functions_read_it() {
        let github = form("github");
        assert_eq!(github.parse(None).unwrap_err(), SecretFault::Missing);
        stored(&github, "not-a-real-key\r\n", Ok("not-a-real-key"));
        stored(&github, "{\"secret\":\"not-a-real-key\"}", Ok("not-a-real-key"));
        stored(&github, "{\"SecretString\":\"not-a-real-key\\n\"}\r\n", Ok("not-a-real-key"));
        stored(&github, "\"not-a-real-key\"\n", Ok("not-a-real-key"));
        stored(&github, "'not-a-real-key'", Ok("not-a-real-key"));
        stored(&github, "\u{feff}not-a-real-key\r\n", Ok("not-a-real-key"));
        stored(&github, "[\"not-a-real-key\"]", Err("unusable"));
        stored(&github, "", Err("empty"));
        stored(&github, " \n", Err("empty"));
        stored(&github, "short", Err("unusable"));
        stored(&github, "{\"a\":\"not-a-real-key\",\"b\":\"not-a-real-key\"}", Err("unusable"));
    }

    #[test]
    fn value_must_be_a_key_of_the_scheme() {
        let standard = form("standard");
        for key in ["whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw\n", "MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"] {
            stored(&standard, key, Ok(key.trim_end()));
        }
        stored(&standard, "whsec_not base64", Err("unusable"));
        stored(&form("gitlab"), "not base64", Ok("not base64"));
    }

    #[test]
    fn secret_of_a_destination_is_a_url_or_a_signing_key() {
        let url = SecretForm::Destination(DestinationSecret::WebhookUrl);
        stored(&url, "https://hooks.example.com/services/T/B/x\n", Ok("https://hooks.example.com/services/T/B/x"));
        for invalid in ["http://hooks.example.com/x", "hooks.example.com/x", "https://user@hooks.example.com/x"] {
            stored(&url, invalid, Err("unusable"));
        }
        let key = SecretForm::Destination(DestinationSecret::SigningKey);
        stored(&key, "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw", Ok("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"));
        stored(&key, "whpk_A6EHv/POEL4dcN0Y50vAmWfk1jCbpQ1fHdyGZBJVMbg=", Err("unusable"));
    }

    #[test]
    fn secret_of_a_recovery_is_a_token_or_the_key_of_an_app() {
        const APP_KEY: &str = include_str!("../../crates/github/tests/keys/app-pkcs1.pem");
        let (token, key) = (SecretForm::Recovery(RecoverySecret::Token), SecretForm::Recovery(RecoverySecret::AppKey));
        stored(&token, "github_pat_not_a_real_token\n", Ok("github_pat_not_a_real_token"));
        stored(&token, APP_KEY, Err("unusable"));
        stored(&token, "not a token", Err("unusable"));
        stored(&key, APP_KEY, Ok(APP_KEY.trim_end()));
        stored(&key, &serde_json::json!({ "key": APP_KEY }).to_string(), Ok(APP_KEY.trim_end()));
        stored(&key, "github_pat_not_a_real_token", Err("unusable"));
        // The prompt reads one line.
        stored(&key, "-----BEGIN RSA PRIVATE KEY-----", Err("unusable"));
        let hint = |text: &str| token.hint(&Secret::new(text).unwrap());
        assert!(hint("ghs_not_a_real_token").is_some() && hint("github_pat_not_a_real_token").is_none());
    }

    #[test]
    fn reason_never_contains_the_value() {
        let recovery = [RecoverySecret::Token, RecoverySecret::AppKey].map(SecretForm::Recovery);
        let others = [form("standard"), SecretForm::Destination(DestinationSecret::WebhookUrl)];
        for form in others.into_iter().chain(recovery) {
            let fault = form.parse(Some(b"hunter2-hunter2 not a key".to_vec())).unwrap_err();
            assert!(!fault.reason().is_empty() && !fault.reason().contains("hunter2"), "{fault:?}");
        }
    }

    #[test]
    fn unusual_key_of_a_sender_gives_a_hint() {
        let hint = |scheme, secret: &str| form(scheme).hint(&Secret::new(secret).unwrap()).is_some();
        assert!(hint("stripe", "not-a-real-api-key") && !hint("stripe", "whsec_not-a-real-key"));
        assert!(hint("slack", "xoxb-not-a-real-token") && !hint("slack", "0123456789abcdef0123456789abcdef"));
        assert!(hint("twilio", "0123456789abcdef") && !hint("twilio", "0123456789ABCDEF0123456789abcdef"));
        assert!(!hint("github", "not-a-real-key"));
    }
}
