use std::sync::Arc;

use lambda_runtime::Diagnostic;

use crate::port_error::PortError;
use crate::variables::InvalidConfiguration;

/// The largest object that is read. Terraform has the same limit.
pub const MAX_CONFIGURATION_BYTES: usize = 4 * 1024 * 1024;

/// Why a function cannot use the object with its configuration.
///
/// Clones share the sources, because the error of one attempt rejects several requests.
#[derive(Debug, Clone, thiserror::Error)]
pub enum ConfigurationError {
    /// The bucket or the version of the object does not exist.
    #[error("there is no `{object}`: {source}; apply and release a new version of the function")]
    Missing {
        /// The location and the version.
        object: String,
        /// The failed call.
        source: PortError,
    },
    /// S3 did not respond in time, or rejected the request. S3 rejects the request for a missing version too, because the
    /// functions may not list the bucket.
    #[error(
        "`{object}` is not readable: {source}; restore the permission s3:GetObjectVersion. If the version is missing, \
         apply and release a new version of the function"
    )]
    Unreadable {
        /// The location and the version.
        object: String,
        /// The failed call.
        source: PortError,
    },
    /// The object has another hash than the environment.
    #[error("`{object}` has the SHA-256 {actual}, not {expected}; apply and release a new version of the function")]
    Altered {
        /// The location and the version.
        object: String,
        /// The hash in the environment.
        expected: String,
        /// The hash of the object's content.
        actual: String,
    },
    /// The object is larger than any that Terraform writes.
    #[error(
        "`{object}` has more than {MAX_CONFIGURATION_BYTES} bytes; apply and release a new version of the function"
    )]
    TooLarge {
        /// The location and the version.
        object: String,
    },
    /// The object is not JSON with the values of variables.
    #[error("`{object}` is not an object in JSON: {source}")]
    Malformed {
        /// The location and the version.
        object: String,
        /// The error of the parser.
        source: Arc<serde_json::Error>,
    },
    /// The object was read, and its variables are invalid.
    #[error(transparent)]
    Invalid(InvalidConfiguration),
    /// The object was read, and the function cannot start with it.
    #[error("the function cannot start: {problem}")]
    Start {
        /// The problem.
        problem: String,
    },
}

impl ConfigurationError {
    /// Returns a stable reason code for logs and metrics.
    #[must_use]
    pub fn reason(&self) -> &'static str {
        match self {
            Self::Missing { .. } => "configuration_missing",
            Self::Unreadable { .. } => "configuration_unreadable",
            Self::Altered { .. } | Self::TooLarge { .. } => "configuration_altered",
            Self::Malformed { .. } | Self::Invalid(_) | Self::Start { .. } => "configuration_invalid",
        }
    }
}

/// The error of an invocation. Lambda counts it in the metric `Errors`, which has an alarm.
impl From<ConfigurationError> for Diagnostic {
    fn from(error: ConfigurationError) -> Self {
        Self { error_type: "ConfigurationUnavailable".to_owned(), error_message: error.to_string() }
    }
}
