//! How much may happen in one run of the model.

/// The size of the model and the number of faults. A fault or a choice takes one from its budget, and cannot occur when
/// the budget is 0. So the number of states is finite, and no run has a cycle.
#[derive(Debug, Clone)]
pub struct Bounds {
    /// Events that ingest has accepted at the beginning.
    pub events: u8,
    /// Destinations of each event.
    pub destinations: u8,
    /// Sandboxes of the process function that work at the same time.
    pub sandboxes: usize,
    /// Attempts of a delivery before it is given up. It stands for `give_up_after_hours`.
    pub attempts: u8,
    /// Receives of a message before SQS moves it to the dead-letter queue.
    pub max_receive_count: u8,
    /// What may still happen at the beginning.
    pub budget: Budget,
}

/// What may still happen in a run. The default is a run without faults and failures.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash)]
pub struct Budget {
    /// Crashes and timeouts of a sandbox, at any step.
    pub crashes: u8,
    /// Calls without a response: to SQS, DynamoDB or a destination, with and without an effect.
    pub lost_calls: u8,
    /// Messages that a second sandbox receives while the first one works: duplicates from SQS, or a visibility timeout
    /// that is too short.
    pub duplicates: u8,
    /// Leases that end while their owner still works.
    pub lease_overruns: u8,
    /// Requests that the sender repeats: the same deduplication key with another request id. Not a fault.
    pub repeated_requests: u8,
    /// Attempts that the destination rejects, retryably or permanently. Not a fault.
    pub failures: u8,
    /// Deliveries that are deferred without an attempt: a paused, open or slow destination. Not a fault.
    pub deferrals: u8,
    /// Messages that an operator moves from the dead-letter queue to the intake queue. Not a fault.
    pub redrives: u8,
}

impl Default for Bounds {
    /// One event, two destinations, two sandboxes, and no fault.
    fn default() -> Self {
        let budget = Budget::default();
        Self { events: 1, destinations: 2, sandboxes: 2, attempts: 2, max_receive_count: 2, budget }
    }
}
