//! Log groups of a deployment.

use anyhow::{Context, Result};
use aws_sdk_cloudwatchlogs::Client;
use aws_sdk_cloudwatchlogs::types::FilteredLogEvent;

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
