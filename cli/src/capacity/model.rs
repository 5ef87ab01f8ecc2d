//! The arithmetic: what the settings allow, what the load needs, and what an outage of one destination does.

use hookline_retry::RetryPolicy;

use super::parameters::{Lane, Parameters};

/// Messages of a queue that can be in flight: received and not yet deleted or visible again.
/// <https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/quotas-messages.html>
pub(super) const MAX_IN_FLIGHT: f64 = 120_000.0;

/// Requests per second that API Gateway accepts for an account in a region.
/// <https://docs.aws.amazon.com/apigateway/latest/developerguide/limits.html>
const GATEWAY_RATE: f64 = 10_000.0;

/// How a destination fails during an outage.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Fault {
    /// It rejects each call at once.
    Rejects,
    /// It accepts a connection and does not respond, so that an attempt takes the whole timeout.
    Hangs,
}

/// A limit, and how much of it the load uses.
#[derive(Debug, Clone, PartialEq)]
pub struct Limit {
    /// What is limited.
    pub name: &'static str,
    /// The setting or the quota that determines the limit.
    pub setting: &'static str,
    /// The unit of both numbers.
    pub unit: &'static str,
    /// What the load uses.
    pub used: f64,
    /// What is available.
    pub available: f64,
}

/// The predicted course of an outage. All times are in seconds.
#[derive(Debug, Clone, PartialEq, serde::Serialize)]
pub struct Outage {
    /// Name of the destination.
    pub destination: String,
    /// Length of the outage.
    pub seconds: f64,
    /// From the end of the outage to the probe that closes the breaker.
    pub closed_after: f64,
    /// Deliveries that wait when the breaker closes.
    pub waiting: f64,
    /// Deliveries to other, slow destinations that wait at this time, because deferrals use the retry lane.
    pub slow_waiting: f64,
    /// From the end of the outage until all waiting deliveries are made.
    pub drained_after: f64,
    /// Deliveries that go to the dead-letter queue, because they are older than the time to give up.
    pub dead_lettered: f64,
    /// How often waiting deliveries are moved on without an attempt, in total.
    pub deferrals: f64,
    /// Share of the retry lane that deferrals need at the end of the outage. If the lane has less left, all other retries
    /// wait.
    pub deferral_load: f64,
}

impl Limit {
    /// Returns how many times the load fits into the limit; infinite without a load.
    #[must_use]
    pub fn headroom(&self) -> f64 {
        if self.used > 0.0 { self.available / self.used } else { f64::INFINITY }
    }
}

impl Parameters {
    /// Returns the mean response time of the slowest of some concurrent deliveries, in seconds. The mean of the largest of
    /// n numbers that are spread evenly from 0 to 1 is n / (n + 1).
    fn slowest_of(&self, deliveries: f64) -> f64 {
        self.times.destination_ms / 1000.0 * (0.5 + deliveries / (deliveries + 1.0))
    }

    /// Returns the duration of a number of calls to the idempotency table one after the other, in seconds.
    pub(super) fn table_seconds(&self, writes: u32) -> f64 {
        f64::from(writes.min(self.settings.writes.saturating_mul(2))) * self.times.table_ms / 1000.0
    }

    /// Returns the seconds for a full batch of the intake lane in which all deliveries succeed.
    fn intake_batch_seconds(&self) -> f64 {
        let events = f64::from(self.settings.intake.batch_size);
        let slow = self.slow_rate() / self.rate;
        let fast = (self.deliveries_per_event() - slow).max(0.0) * events;
        let moves = if slow > 0.0 { self.times.sqs_ms / 1000.0 } else { 0.0 };
        let writes = if slow > 0.0 { 2 } else { self.settings.writes };
        let delivery = if fast > 0.0 { self.slowest_of(fast) + self.table_seconds(writes) } else { 0.0 };
        delivery + self.process_cpu_seconds(events) + moves
    }

    /// Returns the events per second that the intake lane handles.
    #[must_use]
    pub fn intake_rate(&self) -> f64 {
        batches_per_second(self.settings.intake, self.intake_batch_seconds())
    }

    /// Returns the deliveries per second that the retry lane makes. This lane always writes twice to the table.
    #[must_use]
    pub fn retry_rate(&self) -> f64 {
        let lane = self.settings.retry_lane;
        let deliveries = f64::from(lane.batch_size);
        let seconds = self.slowest_of(deliveries) + self.table_seconds(2) + self.process_cpu_seconds(deliveries);
        batches_per_second(lane, seconds)
    }

    /// Returns the deferrals per second that the retry lane makes.
    #[must_use]
    pub fn deferral_rate(&self) -> f64 {
        let lane = self.settings.retry_lane;
        let seconds = self.times.sqs_ms / 1000.0 + self.process_cpu_seconds(f64::from(lane.batch_size));
        batches_per_second(lane, seconds)
    }

    /// Returns the requests per second that ingest can accept with the concurrency that process and reservations leave.
    #[must_use]
    pub fn ingest_rate(&self) -> f64 {
        let settings = &self.settings;
        let lanes = settings.intake.maximum_concurrency + settings.retry_lane.maximum_concurrency;
        let process = settings.process.reserved_concurrency.unwrap_or(lanes);
        let shared = settings.account_concurrency.saturating_sub(process);
        f64::from(settings.ingest.reserved_concurrency.unwrap_or(shared)) / self.ingest_seconds()
    }

    /// Returns all limits, the first that the load reaches first.
    #[must_use]
    pub fn limits(&self) -> Vec<Limit> {
        let settings = &self.settings;
        let in_flight = |lane: Lane| f64::from(lane.maximum_concurrency * lane.batch_size);
        let lanes = settings.intake.maximum_concurrency + settings.retry_lane.maximum_concurrency;
        let concurrency = self.rate * self.ingest_seconds() + f64::from(lanes);
        let account = f64::from(settings.account_concurrency);
        let limit = |name, setting, unit, used, available| Limit { name, setting, unit, used, available };
        let mut limits = vec![
            limit("accepted requests", "throttle.rate", "/s", self.rate, settings.throttle_rate),
            limit("accepted requests", "API Gateway, account", "/s", self.rate, GATEWAY_RATE),
            limit("accepted requests", "concurrency of ingest", "/s", self.rate, self.ingest_rate()),
            limit("concurrency of the account", "account_concurrency", "", concurrency, account),
            limit("events on the intake lane", "queue.maximum_concurrency", "/s", self.rate, self.intake_rate()),
            limit(
                "deliveries to slow destinations",
                "retry_lane.maximum_concurrency",
                "/s",
                self.slow_rate(),
                self.retry_rate(),
            ),
            limit("messages in flight, intake queue", "SQS", "", in_flight(settings.intake), MAX_IN_FLIGHT),
            limit("messages in flight, retry queue", "SQS", "", in_flight(settings.retry_lane), MAX_IN_FLIGHT),
        ];
        limits.sort_by(|a, b| a.headroom().total_cmp(&b.headroom()));
        limits
    }

    /// Returns the destination that receives most events.
    #[must_use]
    pub fn busiest_destination(&self) -> Option<usize> {
        (0..self.settings.destinations.len()).max_by(|a, b| self.share(*a).total_cmp(&self.share(*b)))
    }

    /// Predicts an outage of one destination. `None` if there is no such destination.
    ///
    /// The breaker opens at once, and a probe ends each cool-down. Until a probe succeeds, each waiting delivery is deferred
    /// once in each cool-down. Deferrals are no attempts, so the waits of these deliveries do not grow: after the probe the
    /// retry lane delivers them as fast as it can, and new events are delivered on the intake lane. The lane handles its
    /// messages in the order in which they become visible. So deferrals and slow destinations share it by their numbers.
    #[must_use]
    pub fn outage(&self, destination: usize, seconds: f64, fault: Fault) -> Option<Outage> {
        let settings = self.settings.destinations.get(destination)?;
        let rate = self.rate * self.share(destination);
        let attempt = if fault == Fault::Hangs { settings.timeout_seconds } else { 0.0 };
        let (mut open, mut cool_down) = (attempt, f64::from(self.settings.breaker.cool_down_seconds));
        let longest = f64::from(self.settings.breaker.max_cool_down_seconds);
        let slow_rate = self.slow_rate() - if settings.is_slow() { rate } else { 0.0 };
        let give_up = f64::from(settings.give_up_seconds);
        let (mut deferrals, mut slow_waiting) = (0.0, 0.0);
        let deferral_load = loop {
            let waiting = rate * open.min(give_up);
            slow_waiting += slow_rate * cool_down;
            let load = waiting / self.deferral_rate() / cool_down;
            let needed = load + slow_waiting / self.retry_rate() / cool_down;
            let handled = needed.max(1.0).recip();
            deferrals += waiting * handled;
            slow_waiting *= 1.0 - handled;
            open += cool_down;
            if open >= seconds {
                break load;
            }
            open += attempt;
            cool_down = (cool_down * 2.0).min(longest).max(1.0);
        };
        let waiting = rate * open.min(give_up);
        let drain = (waiting + slow_waiting) / self.retry_rate();
        Some(Outage {
            destination: settings.name.clone(),
            seconds,
            closed_after: open - seconds,
            waiting,
            slow_waiting,
            drained_after: open - seconds + drain,
            dead_lettered: rate * (open - give_up).max(0.0),
            deferrals: deferrals + rate * open,
            deferral_load,
        })
    }

    /// Returns the retry policy of a destination.
    #[must_use]
    pub fn policy(&self, destination: usize) -> RetryPolicy {
        let policy = self.settings.retry;
        let give_up = self.settings.destinations.get(destination).map(|destination| destination.give_up_seconds);
        RetryPolicy { give_up_seconds: give_up.unwrap_or(policy.give_up_seconds), ..policy }
    }
}

/// Returns the messages per second of a lane whose batches are full.
fn batches_per_second(lane: Lane, batch_seconds: f64) -> f64 {
    f64::from(lane.maximum_concurrency * lane.batch_size) / batch_seconds
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::capacity::parameters::tests::default_lanes;

    fn limit(parameters: &Parameters, setting: &str) -> Limit {
        parameters.limits().into_iter().find(|limit| limit.setting == setting).unwrap()
    }

    /// Calculated by hand: computing takes 2.78 * 1769 / 512 = 9.6 ms for ten messages.
    #[test]
    fn rate_of_a_lane_is_its_messages_by_the_time_of_a_batch() {
        let cpu = 0.00278 * 1769.0 / 512.0;
        // The slowest of 20 deliveries, one write.
        let intake = 0.05 * (0.5 + 20.0 / 21.0) + 0.005 + cpu;
        assert!((default_lanes().intake_rate() - 200.0 / intake).abs() < 1e-6);
        // The slowest of 10 deliveries, two writes.
        let retry = 0.05 * (0.5 + 10.0 / 11.0) + 0.01 + cpu;
        assert!((default_lanes().retry_rate() - 50.0 / retry).abs() < 1e-6);
        assert!((default_lanes().deferral_rate() - 50.0 / (0.008 + cpu)).abs() < 1e-6);
    }

    #[test]
    fn limits_begin_with_the_one_that_is_reached_first() {
        let limits = default_lanes().limits();
        assert_eq!((limits[0].setting, limits[0].headroom()), ("throttle.rate", 1.0));
        assert!(limits.windows(2).all(|pair| pair[0].headroom() <= pair[1].headroom()));
        assert_eq!(limits.last().unwrap().used, 0.0, "an unused limit is last");
    }

    #[test]
    fn reservations_and_lanes_leave_the_rest_to_ingest() {
        let mut parameters = default_lanes();
        let ingest = |parameters: &Parameters| {
            limit(parameters, "concurrency of ingest").available * parameters.ingest_seconds()
        };
        assert!((ingest(&parameters) - 975.0).abs() < 1e-6);
        parameters.settings.process.reserved_concurrency = Some(50);
        assert!((ingest(&parameters) - 950.0).abs() < 1e-6);
        parameters.settings.ingest.reserved_concurrency = Some(10);
        assert!((ingest(&parameters) - 10.0).abs() < 1e-6);
        parameters.settings.account_concurrency = 10;
        assert!(limit(&parameters, "account_concurrency").headroom() < 1.0);
    }

    /// Probes are 30, 90, 210, 450, 750, 1050, … seconds after the breaker has opened.
    #[test]
    fn breaker_closes_with_the_first_probe_after_the_outage() {
        let closed = |seconds| default_lanes().outage(2, seconds, Fault::Rejects).unwrap().closed_after;
        assert_eq!([10.0, 30.0, 31.0, 500.0, 3600.0].map(closed), [20.0, 0.0, 59.0, 250.0, 150.0]);
        let hangs = default_lanes().outage(2, 31.0, Fault::Hangs).unwrap();
        assert_eq!(hangs.closed_after, 4.0, "the breaker opens after the timeout");
        assert_eq!(default_lanes().outage(3, 31.0, Fault::Hangs), None);
    }

    #[test]
    fn all_deliveries_wait_until_then() {
        let outage = default_lanes().outage(2, 3600.0, Fault::Rejects).unwrap();
        assert!((outage.waiting - 3750.0 * 1000.0 / 3.0).abs() < 1e-3);
        let expected = 150.0 + outage.waiting / default_lanes().retry_rate();
        assert!((outage.drained_after - expected).abs() < 1e-6);
        assert_eq!((outage.dead_lettered, outage.slow_waiting), (0.0, 0.0));
        assert!(outage.deferral_load > 1.0, "the lane is full of deferrals after an hour");
    }

    #[test]
    fn schedule_ends_with_the_time_to_give_up() {
        let schedule = default_lanes().policy(2).schedule();
        assert_eq!((schedule.len(), schedule.last()), (14, Some(&86_400)));
    }
}
