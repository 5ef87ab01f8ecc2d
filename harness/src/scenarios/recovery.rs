//! Recovery of deliveries that GitHub did not repeat.

use std::time::Duration;

use anyhow::{Context, Result, ensure};
use hookline::clock::unix_seconds;
use serde_json::{Value, json};

use super::support::{Scenario, ScenarioResult, Testbed, expect, log};
use crate::emulator::{Capability, EmulatorKind};
use crate::stack::{Source, github_webhook};
use crate::system::wait;
use crate::traffic::rate_limit::RateLimit;
use crate::traffic::sender::Webhook;

/// The discard service, which nothing listens on.
const UNAVAILABLE: &str = "http://127.0.0.1:9/";

/// Age of failed deliveries, in seconds. Recover waits for deliveries that are younger than five minutes.
const AGE: i64 = 400;

/// The time limit of a wait for GitHub's requests, and for the emulator's scheduler.
const TIME_LIMIT: Duration = Duration::from_secs(30);

const NEEDS: &[Capability] = &[Capability::Dynamodb, Capability::Scheduler];

pub(super) fn all() -> Vec<Scenario> {
    let source = |name| Source::github(name).recovered().sends_to("orders");
    vec![
        Scenario::new(
            "github-recovery",
            "ten deliveries that failed while the API was unavailable arrive once each, and the next runs do nothing",
            recovered,
        )
        .source(source("recovered"))
        .needs(NEEDS)
        .concurrent(),
        Scenario::new(
            "github-recovery-rate-limited",
            "later runs continue a run that a rate limit of GitHub has ended, and each delivery arrives once",
            rate_limited,
        )
        .source(source("rate-limited"))
        .needs(NEEDS)
        .concurrent(),
        Scenario::new(
            "github-recovery-expired",
            "a delivery that GitHub does not redeliver any more is logged once, and the others arrive",
            expired,
        )
        .source(source("expired"))
        .needs(NEEDS)
        .concurrent(),
    ]
}

async fn recovered(testbed: &Testbed) -> ScenarioResult {
    let (github, hook) = (testbed.sink.github(), github_webhook("recovered"));
    let failed = fail(testbed, "recovered", 10).await?;
    // The failed deliveries are on the second and the third page.
    github.add_successes(&hook, 195, unix_seconds() - AGE);

    let schedule = checked_schedule(testbed, "recovered").await?;
    let input = schedule["Target"]["Input"].as_str().context("the schedule has no input")?;
    testbed.stack.invoke_recover(input).await?;
    let pages = github.calls(&hook, "list");
    ensure!(pages == 3, "the run read {pages} pages instead of 3");
    for webhook in &failed {
        arrived(testbed, &hook, webhook).await?;
    }

    testbed.stack.invoke_recover(input).await?;
    ensure!(github.calls(&hook, "list") > pages, "the second run read no page");
    if testbed.emulator_info.kind == EmulatorKind::Ministack {
        run_by_schedule(testbed, "recovered", &schedule["Target"]).await?;
    }
    let requested = github.calls(&hook, "redeliver");
    ensure!(requested == failed.len(), "{requested} redeliveries were requested instead of {}", failed.len());
    Ok(format!("{requested} of {requested} recovered"))
}

async fn rate_limited(testbed: &Testbed) -> ScenarioResult {
    let (github, hook) = (testbed.sink.github(), github_webhook("rate-limited"));
    let failed = fail(testbed, "rate-limited", 4).await?;
    let input = json!({ "source": "rate-limited" }).to_string();
    let requested = |expected: usize| {
        let count = github.calls(&hook, "redeliver");
        ensure!(count == expected, "{count} redeliveries were requested instead of {expected}");
        anyhow::Ok(())
    };
    // The list and one redelivery.
    let reset_at = unix_seconds() + 8;
    github.limit(&hook, RateLimit::primary(2, reset_at));
    for _ in 0..2 {
        testbed.stack.invoke_recover(&input).await?;
        requested(1)?;
    }
    let limited = [("outcome", "recovery_interrupted"), ("reason", "rate_limited"), ("source", "rate-limited")];
    log::wait_for_line(testbed, &limited).await?;
    wait_until(reset_at).await?;
    github.limit(&hook, RateLimit::secondary(1));
    testbed.stack.invoke_recover(&input).await?;
    requested(2)?;
    wait_until(unix_seconds() + 2).await?;
    testbed.stack.invoke_recover(&input).await?;
    requested(4)?;
    for webhook in &failed {
        arrived(testbed, &hook, webhook).await?;
    }
    Ok("1 + 1 + 2 requested".to_owned())
}

async fn expired(testbed: &Testbed) -> ScenarioResult {
    let (github, hook) = (testbed.sink.github(), github_webhook("expired"));
    let failed = fail(testbed, "expired", 2).await?;
    let (lost, other) = failed.first().zip(failed.last()).context("no delivery failed")?;
    github.expire(&hook, &lost.event_id);
    testbed.forbid_delivery(&lost.event_id, &lost.body);
    let input = json!({ "source": "expired" }).to_string();
    for _ in 0..2 {
        testbed.stack.invoke_recover(&input).await?;
        arrived(testbed, &hook, other).await?;
    }
    log::wait_for_line(testbed, &[("outcome", "delivery_lost"), ("reason", "redelivery_rejected")]).await?;
    let lines = log::lines_with(testbed, &lost.event_id).await?;
    let count = lines.iter().filter(|line| line["outcome"] == "delivery_lost").count();
    ensure!(count == 1, "the loss was logged {count} times");
    expect::not_delivered(testbed, lost)?;
    Ok("1 lost, 1 recovered".to_owned())
}

/// Lets GitHub send events while the API is unavailable. From then on it is available.
async fn fail(testbed: &Testbed, source: &str, count: usize) -> Result<Vec<Webhook>> {
    let (github, hook) = (testbed.sink.github(), github_webhook(source));
    let token = testbed.stack.github_token(source).await?;
    testbed.keep_out_of_logs(&token);
    github.set_webhook(&hook, UNAVAILABLE, &token);
    let mut failed = Vec::new();
    for _ in 0..count {
        let webhook = testbed.signed(source, expect::unique_body(0))?;
        let status = github.deliver(&hook, &webhook, unix_seconds() - AGE).await;
        ensure!(status == 502, "the API was available: {status}");
        failed.push(webhook);
    }
    github.set_webhook(&hook, &testbed.stack.url(&format!("/webhooks/{source}")), &token);
    Ok(failed)
}

/// Expects that one redelivery of an event was accepted, and that the event arrives once.
async fn arrived(testbed: &Testbed, hook: &str, webhook: &Webhook) -> Result<()> {
    let id = &webhook.event_id;
    let delivery = testbed.sink.wait_for_delivery(id).await?;
    ensure!(delivery.body[..] == webhook.body[..], "the delivered body differs from GitHub's");
    let statuses = wait::until(&format!("a redelivery of {id}"), TIME_LIMIT, async || {
        let statuses = testbed.sink.github().statuses(hook, id);
        Ok((statuses.len() > 1).then_some(statuses))
    })
    .await?;
    ensure!(statuses == [502, 202], "the attempts of GitHub were {statuses:?}");
    testbed.expect_attempts(id, &[(&delivery.path, 200)]);
    Ok(())
}

/// Returns the schedule of a source, which has to invoke the alias with the name of the source.
async fn checked_schedule(testbed: &Testbed, source: &str) -> Result<Value> {
    let schedule = testbed.stack.recovery_schedule(source).await?;
    let (target, alias) = (&schedule["Target"], format!(":function:{}:live", testbed.stack.recover_function()?));
    let is_expected = schedule["State"] == "ENABLED"
        && schedule["ScheduleExpression"] == "rate(1440 minutes)"
        && target["Arn"].as_str().is_some_and(|arn| arn.ends_with(&alias))
        && target["Input"].as_str() == Some(&json!({ "source": source }).to_string());
    ensure!(is_expected, "the schedule is {schedule}");
    Ok(schedule)
}

/// Lets the emulator invoke the target of a schedule.
async fn run_by_schedule(testbed: &Testbed, source: &str, target: &Value) -> Result<()> {
    let (github, hook) = (testbed.sink.github(), github_webhook(source));
    let before = github.calls(&hook, "list");
    testbed.stack.schedule_once(&format!("{source}-once"), target).await?;
    wait::until("a run that the emulator starts", TIME_LIMIT, async || {
        Ok((github.calls(&hook, "list") > before).then_some(()))
    })
    .await
}

/// Waits until a time in seconds since 1970.
async fn wait_until(time: i64) -> Result<()> {
    wait::until("the end of a rate limit", TIME_LIMIT, async || Ok((unix_seconds() >= time).then_some(()))).await
}
