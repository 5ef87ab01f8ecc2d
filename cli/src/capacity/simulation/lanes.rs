//! The intake lane and the retry lane.

use std::collections::VecDeque;

use super::breaker::{Admission, Breakers};
use super::delayed::Delayed;
use super::delivery::{Batch, Delivery, Finding, Place};
use super::recorder::{Recorder, Report, Sample};
use super::workers::{Time, Workers, seconds, time, whole_seconds};
use super::world::{Scenario, World};
use crate::capacity::parameters::{Parameters, count};

/// The longest delay of a message, in seconds.
const MAX_DELAY_SECONDS: u64 = 900;
/// How long a probe may take longer than the timeout of its destination, in seconds.
const PROBE_MARGIN_SECONDS: u64 = 5;

struct Lanes<'a> {
    parameters: &'a Parameters,
    world: World,
    breakers: Breakers,
    recorder: Recorder,
    intake_workers: Workers,
    retry_workers: Workers,
    /// Findings of each running batch, by sandbox.
    findings: Vec<Vec<(Delivery, Finding)>>,
    /// Number of messages of each running batch, by sandbox.
    sizes: Vec<usize>,
    visible: VecDeque<Delivery>,
    delayed: Delayed<Delivery>,
    intake_in_flight: usize,
    /// Messages of the retry queue that a worker has received.
    retry_in_flight: usize,
    /// Deliveries of the outage that are not finished.
    backlog: usize,
}

/// Simulates an outage with an intake lane, a retry lane and circuit breakers.
#[must_use]
pub fn simulate(parameters: &Parameters, scenario: Scenario) -> Report {
    let mut lanes = Lanes::new(parameters, scenario);
    let mut minute = 1;
    while let Some(now) = lanes.step() {
        while seconds(now) >= f64::from(minute) * 60.0 {
            lanes.sample(minute);
            minute += 1;
        }
        let after = seconds(now) - scenario.until;
        let is_drained = lanes.backlog == 0 && !lanes.breakers.is_open(scenario.destination);
        if after > 0.0 && is_drained {
            lanes.recorder.report.drained_after = Some(after);
            break;
        }
        if seconds(now) > scenario.end {
            break;
        }
    }
    lanes.sample(minute);
    lanes.recorder.finish()
}

impl<'a> Lanes<'a> {
    fn new(parameters: &'a Parameters, scenario: Scenario) -> Self {
        let settings = &parameters.settings;
        let (intake, retry) = (settings.intake.maximum_concurrency, settings.retry_lane.maximum_concurrency);
        let (intake, retry) = (usize::try_from(intake).unwrap_or(1), usize::try_from(retry).unwrap_or(1));
        let sandboxes = intake + retry;
        Self {
            parameters,
            world: World::new(parameters, scenario),
            breakers: Breakers::new(settings.breaker, sandboxes, settings.destinations.len()),
            recorder: Recorder::new(),
            intake_workers: Workers::new(intake),
            retry_workers: Workers::new(retry),
            findings: vec![Vec::new(); sandboxes],
            sizes: vec![0; sandboxes],
            visible: VecDeque::new(),
            delayed: Delayed::new(),
            intake_in_flight: 0,
            retry_in_flight: 0,
            backlog: 0,
        }
    }

    /// Sandboxes of the retry lane have the higher numbers.
    fn retry_sandbox(&self, worker: usize) -> usize {
        self.sizes.len().saturating_sub(1).saturating_sub(worker)
    }

    /// Handles the next occurrence and returns its time.
    fn step(&mut self) -> Option<Time> {
        let arrival = self.world.next_arrival();
        let intake = self.intake_workers.next_end().unwrap_or(Time::MAX);
        let retry = self.retry_workers.next_end().unwrap_or(Time::MAX);
        let visible = self.delayed.next().map_or(Time::MAX, |second| second * 1_000_000);
        let now = arrival.min(intake).min(retry).min(visible);
        if now == visible {
            self.visible.extend(self.delayed.pop());
        } else if now == arrival {
            self.recorder.report.accepted += self.world.enqueue_next_event() as u64;
        } else if now == intake {
            let sandbox = self.intake_workers.finish()?;
            self.intake_in_flight -= self.finish(sandbox, now);
        } else {
            let worker = self.retry_workers.finish()?;
            self.retry_in_flight -= self.finish(self.retry_sandbox(worker), now);
        }
        while !self.world.intake.is_empty() && self.intake_workers.has_idle() {
            self.start_intake(now)?;
        }
        while !self.visible.is_empty() && self.retry_workers.has_idle() {
            self.start_retry(now)?;
        }
        Some(now)
    }

    fn start_intake(&mut self, now: Time) -> Option<()> {
        let sandbox = self.intake_workers.take()?;
        let size = self.world.intake.len().min(self.parameters.settings.intake.batch_size.try_into().ok()?);
        self.breakers.refresh(sandbox, whole_seconds(now));
        let mut batch = Batch::default();
        for _ in 0..size {
            let event = self.world.intake.pop_front()?;
            for index in 0..self.world.routes.get(event.source)?.len() {
                let destination = *self.world.routes.get(event.source)?.get(index)?;
                let delivery = Delivery {
                    destination,
                    attempts: 0,
                    arrived: event.arrived,
                    first_failed_at: whole_seconds(now),
                    not_before: 0,
                    is_backlog: false,
                };
                let is_slow = self.parameters.settings.destinations.get(destination)?.is_slow();
                self.handle(
                    &mut batch,
                    sandbox,
                    delivery,
                    now,
                    if is_slow { Place::SlowOnIntake } else { Place::Intake },
                );
            }
        }
        let writes = if batch.moves { 2 } else { self.parameters.settings.writes };
        let end = now + time(self.duration(&batch, size, writes));
        self.intake_in_flight += size;
        self.recorder.in_flight(self.intake_in_flight);
        *self.sizes.get_mut(sandbox)? = size;
        self.intake_workers.start(sandbox, end);
        Some(())
    }

    fn start_retry(&mut self, now: Time) -> Option<()> {
        let worker = self.retry_workers.take()?;
        let sandbox = self.retry_sandbox(worker);
        let size = self.visible.len().min(self.parameters.settings.retry_lane.batch_size.try_into().ok()?);
        self.breakers.refresh(sandbox, whole_seconds(now));
        let mut batch = Batch::default();
        for _ in 0..size {
            let delivery = self.visible.pop_front()?;
            if delivery.not_before > whole_seconds(now) {
                self.findings.get_mut(sandbox)?.push((delivery, Finding::NotDue));
                batch.moves = true;
                continue;
            }
            self.handle(&mut batch, sandbox, delivery, now, Place::Retry);
        }
        let end = now + time(self.duration(&batch, size, 2));
        self.retry_in_flight += size;
        *self.sizes.get_mut(sandbox)? = size;
        self.retry_workers.start(worker, end);
        Some(())
    }

    /// Admits and attempts one delivery.
    fn handle(&mut self, batch: &mut Batch, sandbox: usize, delivery: Delivery, now: Time, place: Place) {
        let Delivery { destination, arrived, .. } = delivery;
        let settings = self.parameters.settings.destinations.get(destination);
        let (timeout, is_slow) = settings.map_or((0.0, false), |found| (found.timeout_seconds, found.is_slow()));
        let probe = (place == Place::Retry).then(|| whole_seconds(time(timeout)) + PROBE_MARGIN_SECONDS);
        let admission = self.breakers.admit((sandbox, destination), whole_seconds(now), probe, &mut self.world.random);
        let finding = match admission {
            Admission::Defer(wait) => Finding::Deferred { wait },
            Admission::Attempt { .. } if place == Place::SlowOnIntake => Finding::Deferred { wait: 0 },
            Admission::Attempt { is_probe } => {
                let (is_ok, seconds_taken) = self.world.call(destination, now);
                batch.slowest = batch.slowest.max(seconds_taken);
                batch.attempted = true;
                let is_faulty = destination == self.world.scenario.destination;
                self.recorder.report.attempts += u64::from(is_faulty);
                match (is_ok, is_faulty) {
                    // Only findings about the faulty destination can change a breaker.
                    (true, false) => {
                        let age =
                            seconds(now.saturating_sub(arrived)) + self.parameters.table_seconds(1) + seconds_taken;
                        return self.recorder.healthy(age, is_slow);
                    }
                    (true, true) => Finding::Made { is_probe },
                    (false, _) => Finding::Failed { is_probe },
                }
            }
        };
        batch.moves |= !matches!(finding, Finding::Made { .. });
        if let Some(findings) = self.findings.get_mut(sandbox) {
            findings.push((delivery, finding));
        }
    }

    /// Returns the duration of a batch in seconds.
    fn duration(&self, batch: &Batch, size: usize, writes: u32) -> f64 {
        let table = if batch.attempted { self.parameters.table_seconds(writes) } else { 0.0 };
        let moves = if batch.moves { self.parameters.times.sqs_ms / 1000.0 } else { 0.0 };
        let cpu = self.parameters.process_cpu_seconds(count(size));
        table + batch.slowest + moves + cpu
    }

    /// Ends a batch. Returns the number of its messages.
    fn finish(&mut self, sandbox: usize, now: Time) -> usize {
        let mut findings = self.findings.get_mut(sandbox).map(std::mem::take).unwrap_or_default();
        for (delivery, finding) in findings.drain(..) {
            self.settle(sandbox, delivery, finding, now);
        }
        if let Some(empty) = self.findings.get_mut(sandbox) {
            *empty = findings;
        }
        self.sizes.get(sandbox).copied().unwrap_or_default()
    }

    fn settle(&mut self, sandbox: usize, mut delivery: Delivery, finding: Finding, now: Time) {
        let (place, second) = ((sandbox, delivery.destination), whole_seconds(now));
        let age = second.saturating_sub(delivery.first_failed_at);
        let policy = self.parameters.policy(delivery.destination);
        let wait = match finding {
            Finding::Made { is_probe } => {
                self.breakers.record(place, second, is_probe, true);
                self.backlog -= usize::from(delivery.is_backlog);
                self.recorder.report.delivered += 1;
                return;
            }
            Finding::Failed { is_probe } => {
                self.breakers.record(place, second, is_probe, false);
                delivery.attempts += 1;
                let random = std::cell::RefCell::new(&mut self.world.random);
                policy
                    .next_wait(delivery.attempts, age, None, |bound| random.borrow_mut().u32(0..=bound))
                    .map(u64::from)
            }
            Finding::Deferred { wait } => {
                let is_faulty = delivery.destination == self.world.scenario.destination;
                self.recorder.report.deferrals += u64::from(is_faulty);
                policy.remaining_seconds(age).map(|remaining| wait.min(remaining.into()))
            }
            Finding::NotDue => Some(delivery.not_before.saturating_sub(second)),
        };
        let Some(wait) = wait else {
            self.backlog -= usize::from(delivery.is_backlog);
            self.recorder.report.dead_lettered += 1;
            return;
        };
        let is_caused = delivery.destination == self.world.scenario.destination
            && (self.world.is_outage(now) || self.breakers.is_open(delivery.destination));
        if is_caused && !delivery.is_backlog {
            delivery.is_backlog = true;
            self.backlog += 1;
        }
        delivery.not_before = second + wait;
        match wait {
            0 => self.visible.push_back(delivery),
            _ => self.delayed.push(second + wait.min(MAX_DELAY_SECONDS), delivery),
        }
    }

    fn sample(&mut self, minute: u32) {
        self.recorder.sample(Sample {
            minute,
            intake: self.world.intake.len(),
            waiting: self.visible.len() + self.delayed.len() + self.retry_in_flight,
            in_flight: self.intake_in_flight,
            ..Sample::default()
        });
    }
}
