use std::time::Duration;

use tokio::time::Instant;

use crate::config::SourceConfig;

/// An attempt that is younger, in seconds, may still be running or not be listed yet.
pub(crate) const RECENT_SECONDS: u64 = 300;

/// The time of a run.
#[derive(Debug, Clone, Copy)]
pub struct RunLimits {
    /// The time at which the run begins, in seconds since 1970.
    pub now: u64,
    /// The same time of the monotonic clock.
    pub started: Instant,
    /// When listing ends, so that there is time for requests.
    pub list_until: Instant,
    /// When the run ends.
    pub deadline: Instant,
    /// The pause between two requests for a redelivery. GitHub recommends one second between two POST requests
    /// (<https://docs.github.com/en/rest/using-the-rest-api/best-practices-for-using-the-rest-api#pause-between-mutative-requests>).
    pub pause: Duration,
}

impl RunLimits {
    /// Returns the current time, in seconds since 1970.
    pub(crate) fn now(&self) -> u64 {
        self.now.saturating_add(self.started.elapsed().as_secs())
    }
}

/// Returns the time before which deliveries are too old.
pub(crate) fn oldest_recoverable(source: &SourceConfig, now: u64) -> u64 {
    now.saturating_sub(source.lookback.as_secs())
}
