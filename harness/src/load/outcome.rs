use std::collections::BTreeSet;
use std::time::{Duration, Instant};

use anyhow::Result;
use hdrhistogram::Histogram;
use serde::Serialize;

use crate::stack::Stack;
use crate::traffic::sender::Response;
use crate::traffic::sink::Sink;
use hookline::dead_letter_queue::DeadLetterQueue;
use hookline::output::Step;

/// What came of one request.
pub(super) struct Sample {
    /// When it was to be sent, from the start of the run.
    pub(super) due: Duration,
    /// From then until the answer.
    latency: Duration,
    /// The event's id, if it was accepted.
    event_id: Option<String>,
    /// The answer's status; 0 of none.
    status: u16,
}

impl Sample {
    pub(super) fn new(due: Duration, latency: Duration, answer: Option<&Response>) -> Self {
        let accepted = answer.filter(|answer| answer.status == 202);
        let status = answer.map_or(0, |answer| answer.status);
        Self { due, latency, event_id: accepted.and_then(Response::event_id), status }
    }
}

/// What came of the requests that were due within one second.
pub(super) struct Second {
    /// In microseconds.
    pub(super) latencies: Histogram<u64>,
    pub(super) accepted: Vec<String>,
    /// Statuses of what was not accepted.
    pub(super) others: Vec<u16>,
    /// Messages on the intake queue then.
    pub(super) depth: i64,
}

impl Default for Second {
    fn default() -> Self {
        // Three digits, and as far up as is needed: the library's own bounds cannot be refused.
        let latencies = Histogram::new(3).unwrap_or_else(|error| unreachable!("{error}"));
        Self { latencies, accepted: Vec::new(), others: Vec::new(), depth: 0 }
    }
}

impl Second {
    pub(super) fn add(&mut self, sample: Sample) {
        // It grows to what it is given.
        let _ = self.latencies.record(u64::try_from(sample.latency.as_micros()).unwrap_or(u64::MAX));
        match sample.event_id {
            Some(event_id) => self.accepted.push(event_id),
            None => self.others.push(sample.status),
        }
    }

    pub(super) fn answered(&self) -> usize {
        self.accepted.len() + self.others.len()
    }

    /// In milliseconds.
    pub(super) fn percentile(&self, part: f64) -> f64 {
        milliseconds(&self.latencies, part)
    }
}

#[allow(clippy::cast_precision_loss, reason = "microseconds of a request")]
pub(super) fn milliseconds(latencies: &Histogram<u64>, part: f64) -> f64 {
    latencies.value_at_quantile(part) as f64 / 1e3
}

/// Where everything that was accepted is.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub(super) struct Outcome {
    pub(super) accepted: usize,
    pub(super) delivered: usize,
    pub(super) dead_lettered: usize,
    /// Still on the intake queue.
    pub(super) queued: i64,
    /// Delivered more than once.
    pub(super) repeated: usize,
}

impl Outcome {
    /// Waits until nothing is on its way, and looks.
    pub(super) async fn settle(
        stack: &Stack,
        sink: &Sink,
        letters: &DeadLetterQueue,
        known: &[String],
        seconds: &[Second],
        limit: Duration,
    ) -> Result<Self> {
        let step = Step::start("wait until nothing is on its way");
        let deadline = Instant::now() + limit;
        let mut queued = stack.depth().await?.intake;
        while queued > 0 && Instant::now() < deadline {
            tokio::time::sleep(Duration::from_millis(200)).await;
            queued = stack.depth().await?.intake;
        }
        let accepted: BTreeSet<_> = seconds.iter().flat_map(|second| &second.accepted).collect();
        let successes = |id: &String| sink.attempts(id).iter().filter(|attempt| attempt.status.is_success()).count();
        let counts: Vec<_> = accepted.iter().map(|id| (*id, successes(id))).collect();
        let delivered: BTreeSet<_> = counts.iter().filter(|(_, count)| *count > 0).map(|(id, _)| *id).collect();
        // By event: one that was given up twice, because a batch was received twice, is one.
        let dead: BTreeSet<_> = letters.list().await?.into_iter().map(|letter| letter.id).collect();
        let is_dead = |id: &&String| dead.contains(*id) && !known.contains(*id) && !delivered.contains(*id);
        let dead_lettered = accepted.iter().filter(|id| is_dead(id)).count();
        step.done("");
        Ok(Self {
            accepted: seconds.iter().map(|second| second.accepted.len()).sum(),
            delivered: delivered.len(),
            dead_lettered,
            queued,
            repeated: counts.iter().filter(|(_, count)| *count > 1).count(),
        })
    }

    /// Whether nothing is lost: what is accepted is delivered, in the dead-letter queue or on the queue.
    pub(super) fn is_whole(&self) -> bool {
        let queued = usize::try_from(self.queued).unwrap_or_default();
        self.accepted == self.delivered + self.dead_lettered + queued
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_accepted_and_nowhere_is_lost() {
        let outcome = Outcome { accepted: 10, delivered: 7, dead_lettered: 2, queued: 1, repeated: 0 };
        assert!(outcome.is_whole());
        assert!(!Outcome { delivered: 6, ..outcome }.is_whole());
    }

    #[test]
    fn latency_counts_from_when_a_request_was_due() {
        let mut second = Second::default();
        for milliseconds in [10, 20, 4000] {
            second.add(Sample::new(Duration::ZERO, Duration::from_millis(milliseconds), None));
        }
        assert_eq!((second.answered(), second.accepted.len()), (3, 0));
        assert!((second.percentile(0.5) - 20.0).abs() < 0.1 && second.percentile(1.0) > 3990.0);
    }
}
