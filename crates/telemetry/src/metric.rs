//! The metrics. Each dimension has few possible values: a configured source, or a reason code or kind of destination
//! from a closed set. An unauthenticated sender cannot create a metric.

/// The namespace of all metrics.
pub(crate) const NAMESPACE: &str = "Hookline";

macro_rules! metrics {
    ($($(#[$doc:meta])* $Name:ident: $unit:ident, $([$($dimension:literal),+]),+;)+) => {
        /// A metric in CloudWatch.
        #[derive(Debug, Clone, Copy, PartialEq, Eq)]
        pub enum Metric {
            $($(#[$doc])* $Name,)+
        }

        impl Metric {
            /// All metrics.
            pub const ALL: &[Self] = &[$(Self::$Name,)+];

            /// Returns the name in CloudWatch.
            #[must_use]
            pub const fn name(self) -> &'static str {
                match self {
                    $(Self::$Name => stringify!($Name),)+
                }
            }

            /// Returns `Count`, `Seconds` or `Milliseconds`.
            #[must_use]
            pub const fn unit(self) -> &'static str {
                match self {
                    $(Self::$Name => stringify!($unit),)+
                }
            }

            /// Whether an alarm uses the metric. Such a metric is written at every level; the others are not at
            /// `error`.
            #[must_use]
            pub const fn has_alarm(self) -> bool {
                matches!(
                    self,
                    Self::Rejected
                        | Self::DeliveryFailed
                        | Self::DeliveryAge
                        | Self::BreakerOpened
                        | Self::RecoveryMissing
                        | Self::RecoveryExpired
                        | Self::RecoveryFailed
                        | Self::RecoveryLag
                )
            }

            /// Whether the metric counts events, however often SQS delivers their messages. It is written only for the
            /// first receive of a message.
            pub(crate) const fn counts_events(self) -> bool {
                matches!(self, Self::FilterUnreadable | Self::TemplateUnreadable)
            }

            /// Whether one of the sets has the dimension.
            pub(crate) fn has_dimension(self, name: &str) -> bool {
                self.dimensions().iter().any(|set| set.contains(&name))
            }

            /// Returns the sets of dimensions that CloudWatch aggregates the metric by.
            #[must_use]
            pub const fn dimensions(self) -> &'static [&'static [&'static str]] {
                match self {
                    $(Self::$Name => &[$(&[$($dimension),+]),+],)+
                }
            }
        }
    };
}

metrics! {
    /// Requests with a 202 response from ingest: SQS has confirmed the message.
    Accepted: Count, ["service"], ["service", "source"];
    /// Accepted events without a type.
    TypeUnknown: Count, ["service"], ["service", "source"];
    /// Headers that were not forwarded, because they exceed a limit or are not text.
    HeadersOmitted: Count, ["service"], ["service", "source"];
    /// Requests with a 4xx response from ingest.
    Rejected: Count, ["service"], ["service", "reason"];
    /// Requests with a 5xx response from ingest.
    ServerErrors: Count, ["service"], ["service", "reason"];
    /// Time until SQS confirmed the message.
    QueueSendTime: Milliseconds, ["service"];
    /// Events that a destination accepted.
    Delivered: Count, ["service"], ["service", "kind"];
    /// Attempts that failed.
    DeliveryFailed: Count, ["service"], ["service", "kind"];
    /// Time from the request to the delivery, with all retries.
    DeliveryAge: Milliseconds, ["service"];
    /// Failed attempts after which the event is retried.
    Retries: Count, ["service"];
    /// Deliveries that wait without an attempt: the destination is paused, slow, or its circuit breaker is open.
    Deferred: Count, ["service"], ["service", "reason"];
    /// Circuit breakers of destinations that opened.
    BreakerOpened: Count, ["service"], ["service", "destination"];
    /// Circuit breakers of destinations that closed.
    BreakerClosed: Count, ["service"], ["service", "destination"];
    /// Events that process sent to the dead-letter queue.
    DeadLettered: Count, ["service"];
    /// Deliveries that an earlier attempt or an earlier event with the same deduplication key has made.
    AlreadyDelivered: Count, ["service"], ["service", "source"];
    /// Deliveries that were not made, although the event has other data than the earlier event with the same id.
    ReusedIds: Count, ["service"], ["service", "source"];
    /// Events that no route matches.
    FilteredOut: Count, ["service"], ["service", "source"];
    /// Filters that could not read a payload, once for each message.
    FilterUnreadable: Count, ["service"], ["service", "source"];
    /// Events about which a message was rendered without the payload, because it could not be read.
    TemplateUnreadable: Count, ["service"], ["service", "source"];
    /// Events of GitHub that a run of recover found without a successful delivery.
    RecoveryMissing: Count, ["service"], ["service", "source"];
    /// Redeliveries that GitHub accepted.
    RecoveryRequested: Count, ["service"], ["service", "source"];
    /// Events of GitHub that cannot be redelivered.
    RecoveryExpired: Count, ["service"], ["service", "source"];
    /// Runs of recover that failed.
    RecoveryFailed: Count, ["service"], ["service", "source"];
    /// Time since recover last read GitHub's list of deliveries to its end.
    RecoveryLag: Seconds, ["service"], ["service", "source"];
    /// Parts of the event log that were not written: events, entries or objects.
    EventLogDropped: Count, ["service"];
    /// First calls of execution environments.
    ColdStarts: Count, ["service", "function"];
}
