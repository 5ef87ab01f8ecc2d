//! The last phase of a batch: deciding what happens to each message. A failed or deferred delivery moves to the retry
//! queue, or to the dead-letter queue if Hookline gives up. The message is acknowledged only after the other queue has
//! confirmed.

use std::borrow::Cow;
use std::fmt::Display;
use std::time::Duration;

use futures_util::future::join_all;
use hookline_event_log::Outcome;
use hookline_retry::RetryPolicy;
use hookline_telemetry::{BatchSummary, Level, Line, Metric};
use time::OffsetDateTime;
use time::format_description::well_known::Rfc3339;

use crate::batch::BatchHandler;
use crate::clock;
use crate::failure::Failure;
use crate::idempotency::{Claim, ClaimStore, DeliverySuccess, log_store_error};
use crate::lane::Lane;
use crate::queue::{
    ChangeVisibility, DeadLetter, FetchPayload, MAX_DELAY_SECONDS, RetryMessage, SendDeadLetter, SendRetry,
};
use crate::reason::Reason;
use crate::record::{FinishedAttempt, MessageAction, Record, Settlement};

/// Seconds until SQS delivers a message again whose deliveries could not be moved, after its first receive. Each further
/// receive doubles them.
const UNCONFIRMED_MOVE_SECONDS: u32 = 30;

/// What happens to a delivery that was not made.
enum Fate {
    /// It is attempted again after this number of seconds.
    Retry { wait: u32 },
    /// Hookline gives up.
    DeadLetter,
}

impl<Q: ChangeVisibility + SendDeadLetter + SendRetry, C: ClaimStore, P: FetchPayload> BatchHandler<Q, C, P> {
    /// Decides what happens to the message of a record. A record whose delivery panicked has no action, so that SQS
    /// delivers its message again.
    pub(crate) async fn settle(&self, record: &Record, summary: &BatchSummary) {
        record.run_isolated(async { log_deliveries(record, summary) }).await;
        if !record.has_panicked()
            && let Some(action) = record.run_isolated(self.finish(record)).await
        {
            record.set_action(action);
        }
    }

    /// Moves all deliveries that were not made to another queue.
    async fn finish(&self, record: &Record) -> MessageAction {
        let mut attempts = record.attempts.take();
        // Another receive of the message moves its deliveries and finishes it.
        if let Some(seconds) = lease_of_other_receive(&attempts) {
            Line {
                reason: &Reason::ReceivedTwice.code(),
                retry_in_seconds: Some(seconds),
                ..Line::new(Level::Info, "deferred")
            }
            .write(&[(Metric::Deferred, 1.0)]);
            self.make_visible_in(record, seconds).await;
            return MessageAction::Retry;
        }
        let settled = join_all(attempts.iter().map(|attempt| self.move_on(record, attempt))).await;
        let is_confirmed = settled.iter().all(Option::is_some);
        let failed_claims: Vec<_> = attempts.iter_mut().filter_map(|attempt| attempt.failed_claim.take()).collect();
        // A message that is received before its time has no news.
        let is_due =
            |attempt: &FinishedAttempt| !matches!(&attempt.result, Err(failure) if failure.reason == Reason::NotDue);
        let settled = attempts.into_iter().zip(settled).filter(|(attempt, _)| is_due(attempt));
        record.settled.replace(settled.filter_map(|(attempt, settled)| Some((attempt, settled?))).collect());
        if !is_confirmed {
            let doubled = 2_u32.saturating_pow(record.receives().saturating_sub(1));
            let wait = UNCONFIRMED_MOVE_SECONDS.saturating_mul(doubled).min(MAX_DELAY_SECONDS);
            self.make_visible_in(record, wait).await;
            return MessageAction::Retry;
        }
        // The message is finished, whatever the following call to the claim store returns.
        record.set_action(MessageAction::Acknowledge);
        self.release_failed_claims(failed_claims).await;
        MessageAction::Acknowledge
    }

    /// Moves a delivery to the retry queue or to the dead-letter queue. A delivery that was made stays where it is. Returns
    /// `None` if no queue has confirmed.
    async fn move_on(&self, record: &Record, attempt: &FinishedAttempt) -> Option<Settlement> {
        let settle = |outcome, number, retry_in_seconds| Some(Settlement { outcome, number, retry_in_seconds });
        let failure = match &attempt.result {
            Ok(DeliverySuccess::Delivered) => {
                return settle(Outcome::Delivered, attempts_before(record).saturating_add(1), None);
            }
            Ok(DeliverySuccess::AlreadyDelivered { .. }) => {
                return settle(Outcome::AlreadyDelivered, attempts_before(record), None);
            }
            Err(failure) => failure,
        };
        let number = attempts_after(record, failure);
        if let Fate::Retry { wait } = self.fate(record, &attempt.destination, failure) {
            if self.send_retry(record, attempt, failure, wait).await {
                let outcome = if failure.reason.is_deferral() { Outcome::Deferred } else { Outcome::Retried };
                return settle(outcome, number, Some(wait));
            }
            // The last receive before SQS itself would move the message, without a reason.
            if record.receives() < self.config.max_receive_count {
                return None;
            }
        }
        if self.send_dead_letter(record, attempt, failure).await {
            return settle(Outcome::DeadLettered, number, None);
        }
        None
    }

    /// Returns the retry policy of a destination.
    fn policy(&self, destination: &str) -> RetryPolicy {
        let policy = self.config.retry;
        let give_up_seconds = self.delivery.give_up_seconds.get(destination).copied();
        RetryPolicy { give_up_seconds: give_up_seconds.unwrap_or(policy.give_up_seconds), ..policy }
    }

    fn fate(&self, record: &Record, destination: &str, failure: &Failure) -> Fate {
        let policy = self.policy(destination);
        let age = record.history.age_seconds(clock::now());
        let requested = failure.retry_after.unwrap_or_default();
        let wait = match &failure.reason {
            reason if !reason.is_retryable() => None,
            reason if reason.is_deferral() => {
                // Most deliveries end long before their lease.
                let longest = if *reason == Reason::InProgress { policy.base_seconds } else { u32::MAX };
                policy.remaining_seconds(age).map(|remaining| requested.min(longest).min(remaining))
            }
            _ => {
                let random = |bound| fastrand::u32(0..=bound);
                policy.next_wait(attempts_after(record, failure), age, failure.retry_after, random)
            }
        };
        wait.map_or(Fate::DeadLetter, |wait| Fate::Retry { wait })
    }

    async fn send_retry(&self, record: &Record, attempt: &FinishedAttempt, failure: &Failure, wait: u32) -> bool {
        let FinishedAttempt { destination, kind, duration, .. } = attempt;
        let now = clock::now();
        let reason = failure.reason.code();
        let message = RetryMessage {
            message: record.body(),
            delay_seconds: wait.min(MAX_DELAY_SECONDS),
            destination,
            attempts: attempts_after(record, failure),
            first_failed_at: record.history.first_failed_at.unwrap_or(now),
            not_before: now + u64::from(wait),
            first_seen: &record.history.first_seen,
            reason: if failure.reason.is_deferral() { &record.history.reason } else { &reason },
        };
        let sent = self.queue.send_retry(&self.config.retry_queue_url, message).await;
        let line = Line { destination, kind, reason: &reason, retry_in_seconds: Some(wait), ..Line::default() };
        let (level, outcome, metrics) = match failure.reason {
            Reason::NotDue => (Level::Debug, "deferred", &[][..]),
            _ if failure.reason.is_deferral() => (Level::Info, "deferred", &[(Metric::Deferred, 1.0)][..]),
            _ => (Level::Warn, "retried", &[(Metric::DeliveryFailed, 1.0), (Metric::Retries, 1.0)][..]),
        };
        let duration = (!failure.reason.is_deferral()).then_some(*duration);
        let requested = failure.retry_after.filter(|requested| *requested > wait && !failure.reason.is_deferral());
        let shortened = requested.map(|requested| {
            format!("the destination requested a wait of {requested} s; Hookline gives up after {wait} s")
        });
        let detail = shortened.as_ref().map(|detail| detail as &dyn Display);
        Line { level, outcome, duration, detail, ..line.clone() }.write(metrics);
        if let Err(error) = &sent {
            Line { level: Level::Warn, outcome: "retry_queue_unavailable", detail: Some(error), ..line }.write(&[]);
        }
        sent.is_ok()
    }

    async fn send_dead_letter(&self, record: &Record, attempt: &FinishedAttempt, failure: &Failure) -> bool {
        let FinishedAttempt { destination, kind, duration, .. } = attempt;
        // A delivery that was deferred at its end failed for the reason of its last attempt.
        let reason: Cow<'_, str> = match &record.history.reason {
            last if failure.reason.is_deferral() && !last.is_empty() => last.into(),
            _ => failure.reason.code(),
        };
        let first_seen = &record.history.first_seen;
        let attempts = attempts_after(record, failure);
        let message = DeadLetter { message: record.body(), reason: &reason, destination, attempts, first_seen };
        let sent = self.queue.send_dead_letter(&self.config.dlq_url, message).await;
        let duration = Some(*duration);
        let line = Line { level: Level::Error, destination, kind, reason: &reason, duration, ..Line::default() };
        let failed = (Metric::DeliveryFailed, 1.0);
        match &sent {
            Ok(()) => {
                let parse_error = record.event.as_ref().err().map(|error| format!("message {}: {error}", record.id()));
                let detail = parse_error.as_ref().map(|detail| detail as &dyn Display);
                let line = Line { outcome: "dead_lettered", detail, ..line };
                line.write(&[failed, (Metric::DeadLettered, 1.0)]);
            }
            Err(error) => Line { outcome: "dlq_unavailable", detail: Some(error), ..line }.write(&[failed]),
        }
        sent.is_ok()
    }

    async fn make_visible_in(&self, record: &Record, seconds: u32) {
        let queue_url = match record.lane {
            Lane::Intake => &self.config.queue_url,
            Lane::Retry => &self.config.retry_queue_url,
        };
        let handle = record.message.receipt_handle.as_deref().unwrap_or_default();
        if let Err(error) = self.queue.change_visibility(queue_url, handle, seconds).await {
            // SQS still delivers the message again, after the visibility timeout of the queue.
            Line { detail: Some(&error), ..Line::new(Level::Warn, "retry_not_scheduled") }.write(&[]);
        }
    }

    /// Removes the claims that failed permanently. They only had to prevent another attempt until the dead-letter queue
    /// confirmed.
    async fn release_failed_claims(&self, claims: Vec<Claim>) {
        let released = self.idempotency.release(&claims).await;
        for (claim, result) in claims.iter().zip(released) {
            if let Err(error) = result {
                log_store_error("claim_not_released", claim, &error);
            }
        }
    }
}

/// Returns the seconds until the end of the lease of another receive of the same message, if it is delivering the event.
fn lease_of_other_receive(attempts: &[FinishedAttempt]) -> Option<u32> {
    let failures = attempts.iter().filter_map(|attempt| attempt.result.as_ref().err());
    let received_twice = failures.filter(|failure| failure.reason == Reason::ReceivedTwice);
    received_twice.map(|failure| failure.retry_after.unwrap_or_default()).max()
}

/// Returns the number of attempts of the delivery, with the one that failed now. A deferral is no attempt.
fn attempts_after(record: &Record, failure: &Failure) -> u32 {
    attempts_before(record).saturating_add(u32::from(!failure.reason.is_deferral()))
}

/// Returns the number of attempts before this receive. On the intake lane, each receive had its attempt.
fn attempts_before(record: &Record) -> u32 {
    record.history.attempts.max(record.receives().saturating_sub(1) * u32::from(record.lane == Lane::Intake))
}

/// Logs one line for each delivery. Deliveries are counted in the summary of the batch.
fn log_deliveries(record: &Record, summary: &BatchSummary) {
    let event = record.event.as_ref().ok();
    let accepted_at = event.and_then(|event| OffsetDateTime::parse(event.accepted_at(), &Rfc3339).ok());
    for FinishedAttempt { destination, kind, result, duration, finished_at, .. } in &*record.attempts.borrow() {
        let line = Line { level: Level::Info, destination, kind, duration: Some(*duration), ..Line::default() };
        match result {
            Ok(DeliverySuccess::Delivered) => {
                let age = accepted_at.and_then(|accepted_at| Duration::try_from(*finished_at - accepted_at).ok());
                summary.add_delivery(kind, age);
                Line { outcome: "delivered", age, ..line }.write(&[]);
            }
            Ok(DeliverySuccess::AlreadyDelivered { is_id_reused: false }) => {
                Line { outcome: "already_delivered", ..line }.write(&[(Metric::AlreadyDelivered, 1.0)]);
            }
            // Only one of the two events was delivered, and the function cannot know whether that is intended.
            Ok(DeliverySuccess::AlreadyDelivered { is_id_reused: true }) => {
                let line = Line { level: Level::Warn, outcome: "already_delivered", reason: "id_reused", ..line };
                line.write(&[(Metric::AlreadyDelivered, 1.0), (Metric::ReusedIds, 1.0)]);
            }
            Err(_) => {}
        }
    }
}
