//! Messages in the dead-letter queue, and what operators do with them.

use std::collections::BTreeSet;
use std::time::Duration;

use anyhow::{Context, bail, ensure};
use futures_util::future::try_join_all;
use hookline::dead_letter_queue::{DeadLetterQueue, Filter};
use hookline_event::Event;
use hookline_telemetry::Metric;
use uuid::Uuid;

use super::support::{PUSH, Scenario, ScenarioResult, Testbed, expect};
use crate::emulator::Capability;
use crate::stack::{Alarm, Destination, Source};
use crate::traffic::script::Script;

/// The age at which Hookline gives up deliveries to `failing`.
const GIVE_UP_SECONDS: u32 = 6;

pub(super) fn all() -> Vec<Scenario> {
    vec![
        Scenario::new(
            "exhausted-retries-dead-lettered",
            "a destination that always fails leaves the unchanged event in the dead-letter queue",
            exhausted_retries,
        )
        .source(Source::github("failing").sends_to("failing"))
        .destination(Destination::http("failing", Script::Fails).given_up_after(GIVE_UP_SECONDS))
        .concurrent(),
        Scenario::new(
            "permanent-failure-dead-lettered",
            "a 404 sends the event to the dead-letter queue at once, with its reason",
            permanent_failure,
        )
        .source(Source::github("missing").sends_to("missing"))
        .destination(Destination::http("missing", Script::NotFound))
        .concurrent(),
        // Not concurrent: it counts the messages in the dead-letter queue.
        Scenario::new(
            "dlq-alarm-raised",
            "an event in the dead-letter queue raises the alarm, with instructions",
            alarm,
        )
        .source(Source::github("missing").sends_to("missing"))
        .destination(Destination::http("missing", Script::NotFound)),
        // Not concurrent: the ten records have to be in one batch.
        Scenario::new(
            "poison-record-isolated",
            "of ten records one is unreadable: the other nine are delivered once",
            poison_record,
        ),
        // Not concurrent: it counts the messages in the dead-letter queue.
        Scenario::new(
            "dlq-list-show-redrive",
            "three messages in the dead-letter queue are listed with their reasons; one is shown and redriven, and the others stay",
            list_show_redrive,
        )
        .source(Source::github("recovering").sends_to("recovering"))
        .destination(Destination::http("recovering", Script::FailsUntilRecovered)),
        // Not concurrent: it moves all messages of the dead-letter queue.
        Scenario::new(
            "dlq-redriven-by-sqs",
            "a redrive by SQS delivers the event after the destination has recovered",
            redrive_by_sqs,
        )
        .source(Source::github("recovering").sends_to("recovering"))
        .destination(Destination::http("recovering", Script::FailsUntilRecovered))
        .needs(&[Capability::MoveTasks]),
    ]
}

async fn exhausted_retries(testbed: &Testbed) -> ScenarioResult {
    let webhook = testbed.signed("failing", PUSH)?;
    expect::accepted(testbed, &webhook).await?;
    let message = testbed.stack.take_dlq_message(&webhook.event_id).await?;
    testbed.settle(&webhook.event_id);
    let event = Event::from_json(&message.body)?;
    let is_unchanged = event.data == webhook.body.clone().into() && event.id == webhook.event_id;
    ensure!(is_unchanged, "the event has changed");
    ensure!(message.attributes.contains_key("first_seen"), "the attributes are {:?}", message.attributes);
    let attempts = testbed.sink.attempts(&webhook.event_id);
    let count = attempts.len().to_string();
    let attributes = ["reason", "destination", "attempts"].map(|name| message.attributes.get(name).map(String::as_str));
    ensure!(attributes == [Some("http_500"), Some("failing"), Some(&count)], "the attributes are {attributes:?}");
    // Waits of about 1, 3 and 2 seconds. Jitter can make another attempt possible, and a slow machine one fewer.
    ensure!((3..=5).contains(&attempts.len()), "{count} attempts");
    let (Some(first), Some(last)) = (attempts.first(), attempts.last()) else { bail!("no attempt") };
    let age = last.received_at.duration_since(first.received_at);
    ensure!(age >= Duration::from_secs(u64::from(GIVE_UP_SECONDS) - 1), "the last attempt was after {age:?}");
    Ok(format!("{count} attempts in {:.0} s, in the dead-letter queue with its reason", age.as_secs_f64()))
}

async fn permanent_failure(testbed: &Testbed) -> ScenarioResult {
    let webhook = testbed.signed("missing", PUSH)?;
    expect::accepted(testbed, &webhook).await?;
    let message = testbed.stack.take_dlq_message(&webhook.event_id).await?;
    testbed.settle(&webhook.event_id);
    let attributes = ["reason", "destination", "attempts"].map(|name| message.attributes.get(name).map(String::as_str));
    ensure!(attributes == [Some("http_404"), Some("missing"), Some("1")], "the attributes are {attributes:?}");
    let attempts = testbed.sink.attempts(&webhook.event_id).len();
    ensure!(attempts == 1, "{attempts} attempts");
    Ok("1 attempt, in the dead-letter queue with its reason".to_owned())
}

async fn alarm(testbed: &Testbed) -> ScenarioResult {
    const ALARM: &str = "dlq-not-empty";
    let stack = &testbed.stack;
    let alarm = stack.alarm(ALARM).await?;
    let queue = stack.outputs.dlq_url.rsplit('/').next().unwrap_or_default();
    let watched = (alarm.namespace.as_str(), alarm.metric.as_str(), alarm.dimensions.join(","));
    let expected = ("AWS/SQS", "ApproximateNumberOfMessagesVisible", format!("QueueName={queue}"));
    ensure!(watched == expected, "the alarm watches {watched:?}");

    for name in stack.outputs.alarm_names.keys() {
        let alarm = stack.alarm(name).await?;
        ensure!(is_emitted(&alarm), "no function emits the metric of alarm {name}: {alarm:?}");
        let has_instructions = alarm.description.ends_with(&format!("#{name}"));
        ensure!(has_instructions, "the alarm has no link to the runbook: {alarm:?}");
    }

    ensure!(stack.publish_dlq_metric().await? == 0, "the dead-letter queue is not empty");
    stack.wait_for_alarm_state(ALARM, "OK").await?;
    let webhook = testbed.signed("missing", "{}")?;
    let event_id = expect::accepted(testbed, &webhook).await?;
    stack.wait_for_dlq_depth(1).await?;
    stack.publish_dlq_metric().await?;
    stack.wait_for_alarm_state(ALARM, "ALARM").await?;
    stack.take_dlq_message(&event_id).await?;
    testbed.settle(&event_id);
    Ok("OK, then ALARM with one message".to_owned())
}

/// Returns false for a metric of Hookline that no function emits with these dimensions. The dashboard's test checks the
/// metrics of AWS services.
fn is_emitted(alarm: &Alarm) -> bool {
    let names: Vec<_> = alarm.dimensions.iter().filter_map(|pair| pair.split('=').next()).collect();
    let emitted = Metric::ALL.iter().find(|metric| metric.name() == alarm.metric);
    alarm.namespace != "Hookline" || emitted.is_some_and(|metric| metric.dimensions().contains(&names.as_slice()))
}

async fn poison_record(testbed: &Testbed) -> ScenarioResult {
    let events = expect::events(&["github"; 9]);
    let poison = format!("poison {}", Uuid::new_v4());
    let mut messages = events.iter().map(Event::to_json).collect::<Result<Vec<_>, _>>()?;
    messages.insert(6, poison.clone());
    testbed.stack.enqueue(&messages).await?;
    for event in &events {
        testbed.sink.wait_for_delivery(&event.id).await?;
    }
    let message = testbed.stack.take_dlq_message(&poison).await?;
    ensure!(message.body == poison, "the poison record has changed");
    let reason = message.attributes.get("reason").map(String::as_str);
    ensure!(reason == Some("unreadable_event"), "the reason is {reason:?}");
    testbed.wait_until_idle().await?;
    let delivered_once = events.iter().all(|event| testbed.sink.attempts(&event.id).len() == 1);
    ensure!(delivered_once, "an event was delivered more than once");
    Ok("9 delivered once, 1 in the dead-letter queue".to_owned())
}

async fn list_show_redrive(testbed: &Testbed) -> ScenarioResult {
    testbed.sink.set_recovered(false);
    let webhook = testbed.signed("recovering", expect::unique_body(0))?;
    expect::accepted(testbed, &webhook).await?;
    let unrouted = expect::event("unrouted", &Uuid::new_v4().to_string());
    let poison = format!("poison {}", Uuid::new_v4());
    testbed.stack.enqueue(&[unrouted.to_json()?, poison.clone()]).await?;
    testbed.stack.wait_for_dlq_depth(3).await?;

    let queue = DeadLetterQueue::new(testbed.stack.target());
    let messages = queue.list().await?;
    let reasons: BTreeSet<_> = messages.iter().map(|message| message.reason.as_str()).collect();
    ensure!(reasons == BTreeSet::from(["http_410", "no_route", "unreadable_event"]), "the reasons are {reasons:?}");
    let message = messages.iter().find(|message| message.id == webhook.event_id).context("the event is not listed")?;
    let payload = message.payload();
    ensure!(payload.is_some_and(|payload| payload.as_bytes() == webhook.body), "the payload is {payload:?}");
    let (source, destination) = (message.source.as_str(), message.destination.as_str());
    ensure!((source, destination) == ("recovering", "recovering"), "{message:?}");

    testbed.sink.set_recovered(true);
    let redriven = queue.redrive(&Filter::by_reason("http_4*"), None).await?;
    ensure!(redriven == 1, "{redriven} messages were redriven");
    let delivery = testbed.sink.wait_for_delivery(&webhook.event_id).await?;
    ensure!(delivery.body[..] == webhook.body[..], "the body has changed");
    testbed.stack.wait_for_dlq_depth(2).await?;
    for mark in [unrouted.id.as_str(), &poison] {
        testbed.stack.take_dlq_message(mark).await?;
    }
    Ok("3 listed, 1 redriven and delivered, 2 stayed".to_owned())
}

async fn redrive_by_sqs(testbed: &Testbed) -> ScenarioResult {
    testbed.sink.set_recovered(false);
    let webhook = |number: u32| testbed.signed("recovering", format!("{{\"number\":{number}}}"));
    let webhooks = (1..=3).map(webhook).collect::<Result<Vec<_>, _>>()?;
    try_join_all(webhooks.iter().map(|webhook| expect::accepted(testbed, webhook))).await?;
    testbed.stack.wait_for_dlq_depth(3).await?;
    testbed.sink.set_recovered(true);
    testbed.stack.start_move_task().await?;
    for webhook in &webhooks {
        let delivery = testbed.sink.wait_for_delivery(&webhook.event_id).await?;
        ensure!(delivery.body[..] == webhook.body[..], "a body has changed");
    }
    testbed.stack.wait_for_dlq_depth(0).await?;
    for webhook in &webhooks {
        let attempts = testbed.sink.attempts(&webhook.event_id);
        let statuses: Vec<_> = attempts.iter().map(|attempt| attempt.status.as_u16()).collect();
        ensure!(statuses == [410, 200], "the attempts were {statuses:?}");
    }
    Ok("3 rejected with 410, redriven, delivered once".to_owned())
}
