//! Why a request is not queued: status, public text and the log's reason of each, declared together. The public text
//! never says why a signature failed.

use hookline_secrets::SecretsError;
use hookline_signature::VerifyError;

use crate::payload::KeepError;
use crate::queue::SendError;

/// Why a request is not queued.
#[derive(Debug, thiserror::Error)]
pub enum Rejection {
    /// The signature is missing, malformed or wrong.
    #[error("not authentic: {0}")]
    NotAuthentic(#[source] VerifyError),
    /// `POST /events` reached the function without a caller: the API has lost its authorizer.
    #[error("the authorizer gave no caller")]
    NoCaller,
    /// The gateway's base64 is broken.
    #[error("the body is not base64")]
    BadBase64,
    /// Verified, but empty.
    #[error("the body is empty")]
    EmptyBody,
    /// Verified, but not the JSON that it is declared to be.
    #[error("the body is declared as JSON and is not: {0}")]
    NotJson(#[source] serde_json::Error),
    /// Verified and declared as JSON, which is UTF-8, and is not even that.
    #[error("the body is declared as JSON and is not UTF-8: {0}")]
    NotUtf8(#[source] std::str::Utf8Error),
    /// An authenticated caller named its event in a way that cannot be used.
    #[error("header {header} is malformed")]
    BadHeader {
        /// The header's name.
        header: &'static str,
    },
    /// No such source, or no such method.
    #[error("no such source")]
    UnknownSource,
    /// Larger than can be queued or kept.
    #[error("{bytes} bytes are more than {limit}")]
    TooLarge {
        /// Bytes of the body.
        bytes: usize,
        /// The most that can be kept.
        limit: usize,
    },
    /// The content type is not one that the source may send.
    #[error("the content type is not accepted")]
    UnsupportedType,
    /// The body is compressed.
    #[error("the content encoding is not accepted")]
    UnsupportedEncoding,
    /// The secret could not be had, is missing or blank.
    #[error(transparent)]
    Secrets(#[from] SecretsError),
    /// The secret is there, but is no key of the source's scheme.
    #[error(transparent)]
    UnusableSecret(VerifyError),
    /// The bucket for large bodies did not confirm.
    #[error(transparent)]
    Bucket(#[from] KeepError),
    /// The queue did not confirm.
    #[error(transparent)]
    Queue(#[from] SendError),
    /// The function's time is over.
    #[error("out of time")]
    OutOfTime,
    /// A fault of our own.
    #[error("internal fault")]
    Internal,
}

impl Rejection {
    /// The status, the public detail and the word for logs.
    #[must_use]
    pub fn parts(&self) -> (u16, &'static str, &'static str) {
        match self {
            Self::NotAuthentic(error) => (401, "The request could not be authenticated.", error.reason()),
            Self::NoCaller => (401, "The request could not be authenticated.", "no_caller"),
            Self::BadBase64 => (400, "The body is not valid base64.", "bad_base64"),
            Self::EmptyBody => (400, "The body is empty.", "empty_body"),
            Self::NotJson(_) | Self::NotUtf8(_) => (400, "The body is declared as JSON, but is not.", "not_json"),
            Self::BadHeader { .. } => (400, "Ce-Id or Ce-Type is malformed.", "bad_header"),
            Self::UnknownSource => (404, "There is no such source.", "unknown_source"),
            Self::TooLarge { .. } => (413, "The body is larger than can be kept.", "too_large"),
            Self::UnsupportedType => (415, "The content type is not accepted here.", "unsupported_type"),
            Self::UnsupportedEncoding => (415, "Only an uncompressed body is accepted.", "unsupported_encoding"),
            Self::Secrets(error) => (503, "The service cannot verify requests now; send it again.", error.reason()),
            Self::UnusableSecret(error) => {
                (503, "The service cannot verify requests now; send it again.", error.reason())
            }
            Self::Queue(_) => (503, "The service cannot queue events now; send it again.", "queue_unavailable"),
            Self::Bucket(_) => (503, "The service cannot keep large bodies now; send it again.", "bucket_unavailable"),
            Self::OutOfTime => (503, "The service did not finish in time; send it again.", "out_of_time"),
            Self::Internal => (500, "The service failed.", "internal"),
        }
    }
}

impl From<VerifyError> for Rejection {
    fn from(error: VerifyError) -> Self {
        match error {
            VerifyError::EmptyBody => Self::EmptyBody,
            VerifyError::NoSecret | VerifyError::UnusableSecret { .. } => Self::UnusableSecret(error),
            error => Self::NotAuthentic(error),
        }
    }
}
