use std::collections::BTreeSet;
use std::time::{Duration, Instant};

use anyhow::Result;
use hdrhistogram::Histogram;
use hookline::dead_letter_queue::DeadLetterQueue;
use hookline::output::Step;
use serde::Serialize;

use crate::stack::Stack;
use crate::traffic::sender::Response;
use crate::traffic::sink::Sink;

/// Result of one request.
pub(super) struct Sample {
    /// Scheduled time, from the start of the run.
    pub(super) scheduled: Duration,
    /// Time from the scheduled time to the response.
    latency: Duration,
    /// Id of the event if the request was accepted.
    event_id: Option<String>,
    /// Status of the response; 0 without a response.
    status: u16,
}

impl Sample {
    pub(super) fn new(scheduled: Duration, latency: Duration, response: Option<&Response>) -> Self {
        let status = response.map_or(0, |response| response.status);
        Self { scheduled, latency, event_id: response.and_then(Response::event_id), status }
    }
}

/// Results of the requests that were scheduled within one second.
pub(super) struct SecondStats {
    /// Latencies in microseconds.
    pub(super) latencies: Histogram<u64>,
    /// Ids of the accepted events.
    pub(super) accepted: Vec<String>,
    /// Statuses of the requests that were not accepted.
    pub(super) other_statuses: Vec<u16>,
    /// Messages of the intake queue at that time.
    pub(super) queue_depth: i64,
}

impl Default for SecondStats {
    fn default() -> Self {
        // Three significant digits and automatic bounds, which are always valid.
        let latencies = Histogram::new(3).unwrap_or_else(|error| unreachable!("{error}"));
        Self { latencies, accepted: Vec::new(), other_statuses: Vec::new(), queue_depth: 0 }
    }
}

impl SecondStats {
    pub(super) fn add(&mut self, sample: Sample) {
        // The histogram extends its range automatically, so this cannot fail.
        let _ = self.latencies.record(u64::try_from(sample.latency.as_micros()).unwrap_or(u64::MAX));
        match sample.event_id {
            Some(event_id) => self.accepted.push(event_id),
            None => self.other_statuses.push(sample.status),
        }
    }

    /// Returns the number of requests.
    pub(super) fn requests(&self) -> usize {
        self.accepted.len() + self.other_statuses.len()
    }

    /// Returns a quantile of the latencies in milliseconds.
    pub(super) fn latency_ms(&self, quantile: f64) -> f64 {
        quantile_ms(&self.latencies, quantile)
    }
}

/// Returns a quantile of a histogram of microseconds in milliseconds.
#[allow(clippy::cast_precision_loss, reason = "microseconds of a request")]
pub(super) fn quantile_ms(latencies: &Histogram<u64>, quantile: f64) -> f64 {
    latencies.value_at_quantile(quantile) as f64 / 1e3
}

/// Location of all accepted events at the end of the run.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub(super) struct Outcome {
    pub(super) accepted: usize,
    pub(super) delivered: usize,
    pub(super) dead_lettered: usize,
    /// Events that are still in the intake queue.
    pub(super) queued: i64,
    /// Events that were delivered more than once.
    pub(super) repeated: usize,
}

impl Outcome {
    /// Waits until the intake queue is empty, at most for `limit`, and counts the events.
    pub(super) async fn settle(
        stack: &Stack,
        sink: &Sink,
        dlq: &DeadLetterQueue,
        known_dlq_ids: &[String],
        seconds: &[SecondStats],
        limit: Duration,
    ) -> Result<Self> {
        let step = Step::start("wait until the intake queue is empty");
        let deadline = Instant::now() + limit;
        let mut queued = stack.queue_depths().await?.intake;
        while queued > 0 && Instant::now() < deadline {
            tokio::time::sleep(Duration::from_millis(200)).await;
            queued = stack.queue_depths().await?.intake;
        }
        let accepted: BTreeSet<_> = seconds.iter().flat_map(|second| &second.accepted).collect();
        let successes = |id: &String| sink.attempts(id).iter().filter(|attempt| attempt.status.is_success()).count();
        let counts: Vec<_> = accepted.iter().map(|id| (*id, successes(id))).collect();
        let delivered: BTreeSet<_> = counts.iter().filter(|(_, count)| *count > 0).map(|(id, _)| *id).collect();
        // An event can have two messages in the dead-letter queue, because SQS may deliver a message twice. It counts once.
        let dlq_ids: BTreeSet<_> = dlq.list().await?.into_iter().map(|message| message.id).collect();
        let is_dead_lettered =
            |id: &&String| dlq_ids.contains(*id) && !known_dlq_ids.contains(*id) && !delivered.contains(*id);
        let dead_lettered = accepted.iter().filter(|id| is_dead_lettered(id)).count();
        step.done("");
        Ok(Self {
            accepted: seconds.iter().map(|second| second.accepted.len()).sum(),
            delivered: delivered.len(),
            dead_lettered,
            queued,
            repeated: counts.iter().filter(|(_, count)| *count > 1).count(),
        })
    }

    /// Returns whether no event is lost: each accepted event is delivered, in the dead-letter queue or in the intake queue.
    pub(super) fn is_complete(&self) -> bool {
        let queued = usize::try_from(self.queued).unwrap_or_default();
        self.accepted == self.delivered + self.dead_lettered + queued
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn accepted_event_without_location_is_lost() {
        let outcome = Outcome { accepted: 10, delivered: 7, dead_lettered: 2, queued: 1, repeated: 0 };
        assert!(outcome.is_complete());
        assert!(!Outcome { delivered: 6, ..outcome }.is_complete());
    }

    #[test]
    fn latency_starts_at_the_scheduled_time() {
        let mut second = SecondStats::default();
        for milliseconds in [10, 20, 4000] {
            second.add(Sample::new(Duration::ZERO, Duration::from_millis(milliseconds), None));
        }
        assert_eq!((second.requests(), second.accepted.len()), (3, 0));
        assert!((second.latency_ms(0.5) - 20.0).abs() < 0.1 && second.latency_ms(1.0) > 3990.0);
    }
}
