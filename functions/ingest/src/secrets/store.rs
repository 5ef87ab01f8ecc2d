use std::future::Future;

use aws_sdk_secretsmanager::Client;
use aws_sdk_secretsmanager::error::DisplayErrorContext;
use hookline_signature::Secret;

/// Which version of a secret.
///
/// <https://docs.aws.amazon.com/secretsmanager/latest/userguide/whats-in-a-secret.html#term_version>
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Stage {
    /// The one in force.
    Current,
    /// The one before the last rotation.
    Previous,
}

impl Stage {
    fn label(self) -> &'static str {
        match self {
            Self::Current => "AWSCURRENT",
            Self::Previous => "AWSPREVIOUS",
        }
    }
}

/// The secret store did not answer.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{detail}")]
pub struct GetSecretError {
    /// What the SDK says, after its own attempts. It never holds a secret's value.
    pub detail: String,
}

/// Why a source has no secrets: always a fault of ours, never the sender's.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum SecretsError {
    /// The secret does not exist or has no value yet.
    #[error("secret {name} has no value: fill it")]
    Missing {
        /// The secret's name.
        name: String,
    },
    /// The value is empty or white space.
    #[error("secret {name} is blank: fill it")]
    Blank {
        /// The secret's name.
        name: String,
    },
    /// The store did not answer.
    #[error("secret {name} could not be read: {source}")]
    Unavailable {
        /// The secret's name.
        name: String,
        /// What the store said.
        source: GetSecretError,
    },
}

impl SecretsError {
    /// A stable word for logs and metrics.
    #[must_use]
    pub fn reason(&self) -> &'static str {
        match self {
            Self::Missing { .. } => "secret_missing",
            Self::Blank { .. } => "secret_blank",
            Self::Unavailable { .. } => "secret_unavailable",
        }
    }
}

/// Reads one version of a secret.
pub trait GetSecret: Send + Sync + 'static {
    /// `None` if the secret or this version of it does not exist.
    fn get_secret(
        &self,
        name: &str,
        stage: Stage,
    ) -> impl Future<Output = Result<Option<Vec<u8>>, GetSecretError>> + Send;
}

impl GetSecret for Client {
    async fn get_secret(&self, name: &str, stage: Stage) -> Result<Option<Vec<u8>>, GetSecretError> {
        let value = match self.get_secret_value().secret_id(name).version_stage(stage.label()).send().await {
            Ok(value) => value,
            Err(error) if error.as_service_error().is_some_and(|it| it.is_resource_not_found_exception()) => {
                return Ok(None);
            }
            Err(error) => return Err(GetSecretError { detail: DisplayErrorContext(error).to_string() }),
        };
        let text = value.secret_string.map(String::into_bytes);
        Ok(text.or_else(|| value.secret_binary.map(|binary| binary.into_inner())))
    }
}

/// The current secret, which has to be there, and the previous one, which may be.
pub(super) async fn fetch(store: &impl GetSecret, name: &str) -> Result<Vec<Secret>, SecretsError> {
    let unavailable = |source| SecretsError::Unavailable { name: name.to_owned(), source };
    let (current, previous) =
        tokio::join!(store.get_secret(name, Stage::Current), store.get_secret(name, Stage::Previous));
    let current = current.map_err(unavailable)?.ok_or_else(|| SecretsError::Missing { name: name.to_owned() })?;
    let current = Secret::new(current).map_err(|_| SecretsError::Blank { name: name.to_owned() })?;
    let previous = previous.map_err(unavailable)?.and_then(|value| Secret::new(value).ok());
    Ok(std::iter::once(current).chain(previous).collect())
}
