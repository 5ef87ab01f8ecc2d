//! Commands of operators: the checks of a deployment, and the deletion of one event.

use std::time::Duration;

use anyhow::{Context, Result, ensure};
use hookline::dead_letter_queue::DeadLetterQueue;
use hookline::doctor::{self, Report, Severity};
use hookline::event_deletion::{EventData, EventSelection};
use hookline::event_log::{EventLog, LoggedEvent};
use hookline_event::Payload;
use uuid::Uuid;

use super::support::{Scenario, ScenarioResult, Testbed, expect};
use crate::emulator::json_api::authorization;
use crate::emulator::{Capability, REGION};
use crate::stack::{Destination, Source};
use crate::system::wait;
use crate::traffic::script::Script;

/// Checks that find no problem on the local stack, whatever other scenarios leave behind.
const HEALTHY_CHECKS: [&str; 5] = ["lambda-concurrency", "lanes", "dead-letter-queue", "aliases", "packages"];
/// Checks that have a result on each emulator, or say why not. The local stack has no bootstrap and so no role for logs,
/// and no verified identity of SES.
const OTHER_CHECKS: [&str; 5] = ["alarm-topic", "access-log-role", "certificate", "destinations", "email"];

/// How far back the log is searched.
const SINCE: Duration = Duration::from_secs(600);

/// A size that does not fit into a message.
const OFFLOADED_BYTES: usize = 1_500_000;

pub(super) fn all() -> Vec<Scenario> {
    vec![
        // Not concurrent: it pauses the intake lane and needs an empty dead-letter queue.
        Scenario::new(
            "doctor-reports-problems",
            "`hookline doctor` finds no problem, and then a paused lane, a blank secret and a message in the dead-letter queue",
            doctor_reports_problems,
        )
        .source(Source::github("missing").sends_to("missing"))
        .destination(Destination::http("missing", Script::NotFound)),
        // Not concurrent: it lists the dead-letter queue, which hides the messages of other scenarios for a moment.
        Scenario::new(
            "event-deleted",
            "`hookline events delete` removes an event from the event log, the dead-letter queue, the payload bucket and the idempotency table",
            event_deleted,
        )
        .source(Source::github("missing").sends_to("missing"))
        .destination(Destination::http("missing", Script::NotFound))
        .needs(&[Capability::Dynamodb]),
    ]
}

async fn doctor_reports_problems(testbed: &Testbed) -> ScenarioResult {
    let (stack, target) = (&testbed.stack, testbed.stack.target());
    let healthy = doctor::examine(&target).await;
    for check in HEALTHY_CHECKS {
        let findings = healthy.findings(check);
        let is_fine = findings.iter().all(|finding| [Severity::Ok, Severity::Warning].contains(&finding.severity));
        ensure!(is_fine && !findings.is_empty(), "{check}: {findings:?}");
    }
    let secret_name = stack.outputs.source_secret_names.get("missing").context("the source has no secret")?;
    ensure!(!has_problem(&healthy, "secrets", secret_name), "{:?}", healthy.findings("secrets"));

    let poison = format!("poison {}", Uuid::new_v4());
    stack.enqueue(std::slice::from_ref(&poison)).await?;
    stack.wait_for_dlq_depth(1).await?;
    let secret = testbed.secrets().sources.remove("missing").context("the source has no secret")?;
    stack.put_source_secret("missing", "\n").await?;
    stack.set_event_source_mapping_enabled(false).await?;
    let broken = doctor::examine(&target).await;
    stack.set_event_source_mapping_enabled(true).await?;
    stack.put_source_secret("missing", &secret.store).await?;
    stack.take_dlq_message(&poison).await?;

    for (check, text) in
        [("lanes", "intake: Disabled"), ("dead-letter-queue", "1 undelivered"), ("secrets", secret_name)]
    {
        ensure!(has_problem(&broken, check, text), "{check}: {:?}", broken.findings(check));
    }
    let checks = HEALTHY_CHECKS.iter().chain(&OTHER_CHECKS);
    for check in checks.filter(|check| !["lanes", "dead-letter-queue"].contains(check)) {
        ensure!(!healthy.findings(check).is_empty(), "there is no check `{check}`");
        ensure!(broken.findings(check) == healthy.findings(check), "{check}: {:?}", broken.findings(check));
    }
    Ok(format!("{} checks, then 3 problems by name", healthy.checks.len()))
}

fn has_problem(report: &Report, check: &str, text: &str) -> bool {
    let mut findings = report.findings(check).iter();
    findings.any(|finding| finding.severity == Severity::Problem && finding.found.contains(text))
}

async fn event_deleted(testbed: &Testbed) -> ScenarioResult {
    let (stack, target) = (&testbed.stack, testbed.stack.target());
    let webhook = testbed.signed("missing", expect::unique_body(OFFLOADED_BYTES))?;
    let other = testbed.signed("missing", expect::unique_body(0))?;
    for webhook in [&webhook, &other] {
        expect::accepted(testbed, webhook).await?;
    }
    stack.wait_for_dlq_depth(2).await?;
    for webhook in [&webhook, &other] {
        testbed.settle(&webhook.event_id);
    }

    let log = EventLog::find(target.clone()).await?;
    let [logged, kept] = [logged(&log, &webhook.event_id).await?, logged(&log, &other.event_id).await?];
    let selection = EventSelection { id: &webhook.event_id, ..EventSelection::default() };
    let data = EventData::find(&target, selection, SINCE).await?;
    ensure!(data.logged == [logged.clone()], "the event log has {:?}", data.logged);
    let event = data.messages.first().and_then(|message| message.event()).context("the event is not in the queue")?;
    let Payload::Offloaded { uri } = &event.data else { anyhow::bail!("the payload is not offloaded") };
    let dedup_key = event.dedup_key.as_str().to_owned();
    let destinations: Vec<_> = data.claims.iter().map(|claim| claim.destination.as_str()).collect();
    ensure!(destinations == ["missing"], "the claims are {destinations:?}");
    ensure!(data.payloads.iter().eq([uri]) && status_of(testbed, uri).await? == 200, "{:?}", data.payloads);
    ensure!(stack.has_delivery_record(&dedup_key, "missing").await?, "the delivery has no record");

    let deletion = data.delete(&target).await?;
    ensure!(deletion.is_complete(&data), "{deletion:?}");
    ensure!(status_of(testbed, uri).await? == 404, "the payload exists");
    ensure!(!stack.has_delivery_record(&dedup_key, "missing").await?, "the delivery has a record");
    let again = EventData::find(&target, selection, SINCE).await?;
    ensure!(again.is_empty(), "{again:?}");
    ensure!(log.payload(&logged.event).await.is_err_and(|error| error.is_missing()), "the log has the payload");
    ensure!(log.payload(&kept.event).await?.bytes == other.body, "the log has lost another event");

    let queue = DeadLetterQueue::new(target);
    let deleted = queue.delete(&[other.event_id.clone(), webhook.event_id.clone()]).await?;
    let ids: Vec<_> = deleted.iter().map(|message| message.id.as_str()).collect();
    ensure!(ids == [other.event_id.as_str()], "deleted {ids:?}");
    stack.wait_for_dlq_depth(0).await?;
    Ok("log entry, message, payload and claim deleted; another event stayed until `dlq delete`".to_owned())
}

/// Waits until the event log has an event.
async fn logged(log: &EventLog, id: &str) -> Result<LoggedEvent> {
    wait::until(&format!("event {id} in the event log"), Duration::from_secs(30), async || {
        Ok(log.events(id, None).await?.into_iter().next())
    })
    .await
}

/// Returns the status of a request for an object.
async fn status_of(testbed: &Testbed, uri: &str) -> Result<u16> {
    let path = uri.strip_prefix("s3://").context("the URI is not that of an object")?;
    let request = testbed.stack.http.get(format!("{}/{path}", testbed.stack.endpoint));
    let request = request.header("authorization", authorization("test", REGION, "s3"));
    Ok(request.send().await.context("cannot read the object")?.status().as_u16())
}
