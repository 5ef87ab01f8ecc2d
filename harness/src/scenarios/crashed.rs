//! Crashes of the process function: nothing is lost, and only the documented deliveries are repeated.

use std::time::Duration;

use anyhow::{Result, bail, ensure};
use futures_util::stream::{self, StreamExt, TryStreamExt};

use super::support::{Scenario, ScenarioResult, Testbed, expect, with_visibility};
use crate::emulator::{Capability, crash};
use crate::stack::{Destination, PROCESS_TIMEOUT_SECONDS, Source};
use crate::system::wait;
use crate::traffic::script::Script;

/// The intake queue's visibility timeout while the function is killed. It has to be longer than the function's timeout.
pub(super) const VISIBILITY_SECONDS: u32 = PROCESS_TIMEOUT_SECONDS + 1;

pub(super) fn all() -> Vec<Scenario> {
    vec![
        // None is concurrent: they kill the function and change the queue's visibility timeout.
        Scenario::new(
            "crash-recovered",
            "the process function is killed during a batch: all events arrive, none twice",
            async |testbed: &Testbed| with_visibility(testbed, VISIBILITY_SECONDS, kill_after_marks(testbed)).await,
        )
        .with(stalled)
        .long(),
        Scenario::new(
            "crash-repeats-bounded",
            "the process function is killed during a batch with one write per delivery: all events arrive, none more than twice",
            async |testbed: &Testbed| with_visibility(testbed, VISIBILITY_SECONDS, kill_with_one_write(testbed)).await,
        )
        .with(stalled)
        .long(),
        Scenario::new(
            "retry-lane-crash",
            "the process function is killed after it moved a delivery to the retry queue: the event arrives once",
            async |testbed: &Testbed| with_visibility(testbed, VISIBILITY_SECONDS, kill_after_move(testbed)).await,
        )
        .with(stalled)
        .source(Source::github("flaky").sends_to("flaky"))
        .destination(Destination::http("flaky", Script::FailsTwice))
        .long(),
    ]
}

/// Adds a destination that does not respond to the first attempt, so that the batch of its event lasts until the timeout.
fn stalled(scenario: Scenario) -> Scenario {
    scenario
        .source(Source::github("stalled").sends_to("stalled"))
        .destination(Destination::http("stalled", Script::StallsOnce))
        .needs(&[Capability::Dynamodb])
        .skip_if(|testbed| crash::unsupported_reason(&testbed.emulator_info))
}

/// Sends a request with a body of this size for each source while the process function is not invoked, so that it receives
/// all events in one batch. Returns the ids of the events.
async fn accepted_in_one_batch(testbed: &Testbed, requests: &[(&str, usize)]) -> Result<Vec<String>> {
    testbed.stack.set_event_source_mapping_enabled(false).await?;
    let requests = stream::iter(requests).then(async |(source, bytes)| {
        expect::accepted(testbed, &testbed.signed(source, expect::unique_body(*bytes))?).await
    });
    let events: Result<Vec<_>> = requests.try_collect().await;
    testbed.stack.set_event_source_mapping_enabled(true).await?;
    events
}

async fn kill(testbed: &Testbed) -> Result<()> {
    let killed = crash::kill_function(&testbed.emulator_info, &testbed.stack.outputs.function_names.process).await?;
    ensure!(killed > 0, "no process of the function was found");
    Ok(())
}

async fn kill_after_marks(testbed: &Testbed) -> ScenarioResult {
    let mut sources = ["github"; 10];
    sources[3] = "stalled";
    // Events that ingest did not send have two writes.
    let events = expect::events(&sources);
    testbed.stack.enqueue_events(&events).await?;
    // A crash between a delivery and its record in the idempotency table may repeat the delivery, as documented. The
    // scenario waits until this moment is over.
    wait::until("nine recorded deliveries and one without a response", Duration::from_secs(30), async || {
        for (number, event) in events.iter().enumerate() {
            let is_ready = match number {
                3 => !testbed.sink.attempts(&event.id).is_empty(),
                _ => testbed.stack.is_delivery_recorded(event.dedup_key.as_str(), "orders").await?,
            };
            if !is_ready {
                return Ok(None);
            }
        }
        Ok(Some(()))
    })
    .await?;
    kill(testbed).await?;
    for event in &events {
        testbed.sink.wait_for_delivery(&event.id).await?;
    }
    testbed.wait_until_idle().await?;
    let attempts: Vec<_> = events.iter().map(|event| testbed.sink.attempts(&event.id).len()).collect();
    ensure!(attempts == [1, 1, 1, 2, 1, 1, 1, 1, 1, 1], "the attempts were {attempts:?}");
    Ok("10 delivered, 9 before the crash, none twice".to_owned())
}

/// With one write, the deliveries of a batch that was not finished are repeated.
async fn kill_with_one_write(testbed: &Testbed) -> ScenarioResult {
    let mut sources = ["github"; 10];
    sources[3] = "stalled";
    let events = accepted_in_one_batch(testbed, &sources.map(|source| (source, 0))).await?;
    events.iter().for_each(|event_id| testbed.allow_repeat(event_id));
    wait::until("one attempt for each event", Duration::from_secs(30), async || {
        Ok(events.iter().all(|event_id| !testbed.sink.attempts(event_id).is_empty()).then_some(()))
    })
    .await?;
    kill(testbed).await?;
    for event_id in &events {
        testbed.sink.wait_for_delivery(event_id).await?;
    }
    testbed.wait_until_idle().await?;
    let attempts: Vec<_> = events.iter().map(|event_id| testbed.sink.attempts(event_id).len()).collect();
    ensure!(attempts.iter().all(|attempts| (1..=2).contains(attempts)), "the attempts were {attempts:?}");
    let repeated = attempts.iter().filter(|attempts| **attempts == 2).count();
    Ok(format!("10 delivered, {repeated} of them attempted twice"))
}

/// In one batch, an event with an offloaded payload is finished before the inline event that hangs. So the process can be
/// killed after the move and before the acknowledgement.
async fn kill_after_move(testbed: &Testbed) -> ScenarioResult {
    let events = accepted_in_one_batch(testbed, &[("flaky", 300_000), ("stalled", 0)]).await?;
    let [flaky, stalled] = &events[..] else { bail!("two requests have {} events", events.len()) };
    wait::until("a retry message, and two intake messages in flight", Duration::from_secs(30), async || {
        let (depths, in_flight) = (testbed.stack.queue_depths().await?, testbed.stack.messages_in_flight().await?);
        Ok((depths.retry > 0 && in_flight == 2).then_some(()))
    })
    .await?;
    kill(testbed).await?;
    for event_id in [flaky, stalled] {
        testbed.sink.wait_for_delivery(event_id).await?;
    }
    testbed.wait_until_idle().await?;
    let statuses = |event_id: &String| -> Vec<_> {
        testbed.sink.attempts(event_id).iter().map(|attempt| attempt.status.as_u16()).collect()
    };
    let (flaky, stalled) = (statuses(flaky), statuses(stalled));
    let delivered = |statuses: &[u16]| statuses.iter().filter(|status| **status == 200).count();
    ensure!(delivered(&flaky) == 1 && delivered(&stalled) == 1, "the attempts were {flaky:?} and {stalled:?}");
    Ok(format!("the attempts were {flaky:?} and {stalled:?}"))
}
