use super::workers::Time;

/// A message of the retry queue: one delivery.
#[derive(Debug, Clone, Copy)]
pub(super) struct Delivery {
    pub(super) destination: usize,
    pub(super) attempts: u32,
    pub(super) arrived: Time,
    /// In seconds.
    pub(super) first_failed_at: u64,
    /// In seconds.
    pub(super) not_before: u64,
    /// Whether the outage caused it.
    pub(super) is_backlog: bool,
}

/// What a batch found out about a delivery that was not made at once, or about a probe.
#[derive(Debug, Clone, Copy)]
pub(super) enum Finding {
    Made { is_probe: bool },
    Failed { is_probe: bool },
    Deferred { wait: u64 },
    NotDue,
}

/// Where a delivery is handled.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Place {
    Intake,
    /// A slow destination on the intake lane.
    SlowOnIntake,
    Retry,
}

/// A batch that starts.
#[derive(Debug, Default)]
pub(super) struct Batch {
    /// The longest delivery in seconds.
    pub(super) slowest: f64,
    pub(super) attempted: bool,
    pub(super) moves: bool,
}
