//! One bad destination does not hurt the others: circuit breakers, the retry lane, and pauses by an operator.

use std::cell::RefCell;
use std::collections::BTreeMap;
use std::time::{Duration, Instant};

use anyhow::{Context, Result, ensure};
use futures_util::future::{join, try_join, try_join_all};
use futures_util::stream::{self, StreamExt, TryStreamExt};
use hookline::clock::unix_seconds;
use hookline::dead_letter_queue::DeadLetterQueue;
use hookline::destinations::StateTable;

use super::support::{Scenario, ScenarioResult, Testbed, expect, log};
use crate::emulator::Capability;
use crate::stack::{Destination, DestinationKind, Route, Source};
use crate::system::wait;
use crate::traffic::script::Script;

/// The load of `hung-destination`.
const EVENTS_PER_SECOND: u32 = 20;
const LOAD_SECONDS: u32 = 90;

/// The limit for the delivery age of the destination that works, for 99 % of the events.
const MAX_AGE: Duration = Duration::from_secs(2);

/// The time within which each execution environment notices a pause or an open breaker: a cool-down of the stack, and one
/// second for the clocks, which count whole seconds.
const NOTICE_TIME: Duration = Duration::from_secs(6);

/// The events of `dead-destination`.
const EVENTS: usize = 1000;

/// The age at which Hookline gives up deliveries to `dead`.
const GIVE_UP_SECONDS: u32 = 20;

/// The product of the default batch size and the default concurrency of the intake lane.
const MAX_IN_FLIGHT: i64 = 10 * 20;

pub(super) fn all() -> Vec<Scenario> {
    vec![
        Scenario::new(
            "hung-destination",
            "one of two destinations never responds: the other one gets its events in time, and later both have all of them",
            hung_destination,
        )
        .source(Source::github("hung"))
        .destination(Destination::http("hung", Script::HangsUntilRecovered))
        .destination(Destination::http("audit", Script::Succeeds))
        .route(Route::new("hung", "hung", &["hung", "audit"]))
        .needs(&[Capability::Dynamodb])
        .long(),
        Scenario::new(
            "dead-destination",
            "one of two destinations accepts no connection: its 1,000 events are given up by their age, and the other one gets all events",
            dead_destination,
        )
        .source(Source::github("dead"))
        .destination(Destination::new("dead", DestinationKind::UnreachableHttp).given_up_after(GIVE_UP_SECONDS))
        .destination(Destination::http("audit", Script::Succeeds))
        .route(Route::new("dead", "dead", &["dead", "audit"]))
        .needs(&[Capability::Dynamodb])
        .long(),
        // Not concurrent: it waits until no delivery is pending while deliveries are paused.
        Scenario::new(
            "paused-destination",
            "a destination that an operator has paused gets no event until it is resumed",
            paused_destination,
        )
        .source(Source::github("held").sends_to("held"))
        .destination(Destination::http("held", Script::Succeeds))
        .needs(&[Capability::Dynamodb])
        .long(),
    ]
}

/// Sends an event and returns its id. Like a sender, it sends the request again after a 503.
async fn send(testbed: &Testbed, source: &str) -> Result<String> {
    let webhook = testbed.signed(source, expect::unique_body(0))?;
    wait::until("an accepted request", Duration::from_secs(20), async || {
        // Not `Testbed::send`: thousands of signatures would be searched for in the logs.
        let response = testbed.stack.send(&webhook).await?;
        testbed.record_response(&response);
        ensure!([202, 503].contains(&response.status), "{}: {}", response.status, response.body);
        Ok(response.event_id())
    })
    .await
}

fn states(testbed: &Testbed) -> Result<StateTable> {
    let table = testbed.stack.outputs.idempotency_table.clone().context("the stack has no idempotency table")?;
    Ok(StateTable::new(&testbed.stack.sdk_config(), table))
}

async fn wait_until_open(testbed: &Testbed, destination: &str) -> Result<Instant> {
    let (states, names) = (states(testbed)?, [destination.to_owned()]);
    wait::until(&format!("the circuit breaker of `{destination}` to open"), Duration::from_secs(60), async || {
        let states = states.read(&names).await?;
        let is_open = states.get(destination).is_some_and(|state| state.breaker.is_some());
        Ok(is_open.then(Instant::now))
    })
    .await
}

/// Returns an error unless each event arrived exactly once at the path.
fn ensure_delivered_once(
    testbed: &Testbed,
    event_ids: impl IntoIterator<Item = impl AsRef<str>>,
    path: &str,
) -> Result<()> {
    for event_id in event_ids {
        let attempts = testbed.sink.attempts(event_id.as_ref());
        let delivered = attempts.iter().filter(|attempt| attempt.path == path && attempt.status.is_success()).count();
        ensure!(delivered == 1, "event {} arrived {delivered} times at {path}", event_id.as_ref());
    }
    Ok(())
}

async fn hung_destination(testbed: &Testbed) -> ScenarioResult {
    testbed.sink.set_recovered(false);
    let traffic = async {
        let interval = tokio::time::interval(Duration::from_secs(1) / EVENTS_PER_SECOND);
        let ticks = stream::unfold(interval, async |mut interval| {
            interval.tick().await;
            Some((Instant::now(), interval))
        });
        let count = usize::try_from(EVENTS_PER_SECOND * LOAD_SECONDS)?;
        let sends = ticks.take(count).map(async |sent_at| Ok((send(testbed, "hung").await?, sent_at)));
        sends.buffer_unordered(64).try_collect::<BTreeMap<_, _>>().await
    };
    let (events, opened_at) = try_join(traffic, wait_until_open(testbed, "hung")).await?;

    wait::until("all events at the destination that works", Duration::from_secs(30), async || {
        Ok(ensure_delivered_once(testbed, events.keys(), "/audit").is_ok().then_some(()))
    })
    .await?;
    let age = |(event_id, sent_at): (&String, &Instant)| {
        let attempts = testbed.sink.attempts(event_id);
        let working = attempts.iter().find(|attempt| attempt.path == "/audit");
        working.map(|attempt| attempt.received_at.duration_since(*sent_at)).unwrap_or_default()
    };
    // Until then, other execution environments can wait for a call that they began before the breaker opened.
    let noticed_at = opened_at + NOTICE_TIME;
    let mut ages: Vec<_> = events.iter().filter(|(_, sent_at)| **sent_at > noticed_at).map(age).collect();
    ages.sort_unstable();
    let p99 = ages.get(ages.len() * 99 / 100).copied().context("the breaker opened after the load")?;
    ensure!(p99 < MAX_AGE, "the delivery age of the destination that works was {p99:?} (p99)");
    ensure!(!testbed.sink.has_succeeded_at("/hung"), "the destination that hangs has responded");

    testbed.sink.set_recovered(true);
    let recovered_at = Instant::now();
    testbed.wait_until_idle().await?;
    ensure_delivered_once(testbed, events.keys(), "/hung")?;
    let (count, drained) = (events.len(), recovered_at.elapsed().as_secs_f64());
    Ok(format!("{count} events, age {:.2} s (p99), the others {drained:.0} s after the recovery", p99.as_secs_f64()))
}

async fn dead_destination(testbed: &Testbed) -> ScenarioResult {
    let traffic = async {
        let sends = stream::iter(0..EVENTS).map(|_| send(testbed, "dead"));
        sends.buffer_unordered(16).try_collect::<Vec<_>>().await
    };
    let given_up = async |events: Vec<String>| -> Result<Vec<String>> {
        let expected = i64::try_from(events.len())?;
        wait::until("all events in the dead-letter queue", Duration::from_secs(120), async || {
            Ok((testbed.stack.queue_depths().await?.dlq == expected).then_some(()))
        })
        .await?;
        Ok(events)
    };
    let finished = tokio::sync::watch::Sender::new(false);
    let deliveries = async {
        let events = given_up(traffic.await?).await;
        finished.send_replace(true);
        events
    };
    let measurement = async {
        let (mut most, mut interval) = (0, tokio::time::interval(Duration::from_millis(200)));
        while !*finished.borrow() {
            interval.tick().await;
            most = most.max(testbed.stack.messages_in_flight().await?);
        }
        anyhow::Ok(most)
    };
    let (events, max_in_flight) = join(deliveries, measurement).await;
    let (events, max_in_flight) = (events?, max_in_flight?);
    ensure!(max_in_flight <= MAX_IN_FLIGHT, "{max_in_flight} messages of the intake queue were in flight");
    ensure_delivered_once(testbed, &events, "/audit")?;

    let queue = DeadLetterQueue::new(testbed.stack.target());
    let messages = queue.list().await?;
    ensure!(messages.len() == events.len(), "{} messages are in the dead-letter queue", messages.len());
    for message in &messages {
        let is_expected = match (message.reason.as_str(), message.attempts.as_str()) {
            // The circuit breaker was open at each time when the event could have been sent.
            ("breaker_open", attempts) => attempts == "0",
            ("connection_failed", attempts) => attempts != "0",
            _ => false,
        };
        ensure!(is_expected && message.destination == "dead" && message.first_seen_ms > 0, "{message:?}");
    }
    let attempted = messages.iter().filter(|message| message.attempts != "0").count();
    queue.purge().await?;
    events.iter().for_each(|event_id| testbed.settle(event_id));
    Ok(format!("{} given up, {attempted} of them after attempts; at most {max_in_flight} in flight", events.len()))
}

async fn paused_destination(testbed: &Testbed) -> ScenarioResult {
    let states = states(testbed)?;
    states.pause("held", Some("maintenance"), unix_seconds()).await?;
    // Each execution environment notices a pause within a cool-down. Until then, events can still be delivered.
    let noticed_at = Instant::now() + NOTICE_TIME;
    let (mut delivered, delivered_later) = (Vec::new(), RefCell::new(Vec::new()));
    let first = wait::until("a deferred delivery", Duration::from_secs(60), async || {
        let is_noticed = Instant::now() >= noticed_at;
        let event_id = send(testbed, "held").await?;
        let fields = [("event_id", event_id.as_str()), ("destination", "held")];
        let line = log::wait_for_line(testbed, &fields).await?;
        if line["reason"] == "destination_paused" && !is_noticed {
            delivered_later.borrow_mut().push(event_id);
            return Ok(None);
        }
        Ok((line["reason"] == "destination_paused").then_some(event_id))
    });
    delivered.push(first.await?);
    delivered.extend(delivered_later.take());
    delivered.extend(try_join_all((0..5).map(|_| send(testbed, "held"))).await?);
    wait::until("all paused events on the retry queue", Duration::from_secs(30), async || {
        let depths = testbed.stack.queue_depths().await?;
        Ok((depths.intake == 0 && usize::try_from(depths.retry)? == delivered.len()).then_some(()))
    })
    .await?;
    let arrived = delivered.iter().any(|event_id| !testbed.sink.attempts(event_id).is_empty());
    ensure!(!arrived, "an event arrived at the paused destination");

    let pause = states.resume("held").await?.context("the destination was not paused")?;
    ensure!(pause.note.as_deref() == Some("maintenance"), "the note of the pause is {:?}", pause.note);
    testbed.wait_until_idle().await?;
    ensure_delivered_once(testbed, &delivered, "/held")?;
    Ok(format!("{} events waited until the destination was resumed", delivered.len()))
}
