use std::future::Future;
use std::time::Duration;

use aws_sdk_secretsmanager::Client;
use aws_types::SdkConfig;
use hookline_signature::Secret;
use tokio::time::timeout;

use crate::failure::Failure;
use crate::port_error::PortError;

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
#[derive(Debug, Clone, thiserror::Error)]
pub enum GetSecretError {
    /// The store did not respond, or not in time, or is overloaded: what is known already may be used for a while.
    #[error("no response")]
    Unavailable {
        /// The failed call.
        source: PortError,
    },
    /// The store refuses: the secret is to be deleted, or may not be read any more. What is known must not be used.
    #[error("refused")]
    Rejected {
        /// The failed call.
        source: PortError,
    },
}

/// Why a source or a destination has no secrets: always a fault of ours, never another's.
#[derive(Debug, Clone, thiserror::Error)]
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
    /// The store did not respond or refuses.
    #[error("secret {name} could not be read: {source}: {}", .source.port())]
    Unavailable {
        /// The secret's name.
        name: String,
        /// What the store reported.
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

impl GetSecretError {
    fn port(&self) -> &PortError {
        match self {
            Self::Unavailable { source } | Self::Rejected { source } => source,
        }
    }
}

/// AWS Secrets Manager.
#[derive(Debug, Clone)]
pub struct SecretsManager(Client);

impl SecretsManager {
    /// Opens no connection yet.
    #[must_use]
    pub fn new(config: &SdkConfig) -> Self {
        Self(Client::new(config))
    }
}

impl GetSecret for SecretsManager {
    async fn get_secret(&self, name: &str, stage: Stage) -> Result<Option<Vec<u8>>, GetSecretError> {
        let get = self.0.get_secret_value().secret_id(name).version_stage(stage.label());
        let response = Box::pin(get.send()).await;
        let value = match response {
            Ok(value) => value,
            Err(error) if error.as_service_error().is_some_and(|it| it.is_resource_not_found_exception()) => {
                return Ok(None);
            }
            Err(error) => {
                let is_rejection = Failure::from_sdk_error(&error).is_rejection();
                let source = PortError::new("secretsmanager:GetSecretValue", error);
                let refused = |source| GetSecretError::Rejected { source };
                return Err(if is_rejection { refused(source) } else { GetSecretError::Unavailable { source } });
            }
        };
        let binary = || value.secret_binary.map(|binary| binary.into_inner());
        Ok(value.secret_string.map(String::into_bytes).or_else(binary))
    }
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
