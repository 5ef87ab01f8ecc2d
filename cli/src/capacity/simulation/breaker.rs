//! The circuit breakers of all sandboxes and their shared state, with the rules of the process function
//! (`functions/process/src/destination_state`). Times are in seconds.

use fastrand::Rng;

use crate::target::BreakerSettings;

/// Seconds between two reads of the shared state while a breaker waits for the result of a probe.
const PROBE_CHECK_SECONDS: u64 = 5;

/// Whether a delivery is attempted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Admission {
    Attempt {
        is_probe: bool,
    },
    /// It waits for this number of seconds.
    Defer(u64),
}

#[derive(Debug, Clone, Copy)]
struct Open {
    until: u64,
    cool_down: u64,
}

/// The breaker of one destination in one sandbox.
#[derive(Debug, Clone, Copy, Default)]
struct Local {
    failures: u32,
    open: Option<Open>,
    is_probing: bool,
}

/// The stored breaker of one destination.
#[derive(Debug, Clone, Copy, Default)]
struct Stored {
    open: Option<Open>,
    probe_until: u64,
}

struct Sandbox {
    next_read: u64,
    destinations: Vec<Local>,
}

pub(super) struct Breakers {
    settings: BreakerSettings,
    stored: Vec<Stored>,
    sandboxes: Vec<Sandbox>,
}

impl Breakers {
    pub(super) fn new(settings: BreakerSettings, sandboxes: usize, destinations: usize) -> Self {
        let sandbox = || Sandbox { next_read: 0, destinations: vec![Local::default(); destinations] };
        let sandboxes = std::iter::repeat_with(sandbox).take(sandboxes).collect();
        Self { settings, stored: vec![Stored::default(); destinations], sandboxes }
    }

    /// Whether the stored breaker of a destination is open.
    pub(super) fn is_open(&self, destination: usize) -> bool {
        self.stored.get(destination).is_some_and(|stored| stored.open.is_some())
    }

    /// Reads the shared state into a sandbox if it is due.
    pub(super) fn refresh(&mut self, sandbox: usize, now: u64) {
        let Some(sandbox) = self.sandboxes.get_mut(sandbox).filter(|sandbox| sandbox.next_read <= now) else { return };
        sandbox.next_read = now + u64::from(self.settings.cool_down_seconds);
        for (local, stored) in sandbox.destinations.iter_mut().zip(&self.stored) {
            local.open = stored.open;
            if let Some(open) = stored.open {
                sandbox.next_read = sandbox.next_read.min(open.until.max(now + PROBE_CHECK_SECONDS));
            }
        }
    }

    /// Decides whether a delivery is attempted. `probe_seconds` is the longest duration of a probe; `None` on the intake
    /// lane, which makes no probes.
    pub(super) fn admit(
        &mut self,
        (sandbox, destination): (usize, usize),
        now: u64,
        probe_seconds: Option<u64>,
        random: &mut Rng,
    ) -> Admission {
        let spread = u64::from(random.u32(0..=self.settings.cool_down_seconds / 2));
        let local = self.sandboxes.get_mut(sandbox).and_then(|sandbox| sandbox.destinations.get_mut(destination));
        let (Some(local), Some(stored)) = (local, self.stored.get_mut(destination)) else {
            return Admission::Attempt { is_probe: false };
        };
        match (local.open, probe_seconds) {
            (None, _) => Admission::Attempt { is_probe: false },
            (Some(open), _) if now < open.until => Admission::Defer(open.until - now + spread),
            (Some(_), Some(seconds)) if !local.is_probing => match stored.open {
                None => {
                    local.open = None;
                    Admission::Attempt { is_probe: false }
                }
                Some(open) if open.until <= now && stored.probe_until <= now => {
                    stored.probe_until = now + seconds;
                    local.is_probing = true;
                    Admission::Attempt { is_probe: true }
                }
                Some(open) => {
                    let until = open.until.max(stored.probe_until);
                    local.open = Some(Open { until, ..open });
                    Admission::Defer(until.saturating_sub(now) + spread)
                }
            },
            (Some(_), _) => Admission::Defer(1 + spread),
        }
    }

    /// Counts the result of an attempt.
    pub(super) fn record(&mut self, (sandbox, destination): (usize, usize), now: u64, is_probe: bool, is_ok: bool) {
        let first = u64::from(self.settings.cool_down_seconds);
        let Some(sandbox) = self.sandboxes.get_mut(sandbox) else { return };
        let local = sandbox.destinations.get_mut(destination);
        let (Some(local), Some(stored)) = (local, self.stored.get_mut(destination)) else { return };
        local.is_probing &= !is_probe;
        let open = match (is_ok, is_probe) {
            (true, true) => {
                (*local, *stored) = (Local::default(), Stored::default());
                return;
            }
            (true, false) => {
                local.failures = 0;
                return;
            }
            (false, true) => {
                let previous = local.open.map_or(first, |open| open.cool_down);
                let cool_down = (previous * 2).min(self.settings.max_cool_down_seconds.into());
                Open { until: now + cool_down, cool_down }
            }
            (false, false) => {
                local.failures += 1;
                if local.open.is_some() || local.failures < self.settings.failures {
                    return;
                }
                // Another sandbox has opened the breaker already.
                let stored = stored.open.filter(|open| open.until > now);
                stored.unwrap_or(Open { until: now + first, cool_down: first })
            }
        };
        local.failures = 0;
        (local.open, stored.open) = (Some(open), Some(open));
        sandbox.next_read = sandbox.next_read.min(open.until.max(now + PROBE_CHECK_SECONDS));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn breakers() -> (Breakers, Rng) {
        let settings = BreakerSettings { failures: 2, cool_down_seconds: 30, max_cool_down_seconds: 100 };
        (Breakers::new(settings, 2, 1), Rng::with_seed(1))
    }

    fn waits(admission: Admission) -> bool {
        matches!(admission, Admission::Defer(_))
    }

    #[test]
    fn breaker_opens_probes_and_closes() {
        let (mut breakers, mut random) = breakers();
        let attempt = Admission::Attempt { is_probe: false };
        assert_eq!(breakers.admit((0, 0), 0, None, &mut random), attempt);
        breakers.record((0, 0), 0, false, false);
        breakers.record((0, 0), 0, false, false);
        assert!(breakers.is_open(0) && waits(breakers.admit((0, 0), 29, Some(5), &mut random)));
        assert_eq!(breakers.admit((1, 0), 29, None, &mut random), attempt, "the other sandbox has not read the state");
        breakers.refresh(1, 29);
        assert!(waits(breakers.admit((1, 0), 29, None, &mut random)));

        let probe = Admission::Attempt { is_probe: true };
        assert!(waits(breakers.admit((0, 0), 30, None, &mut random)), "no probe from the intake lane");
        assert_eq!(breakers.admit((0, 0), 30, Some(5), &mut random), probe);
        assert!(waits(breakers.admit((0, 0), 30, Some(5), &mut random)), "one probe at a time in a sandbox");
        assert!(waits(breakers.admit((1, 0), 30, Some(5), &mut random)), "and in all sandboxes");
        breakers.record((0, 0), 30, true, false);
        assert!(waits(breakers.admit((0, 0), 89, Some(5), &mut random)), "the cool-down has doubled");
        assert_eq!(breakers.admit((0, 0), 90, Some(5), &mut random), probe);
        breakers.record((0, 0), 90, true, true);
        assert!(!breakers.is_open(0));
        assert_eq!(breakers.admit((0, 0), 90, None, &mut random), attempt);
    }
}
