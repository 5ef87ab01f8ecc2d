use std::collections::VecDeque;

use fastrand::Rng;

use super::workers::{Time, seconds, time};
use crate::capacity::model::Fault;
use crate::capacity::parameters::Parameters;

/// An outage of one destination. All times are in seconds since the start of the simulation.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Scenario {
    /// Index of the destination.
    pub destination: usize,
    /// How it fails.
    pub fault: Fault,
    /// Start of the outage.
    pub from: f64,
    /// End of the outage.
    pub until: f64,
    /// End of the simulation, if the backlog is not empty earlier.
    pub end: f64,
    /// Seed of all random numbers.
    pub seed: u64,
}

/// An accepted event.
#[derive(Debug, Clone, Copy)]
pub(super) struct Event {
    pub(super) arrived: Time,
    /// Index of the source.
    pub(super) source: usize,
}

/// The simulated senders, intake queue and destinations.
pub(super) struct World {
    pub(super) scenario: Scenario,
    pub(super) random: Rng,
    /// Events that no worker has received yet.
    pub(super) intake: VecDeque<Event>,
    /// Destinations of each source.
    pub(super) routes: Vec<Vec<usize>>,
    /// Timeout of each destination, in seconds.
    timeouts: Vec<f64>,
    /// Mean duration of a call to a destination.
    mean_call_seconds: f64,
    /// Events per second.
    rate: f64,
    next_arrival: Time,
}

impl World {
    pub(super) fn new(parameters: &Parameters, scenario: Scenario) -> Self {
        let settings = &parameters.settings;
        let mut world = Self {
            scenario,
            random: Rng::with_seed(scenario.seed),
            intake: VecDeque::new(),
            routes: settings.sources.iter().map(|source| source.destinations.clone()).collect(),
            timeouts: settings.destinations.iter().map(|destination| destination.timeout_seconds).collect(),
            mean_call_seconds: parameters.times.destination_ms / 1000.0,
            rate: parameters.rate,
            next_arrival: 0,
        };
        world.schedule_arrival(0);
        world
    }

    /// Returns the time of the next arrival.
    pub(super) fn next_arrival(&self) -> Time {
        self.next_arrival
    }

    /// Puts the next event on the intake queue. Returns the number of its destinations. Arrivals are a Poisson process.
    pub(super) fn enqueue_next_event(&mut self) -> usize {
        let (arrived, source) = (self.next_arrival, self.random.usize(0..self.routes.len().max(1)));
        self.intake.push_back(Event { arrived, source });
        self.schedule_arrival(arrived);
        self.routes.get(source).map_or(0, Vec::len)
    }

    fn schedule_arrival(&mut self, now: Time) {
        let interval = -(1.0 - self.random.f64()).ln() / self.rate;
        self.next_arrival = now + time(interval).max(1);
    }

    /// Returns whether the outage is in progress.
    pub(super) fn is_outage(&self, now: Time) -> bool {
        (self.scenario.from..self.scenario.until).contains(&seconds(now))
    }

    /// Calls a destination. Returns whether the call succeeds, and its duration in seconds.
    pub(super) fn call(&mut self, destination: usize, now: Time) -> (bool, f64) {
        let duration = self.mean_call_seconds * (0.5 + self.random.f64());
        if destination != self.scenario.destination || !self.is_outage(now) {
            return (true, duration);
        }
        match self.scenario.fault {
            Fault::Rejects => (false, duration),
            Fault::Hangs => (false, self.timeouts.get(destination).copied().unwrap_or_default()),
        }
    }
}
