//! Why a request is not queued. Each has one line in [`Rejection::told`]: the status, the text that the sender reads, which
//! never says why a signature failed, and the reason that we read. The status decides the rest ([`Told`]).

use hookline_aws::{PortError, SecretsError};
use hookline_signature::VerifyError;
use hookline_telemetry::{Level, Metric};

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
    /// The store of large bodies did not confirm.
    #[error("the bucket did not confirm: {0}")]
    PayloadStore(#[source] PortError),
    /// The queue did not confirm.
    #[error("the queue did not confirm: {0}")]
    Queue(#[source] PortError),
    /// What the gateway hands over is no event of either of its formats.
    #[error("the gateway's event cannot be read at line {line}, column {column}")]
    BadEvent {
        /// Where it stops to make sense. Not what stands there: it may be anything.
        line: usize,
        /// The same.
        column: usize,
    },
    /// The function's time is over.
    #[error("out of time")]
    OutOfTime,
    /// A fault of our own.
    #[error("internal fault")]
    Internal,
}

impl Rejection {
    pub(crate) fn bad_event(error: &serde_json::Error) -> Self {
        Self::BadEvent { line: error.line(), column: error.column() }
    }

    /// What the sender is told and what the log is.
    #[must_use]
    pub fn told(&self) -> Told {
        const NOT_AUTHENTIC: &str = "The request could not be authenticated.";
        const CANNOT_VERIFY: &str = "The service cannot verify requests now; send it again.";
        let (status, detail, reason) = match self {
            Self::NotAuthentic(error) => (401, NOT_AUTHENTIC, error.reason()),
            Self::NoCaller => (401, NOT_AUTHENTIC, "no_caller"),
            Self::BadBase64 => (400, "The body is not valid base64.", "bad_base64"),
            Self::EmptyBody => (400, "The body is empty.", "empty_body"),
            Self::NotJson(_) | Self::NotUtf8(_) => (400, "The body is declared as JSON, but is not.", "not_json"),
            Self::BadHeader { .. } => (400, "Ce-Id or Ce-Type is malformed.", "bad_header"),
            Self::UnknownSource => (404, "There is no such source.", "unknown_source"),
            Self::TooLarge { .. } => (413, "The body is larger than can be kept.", "too_large"),
            Self::UnsupportedType => (415, "The content type is not accepted here.", "unsupported_type"),
            Self::UnsupportedEncoding => (415, "Only an uncompressed body is accepted.", "unsupported_encoding"),
            Self::Secrets(error) => (503, CANNOT_VERIFY, error.reason()),
            Self::UnusableSecret(error) => (503, CANNOT_VERIFY, error.reason()),
            Self::Queue(_) => (503, "The service cannot queue events now; send it again.", "queue_unavailable"),
            Self::PayloadStore(_) => {
                (503, "The service cannot keep large bodies now; send it again.", "bucket_unavailable")
            }
            Self::OutOfTime => (503, "The service did not finish in time; send it again.", "out_of_time"),
            Self::BadEvent { .. } => (500, "The service failed.", "bad_event"),
            Self::Internal => (500, "The service failed.", "internal"),
        };
        Told { status, detail, reason }
    }
}

/// What is said of a rejection.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Told {
    /// The answer's status.
    pub status: u16,
    /// What the sender reads.
    pub detail: &'static str,
    /// A stable word for logs and metrics.
    pub reason: &'static str,
}

impl Told {
    /// A sender's fault is a warning and `refused`; ours is an error and `failed`.
    #[must_use]
    pub fn outcome(&self) -> (Level, &'static str, Metric) {
        match self.status {
            ..500 => (Level::Warn, "refused", Metric::Refused),
            500.. => (Level::Error, "failed", Metric::Unavailable),
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

#[cfg(test)]
mod tests {
    use hookline_aws::GetSecretError;
    use serde_json::Value;

    use super::*;

    /// One of each. A new one does not compile until it is counted here.
    fn number(rejection: &Rejection) -> usize {
        match rejection {
            Rejection::NotAuthentic(_) => 0,
            Rejection::NoCaller => 1,
            Rejection::BadBase64 => 2,
            Rejection::EmptyBody => 3,
            Rejection::NotJson(_) => 4,
            Rejection::NotUtf8(_) => 5,
            Rejection::BadHeader { .. } => 6,
            Rejection::UnknownSource => 7,
            Rejection::TooLarge { .. } => 8,
            Rejection::UnsupportedType => 9,
            Rejection::UnsupportedEncoding => 10,
            Rejection::Secrets(_) => 11,
            Rejection::UnusableSecret(_) => 12,
            Rejection::PayloadStore(_) => 13,
            Rejection::Queue(_) => 14,
            Rejection::BadEvent { .. } => 15,
            Rejection::OutOfTime => 16,
            Rejection::Internal => 17,
        }
    }

    fn all() -> Vec<Rejection> {
        let name = || "hookline-test/sources/github".to_owned();
        let not_utf8 = String::from_utf8(vec![0xff]).unwrap_err().utf8_error();
        vec![
            Rejection::NotAuthentic(VerifyError::Mismatch { secrets: 2 }),
            Rejection::NoCaller,
            Rejection::BadBase64,
            Rejection::EmptyBody,
            Rejection::NotJson(serde_json::from_str::<Value>("{").unwrap_err()),
            Rejection::NotUtf8(not_utf8),
            Rejection::BadHeader { header: "Ce-Id" },
            Rejection::UnknownSource,
            Rejection::TooLarge { bytes: 2, limit: 1 },
            Rejection::UnsupportedType,
            Rejection::UnsupportedEncoding,
            Rejection::Secrets(SecretsError::Unavailable {
                name: name(),
                source: GetSecretError::Refused {
                    source: PortError::new("secretsmanager:GetSecretValue", "AccessDenied"),
                },
            }),
            Rejection::UnusableSecret(VerifyError::NoSecret),
            Rejection::PayloadStore(PortError::new("s3:PutObject", "SlowDown")),
            Rejection::Queue(PortError::new("sqs:SendMessage", "timeout")),
            Rejection::BadEvent { line: 1, column: 2 },
            Rejection::OutOfTime,
            Rejection::Internal,
        ]
    }

    #[test]
    fn each_has_an_outcome_a_status_a_level_and_a_metric() {
        let line = |(index, rejection): (usize, Rejection)| {
            assert_eq!(number(&rejection), index, "{rejection:?} is not in its place");
            let Told { status, detail, reason } = rejection.told();
            let told = rejection.told();
            let (level, outcome, metric) = told.outcome();
            assert!(metric.dimensions().concat().contains(&"reason"));
            format!("{status} {level:?} {outcome} {} {reason}: {detail} ({rejection})", metric.name())
        };
        let lines: Vec<_> = all().into_iter().enumerate().map(line).collect();
        insta::assert_snapshot!(lines.join("\n"));
    }
}
