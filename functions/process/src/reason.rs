//! Why an attempt failed. Each reason has one line here, with whether another attempt can help and the code that logs, DLQ
//! messages and the runbook have for it. A failed attempt that is repeated is a warning and counts as `DeliveryFailed` and
//! `Retries`; one that is given up is an error and counts as `DeliveryFailed` and `DeadLettered`.

use std::borrow::Cow;

use hookline_aws::SecretsError;

macro_rules! reasons {
    ($($(#[$doc:meta])* $Name:ident: $fate:ident $code:literal;)+) => {
        /// Why an attempt failed.
        #[derive(Debug, Clone, PartialEq, Eq)]
        pub(crate) enum Reason {
            $($(#[$doc])* $Name,)+
            /// The destination's answer, by its status.
            Http {
                /// For instance 503.
                status: u16,
                /// Whether another attempt can help.
                is_retryable: bool,
            },
            /// The answer of a service of AWS, by its code.
            Aws {
                /// For instance `ses`.
                service: &'static str,
                /// For instance `MessageRejected`.
                code: String,
                /// Whether another attempt can help.
                is_retryable: bool,
            },
        }

        impl Reason {
            /// Those that are but a word.
            #[cfg(test)]
            pub(crate) const WORDS: &[Self] = &[$(Self::$Name,)+];

            /// A stable code.
            #[must_use]
            pub(crate) fn code(&self) -> Cow<'static, str> {
                match self {
                    $(Self::$Name => $code.into(),)+
                    Self::Http { status, .. } => format!("http_{status}").into(),
                    Self::Aws { service, code, .. } => format!("{service}_{code}").into(),
                }
            }

            /// Whether another attempt can help.
            #[must_use]
            pub(crate) fn is_retryable(&self) -> bool {
                match self {
                    $(Self::$Name => reasons!(@$fate),)+
                    Self::Http { is_retryable, .. } | Self::Aws { is_retryable, .. } => *is_retryable,
                }
            }
        }
    };
    (@retryable) => { true };
    (@permanent) => { false };
}

reasons! {
    /// The message is no event.
    UnreadableEvent: permanent "unreadable_event";
    /// No route takes the event's source: nobody has said what is to become of it.
    NoRoute: permanent "no_route";
    /// A route names a destination that there is not.
    UnknownDestination: permanent "unknown_destination";
    /// The payload is not in the bucket any more, or never was.
    PayloadMissing: permanent "payload_missing";
    /// The bucket did not answer, or refuses.
    PayloadUnavailable: retryable "payload_unavailable";
    /// The owner's template makes nothing of the event.
    Template: permanent "template";
    /// The destination's name leads to an address that may not be called.
    BlockedAddress: permanent "blocked_address";
    /// No answer in time.
    Timeout: retryable "timeout";
    /// No connection.
    Connection: retryable "connection";
    /// The connection broke off.
    Request: retryable "request";
    /// The destination's secret was never filled.
    SecretMissing: retryable "secret_missing";
    /// The destination's secret is white space.
    SecretBlank: retryable "secret_blank";
    /// The store of secrets did not answer, or refuses.
    SecretUnavailable: retryable "secret_unavailable";
    /// The destination's secret is not what it has to be.
    SecretUnusable: retryable "secret_unusable";
    /// Whether it was delivered before cannot be told.
    IdempotencyUnavailable: retryable "idempotency_unavailable";
    /// Somebody else is delivering it, or began and died.
    InProgress: retryable "in_progress";
}

impl From<&SecretsError> for Reason {
    fn from(error: &SecretsError) -> Self {
        match error {
            SecretsError::Missing { .. } => Self::SecretMissing,
            SecretsError::Blank { .. } => Self::SecretBlank,
            SecretsError::Unavailable { .. } | SecretsError::PreviousUnavailable { .. } => Self::SecretUnavailable,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_reason_has_a_word_and_a_fate() {
        let aws = |is_retryable| Reason::Aws { service: "ses", code: "MessageRejected".into(), is_retryable };
        let others = [
            Reason::Http { status: 503, is_retryable: true },
            Reason::Http { status: 404, is_retryable: false },
            aws(true),
            aws(false),
        ];
        let line = |reason: &Reason| {
            let fate = if reason.is_retryable() { "failed, tried again" } else { "dead_lettered" };
            format!("{}: {fate}", reason.code())
        };
        let lines: Vec<_> = Reason::WORDS.iter().chain(&others).map(line).collect();
        let distinct: std::collections::BTreeSet<_> = Reason::WORDS.iter().map(Reason::code).collect();
        assert_eq!(distinct.len(), Reason::WORDS.len(), "a word stands for two reasons");
        insta::assert_snapshot!(lines.join("\n"));
    }
}
