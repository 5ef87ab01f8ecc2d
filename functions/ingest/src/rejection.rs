//! The reasons why a request is not accepted.
//!
//! Each [`Rejection`] has one line in [`Rejection::public_error`]: the status, the text for the sender, and the reason
//! code for logs and metrics. The text never explains why a signature is wrong. The status determines the log level,
//! the outcome code and the metric ([`PublicError::outcome`]).

use hookline_aws::{ConfigurationError, PortError, SecretsError};
use hookline_signature::VerifyError;
use hookline_telemetry::{Level, Metric};

/// The reason why a request is not accepted.
#[derive(Debug, thiserror::Error)]
pub enum Rejection {
    /// The signature is missing, malformed or wrong.
    #[error("the request is not authentic: {0}")]
    NotAuthentic(#[source] VerifyError),
    /// `POST /events` reached the function without a caller: the API has lost its authorizer.
    #[error("the authorizer context has no `client_id`")]
    CallerMissing,
    /// The gateway's base64 is invalid.
    #[error("the body is not valid base64")]
    InvalidBase64,
    /// The body is verified, but empty.
    #[error("the body is empty")]
    EmptyBody,
    /// The body is verified and declared as JSON, but is not valid JSON.
    #[error("the body is declared as JSON, but is not valid JSON: {0}")]
    InvalidJson(#[source] serde_json::Error),
    /// The body is verified and declared as JSON, but is not valid UTF-8.
    #[error("the body is declared as JSON, but is not valid UTF-8: {0}")]
    InvalidUtf8(#[source] std::str::Utf8Error),
    /// An authenticated caller sent an attribute in a header that CloudEvents does not allow or that is too long.
    #[error("header `{header}` is malformed")]
    InvalidHeader {
        /// The header's name.
        header: &'static str,
    },
    /// An authenticated caller sent a body in the structured mode of CloudEvents that is not a valid CloudEvent.
    #[error("the CloudEvent is invalid: {problem}")]
    InvalidCloudEvent {
        /// The problem, for the caller.
        problem: &'static str,
    },
    /// An authenticated caller sent a batch of CloudEvents.
    #[error("a batch of CloudEvents is not accepted")]
    UnsupportedBatch,
    /// The API has no such source or no such method.
    #[error("unknown source or method")]
    UnknownSource,
    /// A GET or HEAD request is not a handshake of the source's sender.
    #[error("the request is not a handshake of the sender")]
    UnknownHandshake,
    /// A handshake has a value that cannot be returned.
    #[error("the handshake has no response: {0}")]
    InvalidChallenge(#[source] VerifyError),
    /// The body is larger than can be stored.
    #[error("the body has {base64_bytes} bytes in base64, the limit is {limit}")]
    BodyTooLarge {
        /// The size of the body, in bytes of base64.
        base64_bytes: usize,
        /// The largest accepted size.
        limit: usize,
    },
    /// The source may not send this content type.
    #[error("the content type is not accepted")]
    UnsupportedContentType,
    /// The body is compressed, and it would have to be read.
    #[error("the content encoding is not accepted")]
    UnsupportedContentEncoding,
    /// The secret is missing or blank, or the secret store did not return it.
    #[error(transparent)]
    Secrets(#[from] SecretsError),
    /// The secret exists, but is not a valid key for the source's scheme.
    #[error(transparent)]
    UnusableSecret(VerifyError),
    /// The payload bucket did not confirm the object.
    #[error("the payload bucket did not confirm the object: {0}")]
    PayloadStore(#[source] PortError),
    /// The queue did not confirm the message.
    #[error("the queue did not confirm the message: {0}")]
    Queue(#[source] PortError),
    /// The gateway's event has neither of the two formats.
    #[error("the gateway event is malformed at line {line}, column {column}")]
    MalformedEvent {
        /// The line of the first error. The content is not logged: it may contain a secret.
        line: usize,
        /// The column of the first error.
        column: usize,
    },
    /// The function has no configuration.
    #[error(transparent)]
    Configuration(#[from] ConfigurationError),
    /// The request was not finished before the function's deadline.
    #[error("the function's deadline is exceeded")]
    DeadlineExceeded,
    /// An error in Hookline itself, such as a panic.
    #[error("internal error")]
    Internal,
}

impl Rejection {
    pub(crate) fn malformed_event(error: &serde_json::Error) -> Self {
        Self::MalformedEvent { line: error.line(), column: error.column() }
    }

    /// Returns the status and text for the sender and the reason code for logs and metrics.
    #[must_use]
    pub fn public_error(&self) -> PublicError {
        const NOT_AUTHENTIC: &str = "The request could not be authenticated.";
        const CANNOT_VERIFY: &str = "The service cannot verify requests now; send the request again.";
        let (status, detail, reason_code) = match self {
            Self::NotAuthentic(error) => (401, NOT_AUTHENTIC, error.reason()),
            Self::CallerMissing => (401, NOT_AUTHENTIC, "caller_missing"),
            Self::InvalidBase64 => (400, "The body is not valid base64.", "invalid_base64"),
            Self::EmptyBody => (400, "The body is empty.", "empty_body"),
            Self::InvalidJson(_) | Self::InvalidUtf8(_) => {
                (400, "The body is declared as JSON, but is not valid JSON.", "invalid_json")
            }
            Self::InvalidHeader { header } => (400, invalid_header(header), "invalid_header"),
            Self::InvalidCloudEvent { problem } => (400, *problem, "invalid_cloudevent"),
            Self::UnsupportedBatch => {
                (415, "A batch of CloudEvents is not accepted; send each event alone.", "unsupported_batch")
            }
            Self::UnknownSource => (404, "There is no such source.", "unknown_source"),
            Self::UnknownHandshake => {
                (400, "The request is not a handshake; send events with POST.", "unknown_handshake")
            }
            Self::InvalidChallenge(error) => (400, "The challenge is missing or malformed.", error.reason()),
            Self::BodyTooLarge { .. } => (413, "The body is larger than can be stored.", "body_too_large"),
            Self::UnsupportedContentType => (415, "The content type is not accepted.", "unsupported_content_type"),
            Self::UnsupportedContentEncoding => {
                (415, "Only an uncompressed body is accepted here.", "unsupported_content_encoding")
            }
            Self::Secrets(error) => (503, CANNOT_VERIFY, error.reason()),
            Self::UnusableSecret(error) => (503, CANNOT_VERIFY, error.reason()),
            Self::Configuration(error) => {
                (503, "The service cannot accept requests now; send the request again.", error.reason())
            }
            Self::Queue(_) => {
                (503, "The service cannot queue events now; send the request again.", "queue_unavailable")
            }
            Self::PayloadStore(_) => {
                (503, "The service cannot store large bodies now; send the request again.", "bucket_unavailable")
            }
            Self::DeadlineExceeded => {
                (503, "The service did not finish in time; send the request again.", "deadline_exceeded")
            }
            Self::MalformedEvent { .. } => (500, "The service failed.", "malformed_event"),
            Self::Internal => (500, "The service failed.", "internal"),
        };
        PublicError { status, detail, reason_code }
    }
}

/// Returns the text for the caller.
fn invalid_header(header: &str) -> &'static str {
    match header {
        "Ce-Time" => "The header Ce-Time is not RFC 3339.",
        "Ce-Source" => "The header Ce-Source is empty, invalid or too long.",
        _ => "The header Ce-Id is empty, invalid or too long.",
    }
}

/// The response and the reason code of a [`Rejection`].
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct PublicError {
    /// The HTTP status of the response.
    pub status: u16,
    /// The text for the sender.
    pub detail: &'static str,
    /// The stable code for logs and metrics.
    pub reason_code: &'static str,
}

impl PublicError {
    /// Returns the log level, the outcome code and the metric. A 4xx is the sender's error: a warning and `rejected`.
    /// A 5xx is the service's error: an error and `failed`.
    #[must_use]
    pub fn outcome(&self) -> (Level, &'static str, Metric) {
        match self.status {
            ..500 => (Level::Warn, "rejected", Metric::Rejected),
            500.. => (Level::Error, "failed", Metric::ServerErrors),
        }
    }
}

impl From<VerifyError> for Rejection {
    fn from(error: VerifyError) -> Self {
        match error {
            VerifyError::EmptyBody => Self::EmptyBody,
            VerifyError::InvalidChallenge { .. } => Self::InvalidChallenge(error),
            VerifyError::MissingSecret | VerifyError::UnusableSecret { .. } => Self::UnusableSecret(error),
            error => Self::NotAuthentic(error),
        }
    }
}

#[cfg(test)]
mod tests {
    use hookline_aws::GetSecretError;
    use serde_json::Value;

    use super::*;

    /// The position in [`all`]. A new variant does not compile until it is added here.
    fn position(rejection: &Rejection) -> usize {
        match rejection {
            Rejection::NotAuthentic(_) => 0,
            Rejection::CallerMissing => 1,
            Rejection::InvalidBase64 => 2,
            Rejection::EmptyBody => 3,
            Rejection::InvalidJson(_) => 4,
            Rejection::InvalidUtf8(_) => 5,
            Rejection::InvalidHeader { .. } => 6,
            Rejection::InvalidCloudEvent { .. } => 7,
            Rejection::UnsupportedBatch => 8,
            Rejection::UnknownSource => 9,
            Rejection::BodyTooLarge { .. } => 10,
            Rejection::UnsupportedContentType => 11,
            Rejection::UnsupportedContentEncoding => 12,
            Rejection::Secrets(_) => 13,
            Rejection::UnusableSecret(_) => 14,
            Rejection::PayloadStore(_) => 15,
            Rejection::Queue(_) => 16,
            Rejection::MalformedEvent { .. } => 17,
            Rejection::DeadlineExceeded => 18,
            Rejection::Internal => 19,
            Rejection::UnknownHandshake => 20,
            Rejection::InvalidChallenge(_) => 21,
            Rejection::Configuration(_) => 22,
        }
    }

    /// One rejection of each variant.
    fn all() -> Vec<Rejection> {
        let name = || "hookline-test/sources/github".to_owned();
        let utf8_error = String::from_utf8(vec![0xff]).unwrap_err().utf8_error();
        vec![
            Rejection::NotAuthentic(VerifyError::Mismatch { secrets: 2 }),
            Rejection::CallerMissing,
            Rejection::InvalidBase64,
            Rejection::EmptyBody,
            Rejection::InvalidJson(serde_json::from_str::<Value>("{").unwrap_err()),
            Rejection::InvalidUtf8(utf8_error),
            Rejection::InvalidHeader { header: "Ce-Id" },
            Rejection::InvalidCloudEvent { problem: "The CloudEvent's type is missing." },
            Rejection::UnsupportedBatch,
            Rejection::UnknownSource,
            Rejection::BodyTooLarge { base64_bytes: 2, limit: 1 },
            Rejection::UnsupportedContentType,
            Rejection::UnsupportedContentEncoding,
            Rejection::Secrets(SecretsError::Unavailable {
                name: name(),
                source: GetSecretError::Rejected {
                    source: PortError::new("secretsmanager:GetSecretValue", "AccessDenied"),
                },
            }),
            Rejection::UnusableSecret(VerifyError::MissingSecret),
            Rejection::PayloadStore(PortError::new("s3:PutObject", "SlowDown")),
            Rejection::Queue(PortError::new("sqs:SendMessage", "timeout")),
            Rejection::MalformedEvent { line: 1, column: 2 },
            Rejection::DeadlineExceeded,
            Rejection::Internal,
            Rejection::UnknownHandshake,
            Rejection::InvalidChallenge(VerifyError::InvalidChallenge {
                location: "query parameter challenge".to_owned(),
            }),
            Rejection::Configuration(ConfigurationError::Unreadable {
                object: "s3://artifacts/configuration.json?versionId=1".to_owned(),
                source: PortError::new("s3:GetObjectVersion", "AccessDenied"),
            }),
        ]
    }

    #[test]
    fn each_rejection_has_a_status_level_outcome_metric_and_reason_code() {
        let line = |(index, rejection): (usize, Rejection)| {
            assert_eq!(position(&rejection), index, "{rejection:?} is at the wrong position");
            let error = rejection.public_error();
            let PublicError { status, detail, reason_code } = error;
            let (level, outcome, metric) = error.outcome();
            assert!(metric.dimensions().concat().contains(&"reason"));
            format!("{status} {level:?} {outcome} {} {reason_code}: {detail} ({rejection})", metric.name())
        };
        let lines: Vec<_> = all().into_iter().enumerate().map(line).collect();
        insta::assert_snapshot!(lines.join("\n"));
    }
}
