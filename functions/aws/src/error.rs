use std::fmt;

use bytes::Bytes;
use serde::Deserialize;
use serde_json::Value;

/// Why a call did not work, after all its attempts.
#[derive(Clone, PartialEq, Eq, thiserror::Error)]
pub enum AwsError {
    /// The service has answered that it will not, or cannot.
    #[error("{code}: {message}")]
    Service {
        /// The answer's status.
        status: u16,
        /// The service's own word, for instance `AccessDenied`.
        code: String,
        /// What it says to a person.
        message: String,
        /// The whole answer. It is not printed: it may hold what was asked for.
        answer: Bytes,
    },
    /// No answer in time.
    #[error("no answer in time")]
    Timeout,
    /// No connection, or one that broke off.
    #[error("no connection: {detail}")]
    Connection {
        /// What the client says.
        detail: String,
    },
    /// An answer that is none.
    #[error("the answer cannot be read: {detail}")]
    Answer {
        /// What is wrong with it, without quoting it.
        detail: &'static str,
    },
    /// The request could not be made.
    #[error("the request cannot be made: {detail}")]
    Request {
        /// Why not.
        detail: String,
    },
}

/// As services that speak JSON say it.
#[derive(Deserialize, Default)]
struct Json {
    #[serde(rename = "__type", alias = "code")]
    code: Option<String>,
    #[serde(alias = "Message")]
    message: Option<String>,
}

impl AwsError {
    /// Of an answer that is no success, in JSON or, as S3 and SES have it, in XML. `header` is what SQS says there.
    pub(crate) fn of(status: u16, header: Option<&str>, answer: Bytes) -> Self {
        let text = String::from_utf8_lossy(&answer);
        let Json { code, message } = serde_json::from_str(&text).unwrap_or_default();
        // SQS keeps the older protocol's word for those who know it; the newer one is the error's name.
        let code = code.as_deref().or_else(|| element(&text, "Code")).or(header).unwrap_or("unknown");
        // `com.amazonaws.dynamodb.v20120810#ConditionalCheckFailedException`, or with a link behind a colon.
        let code = code.rsplit('#').next().unwrap_or(code).split([':', ';']).next().unwrap_or(code).to_owned();
        let message = message.or_else(|| element(&text, "Message").map(str::to_owned));
        let message = message.unwrap_or_else(|| "no message".to_owned());
        Self::Service { status, code, message, answer }
    }

    /// The service's own word, if it has answered.
    #[must_use]
    pub fn code(&self) -> Option<&str> {
        match self {
            Self::Service { code, .. } => Some(code),
            _ => None,
        }
    }

    /// Whether the service has answered that it is the caller's fault.
    #[must_use]
    pub fn is_client_error(&self) -> bool {
        matches!(self, Self::Service { status: 400..500, .. })
    }

    /// Whether the service asks for fewer calls.
    #[must_use]
    pub fn is_throttling(&self) -> bool {
        self.code().is_some_and(|code| {
            ["Throttl", "TooManyRequests", "SlowDown", "LimitExceeded", "ThroughputExceeded"]
                .iter()
                .any(|it| code.contains(it))
        }) || matches!(self, Self::Service { status: 429, .. })
    }

    /// What else stands in an answer in JSON.
    #[must_use]
    pub fn member(&self, name: &str) -> Option<Value> {
        let Self::Service { answer, .. } = self else { return None };
        serde_json::from_slice::<Value>(answer).ok()?.get_mut(name).map(Value::take)
    }
}

/// Without the answer.
impl fmt::Debug for AwsError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

/// What stands in the first element of a name.
fn element<'x>(xml: &'x str, name: &str) -> Option<&'x str> {
    let (_, rest) = xml.split_once(&format!("<{name}>"))?;
    rest.split_once(&format!("</{name}>")).map(|(inside, _)| inside)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn case(answer: &'static str, header: Option<&str>, expected: &str) {
        assert_eq!(AwsError::of(400, header, Bytes::from_static(answer.as_bytes())).to_string(), expected);
    }

    #[test]
    fn errors_are_read_in_each_protocol() {
        case(r#"{"__type":"com.amazonaws.x#Bad","message":"m"}"#, None, "Bad: m");
        case(r#"{"__type":"Bad:http://example.com/","Message":"m"}"#, None, "Bad: m");
        case(
            r#"{"__type":"com.amazonaws.sqs#QueueDoesNotExist"}"#,
            Some("AWS.SimpleQueueService.NonExistentQueue;Sender"),
            "QueueDoesNotExist: no message",
        );
        case("<Error><Code>NoSuchKey</Code><Message>m</Message></Error>", None, "NoSuchKey: m");
        case("", Some("Bad;Sender"), "Bad: no message");
        case("<html>", None, "unknown: no message");
    }

    #[test]
    fn an_answer_is_never_printed() {
        let error = AwsError::of(400, None, Bytes::from_static(br#"{"__type":"Bad","SecretString":"s3cret"}"#));
        assert!(!format!("{error:?} {error}").contains("s3cret"));
        assert_eq!(error.member("SecretString"), Some("s3cret".into()));
    }
}
