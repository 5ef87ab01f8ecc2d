use super::histogram::Histogram;

/// The state of the queues at one time.
#[derive(Debug, Clone, Copy, Default, PartialEq, serde::Serialize)]
pub struct Sample {
    /// Minutes since the start.
    pub minute: u32,
    /// Events that no worker has received yet.
    pub intake: usize,
    /// Deliveries that wait after a failure or a deferral, or events in the design with one lane.
    pub waiting: usize,
    /// Messages in flight on the intake queue.
    pub in_flight: usize,
    /// Age in seconds that 99 % of the deliveries to healthy destinations did not exceed in the last minute.
    pub healthy_p99_seconds: f64,
    /// The same for healthy destinations with a long timeout.
    pub slow_p99_seconds: f64,
}

/// What happened in a simulation.
#[derive(Debug, Clone, Default, PartialEq, serde::Serialize)]
pub struct Report {
    /// One sample for each minute.
    pub samples: Vec<Sample>,
    /// Number of accepted deliveries: one for each event and destination.
    pub accepted: u64,
    /// Number of delivered ones.
    pub delivered: u64,
    /// Number of deliveries that were sent to the dead-letter queue.
    pub dead_lettered: u64,
    /// Number of calls of the failed destination.
    pub attempts: u64,
    /// Number of moves of deliveries to the failed destination without an attempt.
    pub deferrals: u64,
    /// Largest number of messages in flight on the intake queue.
    pub max_in_flight: usize,
    /// Age in seconds that 99 % of all deliveries to healthy destinations did not exceed.
    pub healthy_p99_seconds: f64,
    /// The same for healthy destinations with a long timeout, which are called on the retry lane.
    pub slow_p99_seconds: f64,
    /// When the backlog of the outage was empty, in seconds after the end of the outage; `None` if the simulation ended
    /// before.
    pub drained_after: Option<f64>,
}

/// The reports of the simulated designs.
#[derive(Debug, Clone, PartialEq)]
pub struct Simulated {
    /// Two lanes with circuit breakers.
    pub lanes: Report,
    /// The earlier design with one lane, if it was simulated.
    pub one_lane: Option<Report>,
}

impl Report {
    /// Returns the largest p99 of a minute, in seconds.
    #[must_use]
    pub fn worst_minute_seconds(&self) -> f64 {
        self.samples.iter().map(|sample| sample.healthy_p99_seconds).fold(0.0, f64::max)
    }

    /// Returns the largest p99 of a minute for destinations with a long timeout, in seconds; 0 without any.
    #[must_use]
    pub fn worst_slow_minute_seconds(&self) -> f64 {
        self.samples.iter().map(|sample| sample.slow_p99_seconds).fold(0.0, f64::max)
    }

    /// Returns the largest number of events that waited for a worker of the intake lane.
    #[must_use]
    pub fn max_intake(&self) -> usize {
        self.samples.iter().map(|sample| sample.intake).max().unwrap_or_default()
    }
}

/// Collects the report.
pub(super) struct Recorder {
    pub(super) report: Report,
    healthy: Ages,
    slow: Ages,
}

/// Ages of one minute and of all minutes before.
struct Ages {
    minute: Histogram,
    all: Histogram,
}

impl Recorder {
    pub(super) fn new() -> Self {
        let ages = || Ages { minute: Histogram::new(), all: Histogram::new() };
        Self { report: Report::default(), healthy: ages(), slow: ages() }
    }

    /// Counts a delivery to a healthy destination with its age in seconds.
    pub(super) fn healthy(&mut self, age: f64, is_slow: bool) {
        self.report.delivered += 1;
        let ages = if is_slow { &mut self.slow } else { &mut self.healthy };
        ages.minute.add(age);
    }

    pub(super) fn in_flight(&mut self, messages: usize) {
        self.report.max_in_flight = self.report.max_in_flight.max(messages);
    }

    /// Ends a minute.
    pub(super) fn sample(&mut self, sample: Sample) {
        let (healthy_p99_seconds, slow_p99_seconds) = (self.healthy.end_minute(), self.slow.end_minute());
        self.report.samples.push(Sample { healthy_p99_seconds, slow_p99_seconds, ..sample });
    }

    pub(super) fn finish(mut self) -> Report {
        self.report.healthy_p99_seconds = self.healthy.all.p99();
        self.report.slow_p99_seconds = self.slow.all.p99();
        self.report
    }
}

impl Ages {
    /// Ends a minute and returns its p99.
    fn end_minute(&mut self) -> f64 {
        let p99 = self.minute.p99();
        self.all.merge(&self.minute);
        self.minute.clear();
        p99
    }
}
