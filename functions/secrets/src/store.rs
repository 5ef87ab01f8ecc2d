use std::future::Future;

use aws_sdk_secretsmanager::Client;
use aws_sdk_secretsmanager::error::{ProvideErrorMetadata, SdkError};
use aws_sdk_secretsmanager::operation::get_secret_value::GetSecretValueError;
use hookline_environment::describe;
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

/// Why a secret's value could not be had.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum GetSecretError {
    /// The store did not answer, or not in time, or has too much to do: what is known already may be used for a while.
    #[error("no answer: {detail}")]
    Unanswered {
        /// What the SDK says, without the answer.
        detail: String,
    },
    /// The store refuses: the secret is to be deleted, or is not ours to read any more. What is known must not be used.
    #[error("refused: {detail}")]
    Refused {
        /// What the store says.
        detail: String,
    },
}

/// Why a source or a destination has no secrets: always a fault of ours, never another's.
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
    /// The store did not answer or refuses.
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
            Err(error) => return Err(classify(&error)),
        };
        let text = value.secret_string.map(String::into_bytes);
        Ok(text.or_else(|| value.secret_binary.map(|binary| binary.into_inner())))
    }
}

fn classify(error: &SdkError<GetSecretValueError>) -> GetSecretError {
    let detail = describe(error);
    let throttled = error.code().is_some_and(|code| code.contains("Throttl") || code == "TooManyRequestsException");
    match error {
        SdkError::ServiceError(service) if !throttled && service.raw().status().is_client_error() => {
            GetSecretError::Refused { detail }
        }
        _ => GetSecretError::Unanswered { detail },
    }
}

/// The secrets of an owner.
#[derive(Debug)]
pub(crate) struct Fetched {
    pub(crate) secrets: Vec<Secret>,
    /// Whether the store has answered for both versions.
    pub(crate) whole: bool,
}

/// The current secret, which has to be there, and the previous one, which may be.
pub(crate) async fn fetch(store: &impl GetSecret, name: &str) -> Result<Fetched, SecretsError> {
    let (current, previous) =
        tokio::join!(store.get_secret(name, Stage::Current), store.get_secret(name, Stage::Previous));
    let current = current.map_err(|source| SecretsError::Unavailable { name: name.to_owned(), source })?;
    let current = current.ok_or_else(|| SecretsError::Missing { name: name.to_owned() })?;
    let current = Secret::new(current).map_err(|_| SecretsError::Blank { name: name.to_owned() })?;
    let whole = previous.is_ok();
    let previous = previous.ok().flatten().and_then(|value| Secret::new(value).ok());
    Ok(Fetched { secrets: std::iter::once(current).chain(previous).collect(), whole })
}
