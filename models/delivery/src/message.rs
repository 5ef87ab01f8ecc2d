//! Messages on the queues.

/// A delivery: one event at one destination.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Delivery {
    /// Number of the event.
    pub event: u8,
    /// Number of the destination.
    pub destination: u8,
}

/// A queue.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Queue {
    /// The intake queue.
    Intake,
    /// The retry queue.
    Retry,
    /// The dead-letter queue.
    DeadLetter,
}

/// A message on a queue.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Message {
    /// The SQS message id. It is never used again.
    pub id: u8,
    /// The queue of the message.
    pub queue: Queue,
    /// The event in the message.
    pub event: u8,
    /// The `requestid` of the event.
    pub request: u8,
    /// The only destination; `None` for the whole event.
    pub destination: Option<u8>,
    /// Attempts that were made for this destination.
    pub attempts: u8,
    /// Receives of this message.
    pub receives: u8,
    /// Whether the visibility timeout of the last receive runs.
    pub is_in_flight: bool,
    /// Whether ingest sent the message; an operator sends the other messages of the intake queue.
    pub is_from_ingest: bool,
    /// Whether the delay of the message lasts until the end of the delivery's lease.
    pub waits_for_lease: bool,
    /// Whether SQS has delivered the message to two sandboxes at once.
    pub is_duplicated: bool,
}

impl Message {
    /// Whether the message can still cause this delivery.
    #[must_use]
    pub fn covers(&self, delivery: Delivery) -> bool {
        self.event == delivery.event && self.destination.is_none_or(|destination| destination == delivery.destination)
    }
}
