//! Stored secrets: their form, their state, and how they are written to Secrets Manager.

use anyhow::{Context, Error, Result, anyhow, bail};
use aws_sdk_secretsmanager::Client;
use aws_sdk_secretsmanager::primitives::Blob;
use hookline_credentials::Field;
use hookline_github::{AppKey, Token};
use hookline_signature::{InvalidSecret, Secret, VerifyError};
use uuid::Uuid;

use crate::destination_secret::DestinationSecret;
use crate::source_scheme::SourceScheme;
use crate::target::{LocalStack, RecoverySecret, Target};

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

    /// Stores a value as the current version. Returns whether there was a current version, which is the previous one now.
    ///
    /// # Errors
    ///
    /// If the secret does not exist, or Secrets Manager does not confirm the value.
    pub async fn store(&self, name: &str, value: &[u8]) -> Result<bool> {
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
        let put = match std::str::from_utf8(value) {
            Ok(text) => put.secret_string(text),
            Err(_) => put.secret_binary(Blob::new(value)),
        };
        put.send().await.with_context(|| format!("cannot store secret `{name}`"))?;
        Ok(is_rotation)
    }
}

/// Returns the sender's key: of the local stack, or the stored secret where both sides share one.
///
/// # Errors
///
/// If the secret cannot be read or used.
pub async fn source_signing_key(target: &Target, source: &str, scheme: &SourceScheme) -> Result<Secret> {
    if let Some(stack) = LocalStack::running()?
        && stack.resources() == &target.resources
        && let Some(key) = stack.signing_key(source)
    {
        return Ok(Secret::new(key)?);
    }
    let name = target.resources.source_secret_name(source);
    let value = SecretStore::new(&target.sdk).read(&name, Version::Current).await?;
    let secret = SecretForm::Source(scheme.clone()).parse(value);
    secret.map_err(|fault| anyhow!("the secret `{name}` cannot be used: {}", fault.reason()))
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
        let value = value.ok_or(SecretFault::Missing)?;
        let secret = match self {
            Self::Destination(_) => Secret::from_stored_values(value),
            Self::Source(_) | Self::Recovery(_) => Secret::from_stored(value),
        };
        let secret = secret.map_err(|invalid| match invalid {
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
            Self::Destination(destination) => destination.check(secret),
            Self::Recovery(RecoverySecret::Token) => {
                Token::parse(secret.expose()).map(|_| ()).map_err(|error| error.to_string())
            }
            Self::Recovery(RecoverySecret::AppKey) => {
                AppKey::from_pem(secret.expose()).map(|_| ()).map_err(|error| error.to_string())
            }
        }
    }

    /// Returns the value to store, which [`SecretForm::parse`] reads as this secret. An object with several values stays one.
    #[must_use]
    pub fn to_stored(&self, secret: &Secret) -> Vec<u8> {
        let is_same = || self.parse(Some(secret.expose().to_vec())).is_ok_and(|other| other.matches(secret));
        match self {
            Self::Destination(_) if is_same() => secret.expose().to_vec(),
            _ => secret.to_stored().to_vec(),
        }
    }

    /// Returns the values of the secret. Empty: the secret is one value without a name.
    #[must_use]
    pub fn fields(&self) -> Vec<Field> {
        match self {
            Self::Destination(destination) => destination.fields(),
            Self::Source(_) | Self::Recovery(_) => Vec::new(),
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
mod tests;
