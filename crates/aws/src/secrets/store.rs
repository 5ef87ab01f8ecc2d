use std::future::Future;
use std::time::Duration;

use aws_sdk_secretsmanager::Client;
use aws_types::SdkConfig;
use hookline_secret::{InvalidSecret, Secret};
use tokio::time::timeout;

use crate::failure::Failure;
use crate::port_error::PortError;

/// A version of a secret.
///
/// <https://docs.aws.amazon.com/secretsmanager/latest/userguide/whats-in-a-secret.html#term_version>
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Stage {
    /// The current version.
    Current,
    /// The version before the last rotation.
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

/// A secret's value could not be read.
#[derive(Debug, Clone, thiserror::Error)]
pub enum GetSecretError {
    /// The store did not respond in time, or is overloaded. Cached secrets may be used for some time.
    #[error("no response")]
    Unavailable {
        /// The failed call.
        source: PortError,
    },
    /// The store rejected the request: the secret is marked for deletion, or access is denied. Cached secrets must not
    /// be used.
    #[error("request rejected")]
    Rejected {
        /// The failed call.
        source: PortError,
    },
}

/// A source or a destination has no usable secret. The operator has to correct it; the sender cannot.
#[derive(Debug, Clone, thiserror::Error)]
pub enum SecretsError {
    /// The secret does not exist or has no value yet.
    #[error("secret `{name}` has no value; set one")]
    Missing {
        /// The secret's name.
        name: String,
    },
    /// The value is empty or white space.
    #[error("secret `{name}` is blank; set a value")]
    Blank {
        /// The secret's name.
        name: String,
    },
    /// The value cannot be a secret.
    #[error("secret `{name}` cannot be used: {source}")]
    Unusable {
        /// The secret's name.
        name: String,
        /// The problem, without the secret.
        source: InvalidSecret,
    },
    /// The store did not respond or rejected the request.
    #[error("cannot read secret `{name}`: {source}: {}", .source.port_error())]
    Unavailable {
        /// The secret's name.
        name: String,
        /// The store's error.
        source: GetSecretError,
    },
    /// The store did not return the newest version or the one before the last rotation, which may be the one that matches.
    #[error("cannot read the newest and the previous version of secret `{name}`")]
    NotRefreshed {
        /// The secret's name.
        name: String,
    },
}

impl SecretsError {
    /// Returns a stable reason code for logs and metrics.
    #[must_use]
    pub fn reason(&self) -> &'static str {
        match self {
            Self::Missing { .. } => "secret_missing",
            Self::Blank { .. } => "secret_blank",
            Self::Unusable { .. } => "secret_unusable",
            Self::Unavailable { .. } | Self::NotRefreshed { .. } => "secret_unavailable",
        }
    }
}

/// Reads one version of a secret.
pub trait GetSecret: Send + Sync + 'static {
    /// Returns the value, or `None` if the secret or this version does not exist.
    fn get_secret(
        &self,
        name: &str,
        stage: Stage,
    ) -> impl Future<Output = Result<Option<Vec<u8>>, GetSecretError>> + Send;
}

impl GetSecretError {
    fn port_error(&self) -> &PortError {
        match self {
            Self::Unavailable { source } | Self::Rejected { source } => source,
        }
    }
}

/// AWS Secrets Manager.
#[derive(Debug, Clone)]
pub struct SecretsManager(Client);

impl SecretsManager {
    /// Creates a client. It opens no connection yet.
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
            Err(error) if error.as_service_error().is_some_and(|error| error.is_resource_not_found_exception()) => {
                return Ok(None);
            }
            Err(error) => {
                let is_rejection = Failure::from_sdk_error(&error).is_rejection();
                let source = PortError::new("secretsmanager:GetSecretValue", error);
                return Err(if is_rejection {
                    GetSecretError::Rejected { source }
                } else {
                    GetSecretError::Unavailable { source }
                });
            }
        };
        let binary = || value.secret_binary.map(|binary| binary.into_inner());
        Ok(value.secret_string.map(String::into_bytes).or_else(binary))
    }
}

/// Timeout for reading the version before the last rotation.
const PREVIOUS_TIMEOUT: Duration = Duration::from_millis(500);

/// The versions of a secret that are cached or requested.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Versions {
    /// The current version, which is sufficient except for some time after a rotation.
    Current,
    /// The current and the previous version, or the knowledge that there is no previous one.
    Both,
}

/// Creates a secret from a stored value.
pub(crate) type FromStored = fn(Vec<u8>) -> Result<Secret, InvalidSecret>;

/// The secrets that the store returned for an owner.
#[derive(Debug)]
pub(crate) struct FetchedSecrets {
    pub(crate) secrets: Vec<Secret>,
    /// The versions for which the store has responded.
    pub(crate) versions: Versions,
    /// Whether the previous version was not requested, because the current one is the known one.
    pub(crate) is_unchanged: bool,
}

/// Reads the current version of a secret, which is required, and if requested the previous one, which is optional.
///
/// `known` are both versions as the store returned them earlier. If the current version is still the same, it was not
/// rotated, and one request is sufficient.
pub(crate) async fn fetch(
    store: &impl GetSecret,
    name: &str,
    from_stored: FromStored,
    requested: Versions,
    known: Option<&[Secret]>,
) -> Result<FetchedSecrets, SecretsError> {
    let current = store.get_secret(name, Stage::Current).await;
    let current = current.map_err(|source| SecretsError::Unavailable { name: name.to_owned(), source })?;
    let current = current.ok_or_else(|| SecretsError::Missing { name: name.to_owned() })?;
    let current = from_stored(current).map_err(|invalid| match invalid {
        InvalidSecret::Blank => SecretsError::Blank { name: name.to_owned() },
        source => SecretsError::Unusable { name: name.to_owned(), source },
    })?;
    if requested == Versions::Current {
        return Ok(FetchedSecrets { secrets: vec![current], versions: requested, is_unchanged: false });
    }
    if let Some(known) = known.filter(|known| known.first().is_some_and(|first| first.matches(&current))) {
        return Ok(FetchedSecrets { secrets: known.to_vec(), versions: requested, is_unchanged: true });
    }
    // The two requests are sequential and share one connection. The previous version is rarely needed, so its timeout
    // is shorter.
    let previous = timeout(PREVIOUS_TIMEOUT, store.get_secret(name, Stage::Previous)).await;
    let versions = if matches!(previous, Ok(Ok(_))) { Versions::Both } else { Versions::Current };
    let previous = previous.ok().and_then(Result::ok).flatten().and_then(|value| from_stored(value).ok());
    Ok(FetchedSecrets { secrets: std::iter::once(current).chain(previous).collect(), versions, is_unchanged: false })
}
