//! What is counted and measured. A metric's dimensions have few values, all of our own choosing: a configured source, a
//! reason or a kind of destination out of a closed set. What a stranger writes cannot make a metric.

/// The namespace of all of them.
pub(crate) const NAMESPACE: &str = "Hookline";

macro_rules! metrics {
    ($($(#[$doc:meta])* $Name:ident: $unit:ident, $([$($dimension:literal),+]),+;)+) => {
        /// What is counted and measured.
        #[derive(Debug, Clone, Copy, PartialEq, Eq)]
        pub enum Metric {
            $($(#[$doc])* $Name,)+
        }

        impl Metric {
            /// All of them.
            pub const ALL: &[Self] = &[$(Self::$Name,)+];

            /// As CloudWatch has it.
            #[must_use]
            pub const fn name(self) -> &'static str {
                match self {
                    $(Self::$Name => stringify!($Name),)+
                }
            }

            /// `Count` or `Milliseconds`.
            #[must_use]
            pub const fn unit(self) -> &'static str {
                match self {
                    $(Self::$Name => stringify!($unit),)+
                }
            }

            /// Whether an alarm looks at it: it is counted at every level. The others are not at `error`.
            #[must_use]
            pub const fn has_alarm(self) -> bool {
                matches!(self, Self::Rejected | Self::DeliveryFailed | Self::DeliveryAge)
            }

            /// Whether it is kept by that.
            pub(crate) fn has_dimension(self, name: &str) -> bool {
                self.dimensions().iter().any(|set| set.contains(&name))
            }

            /// The sets of dimensions that it is kept by.
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
    /// Requests that were answered 202: the queue has confirmed.
    Accepted: Count, ["service"], ["service", "source"];
    /// Requests that were answered 4xx by ingest.
    Rejected: Count, ["service"], ["service", "reason"];
    /// Requests that were answered 5xx by ingest.
    ServerErrors: Count, ["service"], ["service", "reason"];
    /// How long the queue took to confirm.
    QueueSendTime: Milliseconds, ["service"];
    /// Events that a destination took.
    Delivered: Count, ["service"], ["service", "kind"];
    /// Attempts that a destination did not take.
    DeliveryFailed: Count, ["service"], ["service", "kind"];
    /// From the request to the delivery, with all retries.
    DeliveryAge: Milliseconds, ["service"];
    /// Failed attempts after which the event waits for another.
    Retries: Count, ["service"];
    /// Events that process put into the dead-letter queue.
    DeadLettered: Count, ["service"];
    /// Environments of a function that began to work.
    ColdStarts: Count, ["service", "function"];
}
