//! Log groups of a deployment.

use anyhow::{Context, Result};
use aws_sdk_cloudwatchlogs::Client;
use aws_sdk_cloudwatchlogs::types::FilteredLogEvent;

use crate::clock::unix_milliseconds;

/// The length of the first step of a search for the newest events, and the factor of the next ones.
const FIRST_STEP_MS: i64 = 5 * 60 * 1000;
const STEP_FACTOR: i64 = 4;
/// Events of one step that are read. A step with more is divided.
const MAX_STEP_EVENTS: usize = 10_000;
/// The shortest step. One with too many events is not divided.
const MIN_STEP_MS: i64 = 1000;

/// A range of a log group.
#[derive(Debug, Clone)]
pub struct LogRange<'a> {
    /// Name of the log group.
    pub group: &'a str,
    /// Start, in milliseconds since 1970.
    pub from: i64,
    /// End, in milliseconds since 1970; `None` for now.
    pub until: Option<i64>,
    /// A filter pattern of CloudWatch Logs.
    pub pattern: Option<String>,
    /// The number of events after which the search ends.
    pub limit: usize,
}

/// Returns the events of a log group since `since` (milliseconds since 1970) that match `pattern`, a filter pattern of
/// CloudWatch Logs.
///
/// # Errors
///
/// If the log group cannot be read.
pub async fn log_events(
    client: &Client,
    group: &str,
    since: i64,
    pattern: Option<String>,
) -> Result<Vec<FilteredLogEvent>> {
    search(client, LogRange { group, from: since, until: None, pattern, limit: usize::MAX }).await
}

/// Returns the events of a range, oldest first. If there are more than the limit, the last page that is read can exceed it.
///
/// # Errors
///
/// If the log group cannot be read.
pub async fn search(client: &Client, range: LogRange<'_>) -> Result<Vec<FilteredLogEvent>> {
    let LogRange { group, from, until, pattern, limit } = range;
    let request = client.filter_log_events().log_group_name(group).start_time(from).set_end_time(until);
    let mut pages = request.set_filter_pattern(pattern).into_paginator().send();
    let mut events = Vec::new();
    while events.len() < limit
        && let Some(page) = pages.next().await
    {
        let page = page.with_context(|| format!("cannot read log group `{group}`"))?;
        events.extend(page.events.unwrap_or_default());
    }
    Ok(events)
}

/// Returns what `select` makes of the newest events of a range, in any order. CloudWatch Logs returns the oldest events first,
/// so the range is searched in steps from its end until the limit. The last step can exceed it.
///
/// # Errors
///
/// If the log group cannot be read.
pub async fn newest<T>(
    client: &Client,
    range: LogRange<'_>,
    select: impl Fn(&FilteredLogEvent) -> Option<T>,
) -> Result<Vec<T>> {
    let now = || unix_milliseconds().try_into().unwrap_or(i64::MAX);
    let (mut until, mut step) = (range.until.unwrap_or_else(now), FIRST_STEP_MS);
    let mut selected = Vec::new();
    while until >= range.from && selected.len() < range.limit {
        let from = range.from.max(until.saturating_sub(step - 1));
        let part = LogRange { from, until: Some(until), limit: MAX_STEP_EVENTS, ..range.clone() };
        let events = search(client, part).await?;
        if events.len() >= MAX_STEP_EVENTS && step > MIN_STEP_MS {
            step = MIN_STEP_MS.max(step / STEP_FACTOR.pow(2));
            continue;
        }
        selected.extend(events.iter().filter_map(&select));
        (until, step) = (from - 1, step.saturating_mul(STEP_FACTOR));
    }
    Ok(selected)
}
