//! One message: what it says, what came of it, and what happens to it next.

use std::time::Duration;

use aws_lambda_events::sqs::SqsMessage;
use futures_util::future::join_all;
use hookline_event::{Event, Payload};
use tokio::sync::Semaphore;
use tokio::time::{Instant, timeout};

use crate::backoff::ChangeVisibility;
use crate::claim::Claims;
use crate::config::QueueConfig;
use crate::dead_letter::{DeadLetter, SendDeadLetter};
use crate::delivery::{Attempt, Delivery};
use crate::destination::Failure;
use crate::drill;
use crate::once::{Effect, Once};
use crate::payload::{FetchError, FetchPayload};

/// What the queue is told.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Verdict {
    /// The message is done with: delivered, or in the dead-letter queue.
    Acknowledge,
    /// The message is to come again.
    Retry,
}

/// A message with what is needed to decide on it.
pub(crate) struct Record<'a, Q, C, P> {
    pub(crate) message: &'a SqsMessage,
    pub(crate) delivery: &'a Delivery,
    pub(crate) config: &'a QueueConfig,
    pub(crate) queue: &'a Q,
    pub(crate) once: &'a Once<C>,
    pub(crate) payloads: &'a P,
    pub(crate) kept_at_once: &'a Semaphore,
}

impl<Q: ChangeVisibility + SendDeadLetter, C: Claims, P: FetchPayload> Record<'_, Q, C, P> {
    pub(crate) async fn process(&self, time: Duration) -> Verdict {
        if time.is_zero() {
            tracing::warn!(outcome = "out_of_time");
            return Verdict::Retry;
        }
        let event = match Event::from_json(self.body()) {
            Ok(event) => event,
            Err(error) => {
                let message_id = self.message.message_id.as_deref().unwrap_or_default();
                tracing::error!(outcome = "dead_lettered", message_id, reason = "unreadable_event", detail = %error);
                return self.dead_letter("", "unreadable_event").await;
            }
        };
        drill::panic_if_asked(&event.event_type);
        let (event, payload) = event.replace(());
        let attempts = self.attempt(event.clone(), payload, time).await;
        if attempts.is_empty() {
            let (event_id, source, r#type) = (&event.id, event.source_name(), &event.event_type);
            tracing::info!(outcome = "filtered_out", event_id, source, r#type);
        }
        let retry_in = self.retry_in(&attempts);
        attempts.iter().for_each(|attempt| self.log(&event, attempt, retry_in));
        match retry_in {
            Some(seconds) => self.retry(seconds).await,
            None => self.give_up(&attempts).await,
        }
    }

    /// One attempt at each destination, once the payload is here: routes and destinations need it.
    async fn attempt(&self, event: Event<()>, payload: Payload, time: Duration) -> Vec<Attempt> {
        let started = Instant::now();
        // Held until the last delivery is over.
        let (bytes, _room) = match payload {
            Payload::Inline(bytes) => (Ok(bytes), None),
            Payload::Kept { uri } => {
                let fetch = async {
                    let room = self.kept_at_once.acquire().await.ok();
                    (self.payloads.fetch_payload(&uri).await, room)
                };
                let late =
                    |_| (Err(FetchError::Unavailable { uri: uri.clone(), detail: "out of time".to_owned() }), None);
                timeout(time, fetch).await.unwrap_or_else(late)
            }
        };
        match bytes {
            Ok(bytes) => {
                let left = time.saturating_sub(started.elapsed());
                self.delivery.deliver(&event.replace(bytes).0, left, self.once).await
            }
            Err(error) => {
                tracing::warn!(outcome = "no_payload", event_id = event.id, detail = %error);
                let (destination, result) = (String::new(), Err(Failure::from(&error)));
                vec![Attempt { destination, result, took: started.elapsed() }]
            }
        }
    }

    /// Seconds until the next attempt, if one can help and the queue has a receive left for it.
    fn retry_in(&self, attempts: &[Attempt]) -> Option<u32> {
        let asked = attempts.iter().filter_map(|attempt| match &attempt.result {
            Err(Failure::Retryable { retry_after, .. }) => Some(*retry_after),
            _ => None,
        });
        let asked = asked.max().filter(|_| self.receives() < self.config.max_receive_count)?;
        Some(self.config.backoff.delay(self.receives(), asked, |bound| fastrand::u32(0..=bound)))
    }

    async fn retry(&self, seconds: u32) -> Verdict {
        let handle = self.message.receipt_handle.as_deref().unwrap_or_default();
        if let Err(error) = self.queue.change_visibility(&self.config.queue_url, handle, seconds).await {
            // It comes again all the same, when the queue's own visibility timeout is over.
            tracing::warn!(outcome = "retry_not_scheduled", detail = %error);
        }
        Verdict::Retry
    }

    async fn give_up(&self, attempts: &[Attempt]) -> Verdict {
        let failed = attempts.iter().filter_map(|attempt| Some((attempt, attempt.result.as_ref().err()?)));
        let letters = failed.map(|(attempt, failure)| self.dead_letter(&attempt.destination, failure.reason()));
        let all_confirmed = join_all(letters).await.iter().all(|verdict| *verdict == Verdict::Acknowledge);
        if all_confirmed { Verdict::Acknowledge } else { Verdict::Retry }
    }

    /// Acknowledges only what the dead-letter queue has confirmed.
    async fn dead_letter(&self, destination: &str, reason: &str) -> Verdict {
        let first_seen = self.attribute("SentTimestamp").unwrap_or_default();
        let letter = DeadLetter { message: self.body(), reason, destination, attempts: self.receives(), first_seen };
        match self.queue.send_dead_letter(&self.config.dlq_url, letter).await {
            Ok(()) => Verdict::Acknowledge,
            Err(error) => {
                tracing::error!(outcome = "not_dead_lettered", destination, reason, detail = %error);
                Verdict::Retry
            }
        }
    }

    /// One line for each destination.
    fn log(&self, event: &Event<()>, attempt: &Attempt, retry_in: Option<u32>) {
        let (event_id, source, r#type) = (&event.id, event.source_name(), &event.event_type);
        let (destination, duration_ms) = (&attempt.destination, attempt.took.as_secs_f64() * 1e3);
        let receives = self.receives();
        macro_rules! line {
            ($level:ident, $outcome:literal $(, $field:ident)*) => {
                tracing::$level!(
                    outcome = $outcome, event_id, source, r#type, destination, attempt = receives, duration_ms $(, $field)*
                )
            };
        }
        match (&attempt.result, retry_in) {
            (Ok(Effect::Delivered), _) => line!(info, "delivered"),
            (Ok(Effect::AlreadyDelivered), _) => line!(info, "already_delivered"),
            (Err(failure), Some(retry_in_seconds)) => {
                let reason = failure.reason();
                line!(warn, "failed", reason, retry_in_seconds);
            }
            (Err(failure), None) => {
                let reason = failure.reason();
                line!(error, "given_up", reason);
            }
        }
    }

    fn body(&self) -> &str {
        self.message.body.as_deref().unwrap_or_default()
    }

    fn receives(&self) -> u32 {
        self.attribute("ApproximateReceiveCount").and_then(|count| count.parse().ok()).unwrap_or(1)
    }

    fn attribute(&self, name: &str) -> Option<&str> {
        self.message.attributes.get(name).map(String::as_str)
    }
}
