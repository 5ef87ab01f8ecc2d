//! The circuit breaker of one destination in one execution environment. It knows no clock and makes no call.

use serde::Deserialize;

use super::store::OpenState;

/// The settings of all circuit breakers.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct BreakerConfig {
    /// The number of consecutive retryable failures that opens a breaker.
    pub failures: u32,
    /// The first cool-down, in seconds. Each failed probe doubles it.
    pub cool_down_seconds: u32,
    /// The longest cool-down, in seconds.
    pub max_cool_down_seconds: u32,
    /// The EventBridge bus that receives an event for each opened and closed breaker. `None`: no events.
    pub event_bus: Option<String>,
}

/// Whether a destination may be called. Times are in seconds since 1970.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Gate {
    /// The destination may be called.
    Closed,
    /// The destination must not be called before `until`.
    Open {
        /// The end of the cool-down.
        until: u64,
    },
    /// The cool-down is over. One call, the probe, finds out whether the destination works again.
    HalfOpen,
}

/// The breaker of one destination.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Breaker {
    /// Consecutive retryable failures while the breaker is closed.
    failures: u32,
    open: Option<OpenState>,
}

impl Breaker {
    /// Returns whether the destination may be called.
    pub(crate) fn gate(&self, now: u64) -> Gate {
        match self.open {
            None => Gate::Closed,
            Some(open) if now < open.until => Gate::Open { until: open.until },
            Some(_) => Gate::HalfOpen,
        }
    }

    /// Counts a call to which the destination responded.
    pub(crate) fn succeeded(&mut self) {
        self.failures = 0;
    }

    /// Counts a retryable failure. Returns the new state if it opens the breaker.
    pub(crate) fn failed(&mut self, now: u64, config: &BreakerConfig) -> Option<OpenState> {
        self.failures = self.failures.saturating_add(1);
        if self.open.is_some() || self.failures < config.failures {
            return None;
        }
        self.open_for(now, config.cool_down_seconds)
    }

    /// Opens the breaker again after a failed probe, for twice the previous cool-down.
    pub(crate) fn probe_failed(&mut self, now: u64, config: &BreakerConfig) -> Option<OpenState> {
        let previous = self.open.map_or(config.cool_down_seconds, |open| open.cool_down);
        self.open_for(now, previous.saturating_mul(2).min(config.max_cool_down_seconds))
    }

    /// Closes the breaker. Returns whether it was open.
    pub(crate) fn close(&mut self) -> bool {
        self.failures = 0;
        self.open.take().is_some()
    }

    /// Adopts the state that another execution environment has stored.
    pub(crate) fn adopt(&mut self, stored: Option<OpenState>) {
        if stored.is_some() {
            self.failures = 0;
        }
        // Without an open breaker, the failures of this execution environment still count.
        self.open = stored;
    }

    fn open_for(&mut self, now: u64, cool_down: u32) -> Option<OpenState> {
        self.failures = 0;
        self.open = Some(OpenState { until: now + u64::from(cool_down), cool_down });
        self.open
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn config() -> BreakerConfig {
        BreakerConfig { failures: 3, cool_down_seconds: 30, max_cool_down_seconds: 100, event_bus: None }
    }

    #[test]
    fn only_consecutive_failures_open() {
        let mut breaker = Breaker::default();
        for _ in 0..5 {
            assert_eq!(breaker.failed(0, &config()), None);
            assert_eq!(breaker.failed(0, &config()), None);
            breaker.succeeded();
        }
        assert_eq!(breaker.gate(0), Gate::Closed);
        assert_eq!(breaker.failed(10, &config()), None);
        assert_eq!(breaker.failed(10, &config()), None);
        assert_eq!(breaker.failed(10, &config()), Some(OpenState { until: 40, cool_down: 30 }));
        assert_eq!(breaker.failed(11, &config()), None, "a call that was already running opens nothing");
        assert_eq!([39, 40].map(|now| breaker.gate(now)), [Gate::Open { until: 40 }, Gate::HalfOpen]);
    }

    #[test]
    fn each_failed_probe_doubles_the_cool_down_up_to_the_limit() {
        let mut breaker = Breaker::default();
        breaker.adopt(Some(OpenState { until: 40, cool_down: 30 }));
        let cool_downs = [40, 100, 200].map(|now| breaker.probe_failed(now, &config()).unwrap().cool_down);
        assert_eq!(cool_downs, [60, 100, 100]);
        assert_eq!(breaker.gate(299), Gate::Open { until: 300 });
        assert!(breaker.close());
        assert_eq!((breaker.gate(299), breaker.close()), (Gate::Closed, false));
    }

    #[test]
    fn success_of_a_running_call_does_not_close() {
        let mut breaker = Breaker::default();
        breaker.adopt(Some(OpenState { until: 40, cool_down: 30 }));
        breaker.succeeded();
        assert_eq!(breaker.gate(39), Gate::Open { until: 40 });
        breaker.adopt(None);
        assert_eq!(breaker.gate(39), Gate::Closed);
    }
}
