use std::future::Future;
use std::time::Duration;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use hookline_aws::{AwsError, Client, Operation, SECRETS_MANAGER};
use hookline_signature::Secret;
use serde::Deserialize;
use serde_json::json;
use tokio::time::timeout;

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
    /// The store did not answer for the version before the last rotation, which may be the one that fits.
    #[error("the previous version of secret {name} could not be read")]
    PreviousUnavailable {
        /// The secret's name.
        name: String,
    },
}

impl SecretsError {
    /// A stable word for logs and metrics.
    #[must_use]
    pub fn reason(&self) -> &'static str {
        match self {
            Self::Missing { .. } => "secret_missing",
            Self::Blank { .. } => "secret_blank",
            Self::Unavailable { .. } | Self::PreviousUnavailable { .. } => "secret_unavailable",
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

/// What is answered, of which one is there.
#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct SecretValue {
    secret_string: Option<String>,
    secret_binary: Option<String>,
}

impl GetSecret for Client {
    async fn get_secret(&self, name: &str, stage: Stage) -> Result<Option<Vec<u8>>, GetSecretError> {
        let asked = json!({ "SecretId": name, "VersionStage": stage.label() });
        let value: SecretValue =
            match self.call(Operation::json(SECRETS_MANAGER, "GetSecretValue", asked.to_string())).await {
                Ok(value) => value,
                Err(error) if error.code() == Some("ResourceNotFoundException") => return Ok(None),
                Err(error) => return Err(classify(&error)),
            };
        if let Some(text) = value.secret_string {
            return Ok(Some(text.into_bytes()));
        }
        let binary = value.secret_binary.map(|binary| STANDARD.decode(binary)).transpose();
        binary.map_err(|_| GetSecretError::Unanswered { detail: "SecretBinary is not base64".to_owned() })
    }
}

fn classify(error: &AwsError) -> GetSecretError {
    let detail = error.to_string();
    if error.is_client_error() && !error.is_throttling() {
        return GetSecretError::Refused { detail };
    }
    GetSecretError::Unanswered { detail }
}

/// How long the version before the last rotation may take.
const PREVIOUS: Duration = Duration::from_secs(1);

/// Which versions of a secret are known, or are to be asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Versions {
    /// The one in force, which is all that is needed but for the time after a rotation.
    Current,
    /// The one before it too, or that there is none.
    Both,
}

/// The secrets of an owner.
#[derive(Debug)]
pub(crate) struct Fetched {
    pub(crate) secrets: Vec<Secret>,
    /// For which versions the store has answered.
    pub(crate) answered: Versions,
}

/// The current secret, which has to be there, and, if it is asked for, the previous one, which may be.
pub(crate) async fn fetch(store: &impl GetSecret, name: &str, asked: Versions) -> Result<Fetched, SecretsError> {
    let current = store.get_secret(name, Stage::Current).await;
    let current = current.map_err(|source| SecretsError::Unavailable { name: name.to_owned(), source })?;
    let current = current.ok_or_else(|| SecretsError::Missing { name: name.to_owned() })?;
    let current = Secret::new(current).map_err(|_| SecretsError::Blank { name: name.to_owned() })?;
    if asked == Versions::Current {
        return Ok(Fetched { secrets: vec![current], answered: asked });
    }
    // One after the other, over one connection. It is seldom needed: a request does not wait for it as long as for the
    // current one.
    let previous = timeout(PREVIOUS, store.get_secret(name, Stage::Previous)).await;
    let answered = if matches!(previous, Ok(Ok(_))) { Versions::Both } else { Versions::Current };
    let previous = previous.ok().and_then(Result::ok).flatten().and_then(|value| Secret::new(value).ok());
    Ok(Fetched { secrets: std::iter::once(current).chain(previous).collect(), answered })
}
