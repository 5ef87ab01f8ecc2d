//! Log groups of a deployment.

use anyhow::{Context, Result};
use aws_sdk_cloudwatchlogs::Client;
use aws_sdk_cloudwatchlogs::types::FilteredLogEvent;

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
    let request = client.filter_log_events().log_group_name(group).start_time(since).set_filter_pattern(pattern);
    let mut pages = request.into_paginator().send();
    let mut events = Vec::new();
    while let Some(page) = pages.next().await {
        let page = page.with_context(|| format!("cannot read log group `{group}`"))?;
        events.extend(page.events.unwrap_or_default());
    }
    Ok(events)
}
