//! The phases of a batch after its messages were parsed: prepare each record (load its payload, route it), claim all
//! deliveries in one call, deliver concurrently while results are recorded, and settle each record.

use std::pin::pin;

use futures_util::future::{Fuse, FusedFuture as _, FutureExt as _, join_all};
use futures_util::stream::{FuturesUnordered, StreamExt as _};
use hookline_event::{Event, Payload};
use hookline_telemetry::{Level, Line, Segment};
use time::OffsetDateTime;
use tokio::time::{Instant, timeout_at};

use crate::batch::Batch;
use crate::destinations::{Attempt, Destination};
use crate::fault_injection;
use crate::idempotency::{self, Claim, Claims, Effect};
use crate::queue::{ChangeVisibility, FetchError, FetchPayload, SendDeadLetter};
use crate::reason::Reason;
use crate::record::{Attempted, Record};
use crate::routing::Routed;

/// The most results that are recorded at once: as many statements as DynamoDB takes in one call.
const MAX_RECORDED: usize = 25;

/// A record that is ready for its deliveries.
struct Prepared<'b> {
    record: &'b Record,
    event: Event,
    destinations: Vec<&'b str>,
}

/// A delivery of one event to one destination.
struct Delivery<'p> {
    record: &'p Record,
    event: &'p Event,
    name: &'p str,
    claim: Claim,
}

impl<Q: ChangeVisibility + SendDeadLetter, C: Claims, P: FetchPayload> Batch<Q, C, P> {
    /// Takes records through all phases but the last. Deliveries end at `until`.
    pub(crate) async fn deliver(&self, records: &[&Record], until: Instant) {
        let prepared =
            join_all(records.iter().map(async |record| record.isolated(self.prepare(record, until)).await.flatten()));
        let prepared: Vec<_> = prepared.await.into_iter().flatten().collect();
        let deliveries = self.claim(&prepared, until).await;
        self.deliver_claimed(deliveries, until).await;
    }

    /// Loads the payload and routes the event. `None` where there is nothing to deliver: the record then has a failure, or
    /// was filtered out.
    async fn prepare<'b>(&'b self, record: &'b Record, until: Instant) -> Option<Prepared<'b>> {
        let started = Instant::now();
        let failed = |reason| record.attempted(Attempted::at_none(reason, started.elapsed()));
        let Ok(event) = &record.event else {
            failed(Reason::UnreadableEvent);
            return None;
        };
        fault_injection::panic_on_purpose(&event.event_type);
        let payload = match self.load(record.take_payload()?, until).await {
            Ok(payload) => payload,
            Err(error) => {
                Line { detail: Some(&error), ..Line::new(Level::Warn, "no_payload") }.write(&[]);
                failed(Reason::from(&error));
                return None;
            }
        };
        let event = event.clone().replace(payload).0;
        let destinations = match self.delivery.routes.of(&event) {
            Routed::To(names) => names.into_iter().collect(),
            Routed::FilteredOut => {
                Line::new(Level::Info, "filtered_out").write(&[]);
                return None;
            }
            // It was accepted, so it is never dropped.
            Routed::Nowhere => {
                failed(Reason::NoRoute);
                return None;
            }
        };
        Some(Prepared { record, event, destinations })
    }

    async fn load(&self, payload: Payload, until: Instant) -> Result<bytes::Bytes, FetchError> {
        match payload {
            Payload::Inline(bytes) => Ok(bytes),
            Payload::Offloaded { uri } => {
                let late = |_| Err(FetchError::out_of_time(&uri));
                timeout_at(until, self.payloads.fetch_payload(&uri)).await.unwrap_or_else(late)
            }
        }
    }

    /// Claims every delivery in one call. A delivery that is not to be made now ends here.
    async fn claim<'p>(&self, prepared: &'p [Prepared<'_>], until: Instant) -> Vec<Delivery<'p>> {
        let started = Instant::now();
        let time = until.saturating_duration_since(started);
        let each = |prepared: &'p Prepared<'_>| {
            let Prepared { record, event, destinations } = prepared;
            let one = move |name: &&'p str| {
                let claim = self.idempotency.of(format!("{}#{name}", event.dedup_key.as_str()), time);
                Delivery { record, event, name, claim }
            };
            destinations.iter().map(one).collect::<Vec<_>>()
        };
        let deliveries: Vec<_> = prepared.iter().flat_map(each).collect();
        let claims: Vec<_> = deliveries.iter().map(|delivery| delivery.claim.clone()).collect();
        let claimed = self.idempotency.claim(&claims).await;
        let mut ours = Vec::new();
        for (delivery, claimed) in deliveries.into_iter().zip(claimed) {
            let record = delivery.record;
            match record.isolated(async { idempotency::outcome(&delivery.claim, claimed) }).await {
                Some(Some(result)) => delivery.end(self.kind(delivery.name), result, started),
                _ => ours.push(delivery),
            }
        }
        ours
    }

    /// Delivers concurrently. What has ended while results are being recorded is recorded by the next call.
    async fn deliver_claimed(&self, deliveries: Vec<Delivery<'_>>, until: Instant) {
        let running: FuturesUnordered<_> = deliveries.iter().map(|delivery| self.attempt(delivery, until)).collect();
        let mut running = pin!(running.ready_chunks(MAX_RECORDED));
        let mut recording = pin!(Fuse::terminated());
        let mut ended = Vec::new();
        loop {
            tokio::select! {
                biased;
                Some(chunk) = running.next() => ended.extend(chunk.into_iter().flatten()),
                () = &mut recording, if !recording.is_terminated() => {}
                else => return,
            }
            if recording.is_terminated() && !ended.is_empty() {
                recording.set(self.record_results(std::mem::take(&mut ended)).fuse());
            }
        }
    }

    /// One attempt, and whether it delivered. `None` after a panic, which may have had an effect: the lease then ends by
    /// itself, and the message is received again.
    async fn attempt<'p>(&self, delivery: &'p Delivery<'p>, until: Instant) -> Option<(&'p Delivery<'p>, bool)> {
        let started = Instant::now();
        let Delivery { record, event, name, .. } = delivery;
        let deliver = async {
            let Some(destination) = self.delivery.destinations.get(*name) else {
                return Err(Reason::UnknownDestination.into());
            };
            let segment = Segment::begin(record.trace.as_ref(), name);
            let time = until.saturating_duration_since(started);
            let attempt = Attempt { time, trace: segment.trace(), clients: &self.clients };
            let result = destination.deliver(event, attempt).await;
            segment.end(result.is_err());
            result
        };
        let result = record.isolated(deliver).await?;
        let is_delivered = result.is_ok();
        delivery.end(self.kind(name), result.map(|()| Effect::Delivered), started);
        Some((delivery, is_delivered))
    }

    /// Marks what was delivered as done and gives back the other claims.
    async fn record_results(&self, ended: Vec<(&Delivery<'_>, bool)>) {
        let (done, failed): (Vec<_>, Vec<_>) = ended.into_iter().partition(|(_, is_delivered)| *is_delivered);
        let claims = |all: &[(&Delivery<'_>, bool)]| all.iter().map(|(it, _)| it.claim.clone()).collect::<Vec<_>>();
        let (done_claims, failed_claims) = (claims(&done), claims(&failed));
        let (completed, released) =
            tokio::join!(self.idempotency.complete(&done_claims), self.idempotency.release(&failed_claims));
        let completed = done.into_iter().zip(completed).map(|it| ("not_marked_done", it));
        let released = failed.into_iter().zip(released).map(|it| ("not_released", it));
        for (outcome, ((delivery, _), result)) in completed.chain(released) {
            if let Err(error) = result {
                let warn = async { idempotency::warn(outcome, &delivery.claim, &error) };
                delivery.record.isolated(warn).await;
            }
        }
    }

    fn kind(&self, name: &str) -> &'static str {
        self.delivery.destinations.get(name).map_or("none", Destination::kind)
    }
}

impl Delivery<'_> {
    fn end(&self, kind: &'static str, result: Result<Effect, crate::destinations::Failure>, started: Instant) {
        let (destination, took, at) = (self.name.to_owned(), started.elapsed(), OffsetDateTime::now_utc());
        self.record.attempted(Attempted { destination, kind, result, took, at });
    }
}
