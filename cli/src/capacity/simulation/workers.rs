use std::cmp::Reverse;
use std::collections::BinaryHeap;

/// Virtual time in microseconds.
pub(super) type Time = u64;

/// Converts seconds into virtual time.
#[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "a duration that is not negative")]
pub(super) fn time(seconds: f64) -> Time {
    (seconds * 1e6).round() as Time
}

/// Converts virtual time into seconds.
#[allow(clippy::cast_precision_loss, reason = "far below 2^52")]
pub(super) fn seconds(time: Time) -> f64 {
    time as f64 / 1e6
}

/// Converts virtual time into whole seconds, as the clock of the process function does.
pub(super) fn whole_seconds(time: Time) -> u64 {
    time / 1_000_000
}

/// The concurrent invocations of a lane. Each worker is a sandbox.
pub(super) struct Workers {
    idle: Vec<usize>,
    busy: BinaryHeap<Reverse<(Time, usize)>>,
}

impl Workers {
    pub(super) fn new(count: usize) -> Self {
        Self { idle: (0..count).rev().collect(), busy: BinaryHeap::new() }
    }

    /// Takes an idle worker: the one that finished last, as Lambda does.
    pub(super) fn take(&mut self) -> Option<usize> {
        self.idle.pop()
    }

    /// Returns whether a worker is idle.
    pub(super) fn has_idle(&self) -> bool {
        !self.idle.is_empty()
    }

    /// Lets a worker be busy until `end`.
    pub(super) fn start(&mut self, worker: usize, end: Time) {
        self.busy.push(Reverse((end, worker)));
    }

    /// Returns the time at which the next worker finishes.
    pub(super) fn next_end(&self) -> Option<Time> {
        self.busy.peek().map(|Reverse((end, _))| *end)
    }

    /// Returns the next worker that finishes, and makes it idle.
    pub(super) fn finish(&mut self) -> Option<usize> {
        let Reverse((_, worker)) = self.busy.pop()?;
        self.idle.push(worker);
        Some(worker)
    }
}
