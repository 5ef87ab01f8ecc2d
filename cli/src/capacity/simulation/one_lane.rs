//! The earlier design, for comparison: one lane, and a failed event stays in flight until its visibility timeout ends.

use super::delayed::Delayed;
use super::recorder::{Recorder, Report, Sample};
use super::workers::{Time, Workers, seconds, time, whole_seconds};
use super::world::{Event, Scenario, World};
use crate::capacity::model::MAX_IN_FLIGHT;
use crate::capacity::parameters::{Lane, Parameters, count};

/// Retries by visibility timeout, with exponential backoff and full jitter.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct VisibilityRetry {
    /// The only lane.
    pub lane: Lane,
    /// Upper bound of the random wait after the first failed receive, in seconds. Each further one doubles it.
    pub base_seconds: u32,
    /// Maximum of the upper bound, in seconds.
    pub max_seconds: u32,
    /// Receives after which an event goes to the dead-letter queue.
    pub max_receive_count: u32,
}

impl VisibilityRetry {
    /// The production settings before the retry lane existed.
    pub const PRODUCTION: Self = Self {
        lane: Lane { maximum_concurrency: 40, batch_size: 10 },
        base_seconds: 15,
        max_seconds: 3600,
        max_receive_count: 8,
    };
}

/// An event, with the history of its delivery to the faulty destination.
#[derive(Debug, Clone, Copy)]
struct QueuedEvent {
    event: Event,
    failed_receives: u32,
    /// Whether this delivery has failed at least once.
    is_backlog: bool,
}

struct OneLane<'a> {
    parameters: &'a Parameters,
    retry: VisibilityRetry,
    world: World,
    recorder: Recorder,
    workers: Workers,
    /// Failed events of each running batch, and the number of its messages, by worker.
    running: Vec<(Vec<QueuedEvent>, usize)>,
    visible: std::collections::VecDeque<QueuedEvent>,
    hidden: Delayed<QueuedEvent>,
    received: usize,
    backlog: usize,
}

/// Simulates an outage with one lane.
#[must_use]
pub fn simulate(parameters: &Parameters, retry: VisibilityRetry, scenario: Scenario) -> Report {
    let workers = retry.lane.maximum_concurrency.try_into().unwrap_or(1);
    let mut lane = OneLane {
        parameters,
        retry,
        world: World::new(parameters, scenario),
        recorder: Recorder::new(),
        workers: Workers::new(workers),
        running: vec![(Vec::new(), 0); workers],
        visible: std::collections::VecDeque::new(),
        hidden: Delayed::new(),
        received: 0,
        backlog: 0,
    };
    let mut minute = 1;
    while let Some(now) = lane.step() {
        while seconds(now) >= f64::from(minute) * 60.0 {
            lane.sample(minute);
            minute += 1;
        }
        let after_outage = seconds(now) - scenario.until;
        // Less than a second of new events is no backlog.
        if after_outage > 0.0 && lane.backlog == 0 && count(lane.world.intake.len()) < parameters.rate {
            lane.recorder.report.drained_after = Some(after_outage);
            break;
        }
        if seconds(now) > scenario.end {
            break;
        }
    }
    lane.sample(minute);
    lane.recorder.finish()
}

impl OneLane<'_> {
    fn step(&mut self) -> Option<Time> {
        let arrival = self.world.next_arrival();
        let end = self.workers.next_end().unwrap_or(Time::MAX);
        let visible = self.hidden.next().map_or(Time::MAX, |second| second * 1_000_000);
        let now = arrival.min(end).min(visible);
        if now == visible {
            self.visible.extend(self.hidden.pop());
        } else if now == arrival {
            self.recorder.report.accepted += self.world.enqueue_next_event() as u64;
        } else {
            let worker = self.workers.finish()?;
            self.finish(worker, now);
        }
        while self.can_receive() && self.workers.has_idle() {
            self.start(now)?;
        }
        Some(now)
    }

    /// Messages in flight: received ones, and those whose visibility timeout has not ended.
    fn in_flight(&self) -> usize {
        self.received + self.hidden.len()
    }

    fn can_receive(&self) -> bool {
        count(self.in_flight()) < MAX_IN_FLIGHT && (!self.visible.is_empty() || !self.world.intake.is_empty())
    }

    fn start(&mut self, now: Time) -> Option<()> {
        let worker = self.workers.take()?;
        let mut size = 0;
        let mut slowest: f64 = 0.0;
        let mut failed = std::mem::take(&mut self.running.get_mut(worker)?.0);
        while size < usize::try_from(self.retry.lane.batch_size).ok()? && self.can_receive() {
            self.received += 1;
            size += 1;
            // A standard queue guarantees no order. The simulation receives redelivered events before new ones.
            let queued = self.visible.pop_front();
            let is_first_receive = queued.is_none();
            let queued = queued.or_else(|| {
                self.world.intake.pop_front().map(|event| QueuedEvent { event, failed_receives: 0, is_backlog: false })
            })?;
            let duration = self.attempt(queued, is_first_receive, now, &mut failed)?;
            slowest = slowest.max(duration);
        }
        self.recorder.in_flight(self.in_flight());
        let table = self.parameters.table_seconds(2);
        let visibility_change = if failed.is_empty() { 0.0 } else { self.parameters.times.sqs_ms / 1000.0 };
        let duration = table + slowest + visibility_change + self.parameters.process_cpu_seconds(count(size));
        *self.running.get_mut(worker)? = (failed, size);
        self.workers.start(worker, now + time(duration));
        Some(())
    }

    /// Attempts all deliveries of an event at its first receive, and later only the one to the faulty destination. Adds the
    /// event to `failed` if an attempt failed. Returns the longest duration of an attempt, in seconds.
    fn attempt(
        &mut self,
        queued: QueuedEvent,
        is_first_receive: bool,
        now: Time,
        failed: &mut Vec<QueuedEvent>,
    ) -> Option<f64> {
        let mut slowest: f64 = 0.0;
        for index in 0..self.world.routes.get(queued.event.source)?.len() {
            let destination = *self.world.routes.get(queued.event.source)?.get(index)?;
            let is_faulty = destination == self.world.scenario.destination;
            if !is_first_receive && !is_faulty {
                continue;
            }
            let (is_ok, duration) = self.world.call(destination, now);
            slowest = slowest.max(duration);
            match (is_ok, is_faulty) {
                (true, false) => {
                    let waited = seconds(now.saturating_sub(queued.event.arrived));
                    let is_slow = self.parameters.settings.destinations.get(destination)?.is_slow();
                    self.recorder.healthy(waited + self.parameters.table_seconds(1) + duration, is_slow);
                }
                (true, true) => {
                    self.recorder.report.attempts += 1;
                    self.recorder.report.delivered += 1;
                    self.backlog -= usize::from(queued.is_backlog);
                }
                (false, _) => {
                    self.recorder.report.attempts += 1;
                    self.backlog += usize::from(!queued.is_backlog);
                    failed.push(QueuedEvent {
                        failed_receives: queued.failed_receives + 1,
                        is_backlog: true,
                        ..queued
                    });
                }
            }
        }
        Some(slowest)
    }

    fn finish(&mut self, worker: usize, now: Time) {
        let Some((failed, size)) = self.running.get_mut(worker) else { return };
        self.received -= *size;
        for queued in failed.drain(..) {
            if queued.failed_receives >= self.retry.max_receive_count {
                self.recorder.report.dead_lettered += 1;
                self.backlog -= 1;
                continue;
            }
            let doubled = 2u32.saturating_pow(queued.failed_receives.saturating_sub(1));
            let longest = self.retry.base_seconds.saturating_mul(doubled).min(self.retry.max_seconds);
            let wait = self.world.random.u32(0..=longest);
            match wait {
                0 => self.visible.push_back(queued),
                _ => self.hidden.push(whole_seconds(now) + u64::from(wait), queued),
            }
        }
    }

    fn sample(&mut self, minute: u32) {
        self.recorder.sample(Sample {
            minute,
            intake: self.world.intake.len(),
            waiting: self.visible.len() + self.hidden.len(),
            in_flight: self.in_flight(),
            ..Sample::default()
        });
    }
}
