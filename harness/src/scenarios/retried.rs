//! Retries of failed attempts, and the guarantee that a delivery has no second effect.

use std::time::Duration;

use anyhow::{bail, ensure};
use uuid::Uuid;

use super::support::{PUSH, Scenario, ScenarioResult, Testbed, expect, log};
use crate::emulator::Capability;
use crate::stack::{Destination, Route, Source};
use crate::system::wait;
use crate::traffic::script::{RETRY_AFTER_SECONDS, Script};

pub(super) fn all() -> Vec<Scenario> {
    vec![
        Scenario::new(
            "flaky-destination-retried",
            "a destination that fails twice and then recovers receives the event",
            flaky_destination,
        )
        .source(Source::github("flaky").sends_to("flaky"))
        .destination(Destination::http("flaky", Script::FailsTwice))
        .concurrent(),
        Scenario::new(
            "only-failed-destination-retried",
            "of two destinations only the failed one is retried",
            one_of_two_destinations,
        )
        .source(Source::github("pair").sends_to("flaky"))
        .destination(Destination::http("flaky", Script::FailsTwice))
        .destination(Destination::http("audit", Script::Succeeds))
        .route(Route::new("audited", "pair", &["audit"]))
        .needs(&[Capability::Dynamodb])
        .concurrent(),
        Scenario::new(
            "retry-after-respected",
            "a destination that returns 429 with `Retry-After` is not called before that time",
            retry_after,
        )
        .source(Source::github("busy").sends_to("busy"))
        .destination(Destination::http("busy", Script::ThrottlesOnce))
        .concurrent(),
        Scenario::new(
            "duplicates-delivered-once",
            "an event that the sender sends again, and a message that the queue delivers again, have no second effect",
            duplicates,
        )
        .needs(&[Capability::Dynamodb])
        .concurrent(),
        // Not concurrent: the ten records have to be in one batch.
        Scenario::new(
            "one-record-of-ten-retried",
            "of ten records the failed one is retried, and the other nine are not delivered twice",
            one_of_ten_records,
        )
        .source(Source::github("flaky").sends_to("flaky"))
        .destination(Destination::http("flaky", Script::FailsTwice)),
        // Not concurrent: it purges the queues.
        Scenario::new(
            "panicking-record-isolated",
            "of ten records one panics: nine are delivered once, and the tenth stays on the queue",
            panicking_record,
        ),
    ]
}

async fn flaky_destination(testbed: &Testbed) -> ScenarioResult {
    let webhook = testbed.signed("flaky", PUSH)?;
    expect::accepted(testbed, &webhook).await?;
    let delivery = testbed.sink.wait_for_delivery(&webhook.event_id).await?;
    ensure!(delivery.body[..] == webhook.body[..], "the body has changed");
    testbed.expect_attempts(&webhook.event_id, &[("/flaky", 503), ("/flaky", 503), ("/flaky", 200)]);
    Ok("503, 503, 200".to_owned())
}

async fn one_of_two_destinations(testbed: &Testbed) -> ScenarioResult {
    let webhook = testbed.signed("pair", PUSH)?;
    expect::accepted(testbed, &webhook).await?;
    testbed.sink.wait_for_delivery_at(&webhook.event_id, "/flaky").await?;
    let attempts = [("/audit", 200), ("/flaky", 503), ("/flaky", 503), ("/flaky", 200)];
    testbed.expect_attempts(&webhook.event_id, &attempts);
    Ok("200; 503, 503, 200".to_owned())
}

async fn retry_after(testbed: &Testbed) -> ScenarioResult {
    let webhook = testbed.signed("busy", PUSH)?;
    expect::accepted(testbed, &webhook).await?;
    testbed.sink.wait_for_delivery(&webhook.event_id).await?;
    let attempts = testbed.sink.attempts(&webhook.event_id);
    let [first, second] = attempts.as_slice() else { bail!("{} attempts", attempts.len()) };
    ensure!((first.status.as_u16(), second.status.as_u16()) == (429, 200), "the attempts were {attempts:?}");
    let delay = second.received_at.duration_since(first.received_at);
    // SQS counts whole seconds from the call that sends the delayed message.
    ensure!(delay >= Duration::from_secs(u64::from(RETRY_AFTER_SECONDS) - 1), "the delay was {delay:?}");
    Ok(format!("429, then 200 after {:.1} s", delay.as_secs_f64()))
}

async fn duplicates(testbed: &Testbed) -> ScenarioResult {
    // A sender that did not receive the response sends the same event with another delivery id.
    let body = expect::unique_body(0);
    let first = testbed.signed("github", body.clone())?;
    expect::delivered(testbed, &first).await?;
    let duplicate = testbed.signed("github", body)?;
    expect::accepted(testbed, &duplicate).await?;
    testbed.settle(&duplicate.event_id);
    testbed.expect_attempts(&duplicate.event_id, &[]);

    // SQS delivers at least once. Here it delivers one message five times, in one batch or in several.
    let event = expect::event("github", &Uuid::new_v4().to_string());
    let messages = vec![event.to_json()?; 5];
    testbed.stack.enqueue(&messages).await?;
    testbed.sink.wait_for_delivery(&event.id).await?;
    testbed.expect_attempts(&event.id, &[("/orders", 200)]);
    Ok("two requests and five messages, one delivery each".to_owned())
}

async fn one_of_ten_records(testbed: &Testbed) -> ScenarioResult {
    let mut sources = ["github"; 10];
    sources[6] = "flaky";
    let events = expect::events(&sources);
    testbed.stack.enqueue_events(&events).await?;
    for event in &events {
        testbed.sink.wait_for_delivery(&event.id).await?;
    }
    testbed.wait_until_idle().await?;
    let attempts: Vec<_> = events.iter().map(|event| testbed.sink.attempts(&event.id).len()).collect();
    ensure!(attempts == [1, 1, 1, 1, 1, 1, 3, 1, 1, 1], "the attempts were {attempts:?}");
    Ok("9 delivered once, 1 at the third attempt".to_owned())
}

async fn panicking_record(testbed: &Testbed) -> ScenarioResult {
    let mut events = expect::events(&["github"; 10]);
    // The process function panics at this type. Packages for production do not.
    "hookline.fault_injection.panic".clone_into(&mut events[6].event_type);
    testbed.stack.enqueue_events(&events).await?;
    for (number, event) in events.iter().enumerate().filter(|(number, _)| *number != 6) {
        let delivery = testbed.sink.wait_for_delivery(&event.id).await;
        delivery.map_err(|error| error.context(format!("record {}", number + 1)))?;
    }
    wait::until("one message on the intake queue", Duration::from_secs(20), async || {
        let depths = testbed.stack.queue_depths().await?;
        Ok((depths.intake == 1 && depths.dlq == 0).then_some(()))
    })
    .await?;
    let attempts: Vec<_> = events.iter().map(|event| testbed.sink.attempts(&event.id).len()).collect();
    ensure!(attempts == [1, 1, 1, 1, 1, 1, 0, 1, 1, 1], "the attempts were {attempts:?}");
    let location = "functions/process/src/fault_injection.rs:";
    let fields = [("outcome", "panic"), ("event_id", &events[6].id), ("detail", location)];
    log::wait_for_line(testbed, &fields).await?;
    // SQS would redeliver the message for minutes, until the receive count is exhausted.
    testbed.stack.purge_queues().await?;
    Ok("9 delivered once, 1 on the queue, the location of the panic in the log".to_owned())
}
