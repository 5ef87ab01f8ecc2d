//! Whether a destination may be called now: an operator can pause it, and a circuit breaker skips calls that would fail.
//!
//! Each execution environment keeps the states in memory. They are shared through the table of the claims, which an
//! execution environment reads at most once in each cool-down, and once more after a batch in which a call failed.

mod admission;
mod breaker;
mod dynamodb;
mod store;
mod transition;

use std::cell::{Cell, RefCell};
use std::collections::BTreeMap;
use std::time::Duration;

use hookline_telemetry::{Level, Line};
use tokio::time::timeout;

use self::admission::defer;
pub(crate) use self::admission::{Admission, Candidate};
pub use self::breaker::BreakerConfig;
use self::breaker::{Breaker, Gate};
pub use self::store::{DestinationStateStore, OpenState, ProbeStart, StoredState};
use self::transition::Transition;
use crate::clock;
use crate::destinations::Clients;
use crate::failure::Failure;
use crate::lane::Lane;
use crate::reason::{Health, Reason};

/// A destination with a longer timeout is called on the retry lane only, so that no batch of the intake lane waits longer
/// for a slow destination.
pub(crate) const MAX_INTAKE_TIMEOUT: Duration = Duration::from_secs(5);

/// The time between two looks at a paused destination, in seconds. It grows with the age of the delivery.
const PAUSE_CHECK_SECONDS: std::ops::RangeInclusive<u64> = 30..=900;

/// Seconds between two reads of the shared state while a breaker waits for the result of a probe.
const PROBE_CHECK_SECONDS: u64 = 5;

/// Seconds until the shared state is read again after an error.
const RETRY_READ_SECONDS: u64 = 5;

/// How long a probe may take longer than the timeout of its destination, in seconds.
const PROBE_MARGIN_SECONDS: u64 = 5;

/// The limit for publishing a transition. The result of the delivery is recorded afterwards.
const PUBLISH_TIMEOUT: Duration = Duration::from_secs(2);

/// The states of all destinations in this execution environment.
pub(crate) struct DestinationStates {
    config: BreakerConfig,
    service: String,
    states: RefCell<BTreeMap<String, LocalState>>,
    /// The time of the next read of the shared state, in seconds since 1970.
    next_read: Cell<u64>,
}

#[derive(Debug, Default)]
struct LocalState {
    breaker: Breaker,
    is_paused: bool,
    /// Whether a probe of this execution environment is running.
    is_probing: bool,
}

impl DestinationStates {
    /// Creates the states of destinations that are neither paused nor open.
    pub(crate) fn new(config: BreakerConfig, service: String, destinations: impl Iterator<Item = String>) -> Self {
        let states = destinations.map(|name| (name, LocalState::default())).collect();
        Self { config, service, states: RefCell::new(states), next_read: Cell::new(0) }
    }

    /// Reads the shared state if it is due. After an error the known state stays in effect.
    pub(crate) async fn refresh<S: DestinationStateStore>(&self, store: Option<&S>) {
        let now = clock::now();
        // The batches of an execution environment do not overlap, so no probe is running.
        self.states.borrow_mut().values_mut().for_each(|state| state.is_probing = false);
        let Some(store) = store.filter(|_| self.next_read.get() <= now) else { return };
        self.next_read.set(now + u64::from(self.config.cool_down_seconds));
        let names: Vec<String> = self.states.borrow().keys().cloned().collect();
        let stored = match store.read_states(&names.iter().map(String::as_str).collect::<Vec<_>>()).await {
            Ok(stored) => stored,
            Err(error) => {
                Line { detail: Some(&error), ..Line::new(Level::Warn, "destination_state_unavailable") }.write(&[]);
                self.next_read.set(now + RETRY_READ_SECONDS);
                return;
            }
        };
        for (name, stored) in names.iter().zip(stored) {
            self.update(name, |state| {
                state.is_paused = stored.is_paused;
                state.breaker.adopt(stored.open);
            });
            self.read_again_after(stored.open, now);
        }
    }

    /// Decides whether a delivery may be attempted now.
    pub(crate) async fn admit<S: DestinationStateStore>(
        &self,
        store: Option<&S>,
        candidate: Candidate<'_>,
    ) -> Admission {
        let Candidate { destination, timeout, lane, age_seconds } = candidate;
        if let Some(failure) = self.waiting(destination, age_seconds) {
            return Admission::Defer(failure);
        }
        let now = clock::now();
        let state = |state: &mut LocalState| (state.breaker.gate(now), state.is_probing);
        let (gate, is_probing) = self.update(destination, state).unwrap_or((Gate::Closed, false));
        match gate {
            Gate::Closed if lane == Lane::Intake && timeout > MAX_INTAKE_TIMEOUT => defer(Reason::SlowDestination, 0),
            Gate::Closed => Admission::Attempt { is_probe: false },
            Gate::HalfOpen if lane == Lane::Retry && !is_probing => {
                self.begin_probe(store, destination, timeout, now).await
            }
            Gate::HalfOpen | Gate::Open { .. } => defer(Reason::BreakerOpen, self.spread(1)),
        }
    }

    /// Returns why a delivery has to wait, if its destination is paused or its circuit breaker is open. `age_seconds` is the
    /// age of the delivery.
    pub(crate) fn waiting(&self, destination: &str, age_seconds: u64) -> Option<Failure> {
        let now = clock::now();
        let state = |state: &mut LocalState| (state.is_paused, state.breaker.gate(now));
        match self.update(destination, state)? {
            (true, _) => {
                let wait = (age_seconds / 4).clamp(*PAUSE_CHECK_SECONDS.start(), *PAUSE_CHECK_SECONDS.end());
                Some(Failure::deferral(Reason::DestinationPaused, wait))
            }
            (false, Gate::Open { until }) => {
                Some(Failure::deferral(Reason::BreakerOpen, self.spread(until.saturating_sub(now))))
            }
            (false, Gate::Closed | Gate::HalfOpen) => None,
        }
    }

    async fn begin_probe<S: DestinationStateStore>(
        &self,
        store: Option<&S>,
        destination: &str,
        timeout: Duration,
        now: u64,
    ) -> Admission {
        let until = now + timeout.as_secs() + PROBE_MARGIN_SECONDS;
        let start = match store {
            // Another record of the batch must not start a probe during the call.
            Some(store) => {
                self.update(destination, |state| state.is_probing = true);
                let start = store.begin_probe(destination, now, until).await;
                self.update(destination, |state| state.is_probing = false);
                start
            }
            None => Ok(ProbeStart::Started),
        };
        match start {
            Ok(ProbeStart::Started) => {
                self.update(destination, |state| state.is_probing = true);
                Admission::Attempt { is_probe: true }
            }
            Ok(ProbeStart::Closed) => {
                self.update(destination, |state| state.breaker.close());
                Admission::Attempt { is_probe: false }
            }
            Ok(ProbeStart::Open(open)) => {
                self.update(destination, |state| state.breaker.adopt(Some(open)));
                defer(Reason::BreakerOpen, self.spread(open.until.saturating_sub(now)))
            }
            Err(error) => {
                let line = Line::new(Level::Warn, "destination_state_unavailable");
                Line { destination, detail: Some(&error), ..line }.write(&[]);
                defer(Reason::BreakerOpen, self.spread(PROBE_CHECK_SECONDS))
            }
        }
    }

    /// Ends a probe that made no call.
    pub(crate) fn cancel_probe(&self, destination: &str) {
        self.update(destination, |state| state.is_probing = false);
    }

    /// Counts the result of a call, and opens or closes the breaker.
    pub(crate) async fn record<S: DestinationStateStore>(
        &self,
        store: Option<&S>,
        clients: &Clients,
        destination: &str,
        is_probe: bool,
        result: &Result<(), Failure>,
    ) {
        let now = clock::now();
        let reason = result.as_ref().err().map(|failure| &failure.reason);
        let health = reason.map_or(Health::Responds, Reason::health);
        let fault = reason.filter(|_| health == Health::Fails);
        if fault.is_some() {
            // Another execution environment may have opened the breaker during the call.
            self.next_read.set(now);
        }
        let transition = self.update(destination, |state| {
            state.is_probing = state.is_probing && !is_probe;
            match fault {
                None if health == Health::Unknown => None,
                None if is_probe => state.breaker.close().then_some(Transition::Closed),
                None => {
                    state.breaker.succeeded();
                    None
                }
                Some(reason) if is_probe => {
                    let open = state.breaker.probe_failed(now, &self.config);
                    open.map(|open| Transition::Reopened { open, reason: reason.code() })
                }
                Some(reason) => {
                    let open = state.breaker.failed(now, &self.config);
                    open.map(|open| Transition::Opened { open, reason: reason.code() })
                }
            }
        });
        if let Some(transition) = transition.flatten()
            && self.store(store, destination, &transition, now).await
        {
            self.read_again_after(transition.open_state(), now);
            transition.log(destination);
            let publish = transition.publish(&self.service, destination, self.config.event_bus.as_deref(), clients);
            if timeout(PUBLISH_TIMEOUT, publish).await.is_err() {
                Line { destination, ..Line::new(Level::Warn, "transition_not_published") }.write(&[]);
            }
        }
    }

    /// Stores a transition. Returns whether this execution environment announces it: another one may have made the same
    /// transition.
    async fn store<S: DestinationStateStore>(
        &self,
        store: Option<&S>,
        destination: &str,
        transition: &Transition,
        now: u64,
    ) -> bool {
        let stored = match (store, transition) {
            (None, _) => Ok(None),
            (Some(store), Transition::Closed) => store.close_breaker(destination).await.map(|()| None),
            (Some(store), Transition::Opened { open, reason } | Transition::Reopened { open, reason }) => {
                store.open_breaker(destination, *open, reason, now).await
            }
        };
        match stored {
            // The SDK repeats a call whose response was lost, and then finds its own state.
            Ok(Some(other)) if Some(other) != transition.open_state() => {
                self.update(destination, |state| state.breaker.adopt(Some(other)));
                false
            }
            Ok(_) => true,
            Err(error) => {
                let line = Line::new(Level::Warn, "destination_state_not_stored");
                Line { destination, detail: Some(&error), ..line }.write(&[]);
                true
            }
        }
    }

    /// Brings the next read forward, so that the end of a cool-down is noticed.
    fn read_again_after(&self, open: Option<OpenState>, now: u64) {
        if let Some(open) = open {
            self.next_read.set(self.next_read.get().min(open.until.max(now + PROBE_CHECK_SECONDS)));
        }
    }

    /// Adds a random part to a wait, so that not all deliveries arrive at the same time.
    fn spread(&self, seconds: u64) -> u64 {
        seconds + u64::from(fastrand::u32(0..=self.config.cool_down_seconds / 2))
    }

    fn update<T>(&self, destination: &str, change: impl FnOnce(&mut LocalState) -> T) -> Option<T> {
        self.states.borrow_mut().get_mut(destination).map(change)
    }
}
