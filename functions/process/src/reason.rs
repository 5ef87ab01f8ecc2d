//! Reasons for a failed attempt. Each reason has one line in this file: its name, whether it is retryable, and the code
//! that appears in logs, in DLQ messages and in the runbook.
//!
//! A failed attempt that is retried is a warning and counts as `DeliveryFailed` and `Retries`. A failed attempt that
//! sends the message to the dead-letter queue is an error and counts as `DeliveryFailed` and `DeadLettered`. A deferral is
//! a delivery that has to wait without an attempt; it counts as `Deferred`.

use std::borrow::Cow;

use hookline_aws::{SecretsError, is_throttling};

macro_rules! reasons {
    ($($(#[$doc:meta])* $Name:ident: $retryability:ident $code:literal;)+) => {
        /// Why an attempt failed.
        #[derive(Debug, Clone, PartialEq, Eq)]
        pub(crate) enum Reason {
            $($(#[$doc])* $Name,)+
            /// The destination responded with this HTTP status.
            Http {
                /// The HTTP status, for instance 503.
                status: u16,
                /// Whether another attempt can succeed.
                is_retryable: bool,
            },
            /// An earlier attempt of the same message failed permanently with this reason code.
            Recorded {
                /// The reason code.
                code: String,
            },
            /// An AWS service responded with this error code.
            Aws {
                /// The service, for instance `ses`.
                service: &'static str,
                /// The error code, for instance `MessageRejected`.
                code: String,
                /// Whether another attempt can succeed.
                is_retryable: bool,
            },
        }

        impl Reason {
            /// The reasons with a constant code.
            #[cfg(test)]
            pub(crate) const CONSTANT: &[Self] = &[$(Self::$Name,)+];

            /// Returns the stable reason code.
            #[must_use]
            pub(crate) fn code(&self) -> Cow<'static, str> {
                match self {
                    $(Self::$Name => $code.into(),)+
                    Self::Http { status, .. } => format!("http_{status}").into(),
                    Self::Recorded { code } => code.clone().into(),
                    Self::Aws { service, code, .. } => format!("{service}_{code}").into(),
                }
            }

            /// Whether another attempt can succeed.
            #[must_use]
            pub(crate) fn is_retryable(&self) -> bool {
                match self {
                    $(Self::$Name => reasons!(@$retryability),)+
                    Self::Recorded { .. } => false,
                    Self::Http { is_retryable, .. } | Self::Aws { is_retryable, .. } => *is_retryable,
                }
            }

            /// Whether the delivery has to wait without an attempt.
            #[must_use]
            pub(crate) fn is_deferral(&self) -> bool {
                match self {
                    $(Self::$Name => reasons!(@deferral $retryability),)+
                    _ => false,
                }
            }
        }
    };
    (@retryable) => { true };
    (@permanent) => { false };
    (@deferred) => { true };
    (@deferral deferred) => { true };
    (@deferral $other:ident) => { false };
}

reasons! {
    /// The message is not an event.
    UnreadableEvent: permanent "unreadable_event";
    /// No route exists for the event's source. The configuration does not say what to do with the event.
    NoRoute: permanent "no_route";
    /// The filter of a route cannot read the payload, and the route sends such events to the dead-letter queue.
    FilterUnreadable: permanent "filter_unreadable";
    /// The event has passed through more Hookline deliveries than `HOOKLINE_MAX_HOPS`.
    TooManyHops: permanent "too_many_hops";
    /// The event is larger than the destination accepts.
    EventTooLarge: permanent "event_too_large";
    /// A route names a destination that is not configured.
    UnknownDestination: permanent "unknown_destination";
    /// The bucket does not contain the payload.
    PayloadMissing: permanent "payload_missing";
    /// S3 did not respond or rejected the request.
    PayloadUnavailable: retryable "payload_unavailable";
    /// The template fails for this event, or renders an empty message.
    TemplateFailed: permanent "template_failed";
    /// The destination's host resolves to an address that the SSRF guard blocks.
    BlockedAddress: permanent "blocked_address";
    /// The destination did not respond in time.
    Timeout: retryable "timeout";
    /// No connection to the destination could be opened.
    ConnectionFailed: retryable "connection_failed";
    /// The connection was closed before the response.
    RequestFailed: retryable "request_failed";
    /// The destination's secret has no value.
    SecretMissing: retryable "secret_missing";
    /// The destination's secret contains only white space.
    SecretBlank: retryable "secret_blank";
    /// Secrets Manager did not respond or rejected the request.
    SecretUnavailable: retryable "secret_unavailable";
    /// The destination's secret has the wrong format.
    SecretUnusable: retryable "secret_unusable";
    /// The authorization server rejected the destination's client credentials.
    TokenRejected: retryable "token_rejected";
    /// The authorization server did not respond, or its response has no token.
    TokenUnavailable: retryable "token_unavailable";
    /// The destination rejected the client certificate, or requires one.
    CertificateRejected: retryable "certificate_rejected";
    /// The claims table did not respond, so an earlier delivery cannot be ruled out.
    IdempotencyUnavailable: retryable "idempotency_unavailable";
    /// Another worker has leased the delivery and is still running or has crashed.
    InProgress: deferred "in_progress";
    /// SQS has delivered the message twice, and another worker is delivering the event.
    ReceivedTwice: deferred "received_twice";
    /// The wait before the next attempt is longer than SQS can delay a message.
    NotDue: deferred "not_due";
    /// An operator has paused the destination.
    DestinationPaused: deferred "destination_paused";
    /// The destination's circuit breaker is open.
    BreakerOpen: deferred "breaker_open";
    /// The destination's timeout is too long for the intake lane.
    SlowDestination: deferred "slow_destination";
    /// The invocation ends before the destination's timeout.
    InsufficientTime: deferred "insufficient_time";
}

/// What a result says about the health of a destination.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Health {
    /// The destination responds. A rejection of one event, or a request to send more slowly, is a response.
    Responds,
    /// The destination is the cause of a failure that another attempt can mend. Such failures open the circuit breaker.
    Fails,
    /// There was no call, so nothing is known.
    Unknown,
}

impl Reason {
    /// Returns what a failure with this reason says about the health of its destination.
    pub(crate) fn health(&self) -> Health {
        match self {
            Self::Timeout | Self::ConnectionFailed | Self::RequestFailed => Health::Fails,
            // No event is delivered until an operator or the authorization server has mended it.
            Self::TokenRejected | Self::TokenUnavailable | Self::CertificateRejected => Health::Fails,
            // Too Early, Too Many Requests and throttling of AWS: the destination works, and requests a slower rate.
            Self::Http { status: 425 | 429, .. } => Health::Responds,
            Self::Aws { code, .. } if is_throttling(code) => Health::Responds,
            Self::Http { is_retryable, .. } | Self::Aws { is_retryable, .. } => {
                if *is_retryable {
                    Health::Fails
                } else {
                    Health::Responds
                }
            }
            _ => Health::Unknown,
        }
    }
}

impl From<&SecretsError> for Reason {
    fn from(error: &SecretsError) -> Self {
        match error {
            SecretsError::Missing { .. } => Self::SecretMissing,
            SecretsError::Blank { .. } => Self::SecretBlank,
            SecretsError::Unusable { .. } => Self::SecretUnusable,
            SecretsError::Unavailable { .. } | SecretsError::NotRefreshed { .. } => Self::SecretUnavailable,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_reason_has_a_code_and_a_retryability() {
        let aws = |is_retryable| Reason::Aws { service: "ses", code: "MessageRejected".into(), is_retryable };
        let others = [
            Reason::Http { status: 503, is_retryable: true },
            Reason::Http { status: 404, is_retryable: false },
            Reason::Recorded { code: "http_410".into() },
            aws(true),
            aws(false),
        ];
        let line = |reason: &Reason| {
            let outcome = match (reason.is_deferral(), reason.is_retryable()) {
                (true, _) => "deferred",
                (false, true) => "retried",
                (false, false) => "dead_lettered",
            };
            format!("{}: {outcome}", reason.code())
        };
        let lines: Vec<_> = Reason::CONSTANT.iter().chain(&others).map(line).collect();
        let distinct: std::collections::BTreeSet<_> = Reason::CONSTANT.iter().map(Reason::code).collect();
        assert_eq!(distinct.len(), Reason::CONSTANT.len(), "two reasons have the same code");
        insta::assert_snapshot!(lines.join("\n"));
    }

    /// A destination that limits its rate works. Its breaker would hold up the events that the rate allows.
    #[test]
    fn request_for_a_slower_rate_is_a_response() {
        let health = |service, code: &str| Reason::Aws { service, code: code.to_owned(), is_retryable: true }.health();
        for (service, code) in [
            ("eventbridge", "ThrottlingException"),
            ("firehose", "LimitExceededException"),
            ("lambda", "EC2ThrottledException"),
            ("lambda", "TooManyRequestsException"),
            ("s3", "SlowDown"),
            ("ses", "Throttling"),
            ("sns", "KMSThrottling"),
            ("sns", "Throttled"),
            ("sqs", "KMS.ThrottlingException"),
            ("sqs", "KmsThrottled"),
            ("sqs", "RequestThrottled"),
            ("stepfunctions", "KmsThrottlingException"),
        ] {
            assert_eq!(health(service, code), Health::Responds, "{service} {code}");
        }
        for (service, code) in
            [("lambda", "ServiceException"), ("s3", "RequestTimeout"), ("sqs", "AccessDenied"), ("sns", "KMSDisabled")]
        {
            assert_eq!(health(service, code), Health::Fails, "{service} {code}");
        }
        assert_eq!(Reason::Http { status: 429, is_retryable: true }.health(), Health::Responds);
    }

    /// A deferral is no failure, so it needs no action.
    #[test]
    fn runbook_has_each_reason_of_a_failure() {
        let runbook = include_str!("../../../docs/runbook.md");
        for reason in Reason::CONSTANT.iter().filter(|reason| !reason.is_deferral()) {
            assert!(runbook.contains(&format!("`{}`", reason.code())), "docs/runbook.md has no `{}`", reason.code());
        }
    }
}
