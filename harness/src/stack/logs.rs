use std::time::{SystemTime, UNIX_EPOCH};

use anyhow::Result;
use aws_sdk_cloudwatchlogs::Client;
use hookline::logs::log_events;

use super::Stack;

impl Stack {
    /// Returns all lines that the functions have logged since a time.
    pub(crate) async fn log_lines(&self, since: SystemTime) -> Result<Vec<String>> {
        let groups = &self.outputs.log_group_names;
        let since = i64::try_from(since.duration_since(UNIX_EPOCH)?.as_millis())?;
        let mut lines = Vec::new();
        for (_, group) in groups.entries() {
            let events = log_events(&Client::new(&self.sdk), group, since, None).await?;
            lines.extend(events.into_iter().filter_map(|event| event.message));
        }
        Ok(lines)
    }
}
