use std::fmt;

use crate::github::GithubError;
use crate::groups::Group;
use crate::state::State;

/// What a run found and did.
#[derive(Debug, Default)]
pub struct Report {
    /// The pages that were read.
    pub pages: usize,
    /// The deliveries on these pages.
    pub deliveries: usize,
    /// The events that never succeeded and whose newest attempt is not recent: requested, lost or left for a later run.
    pub missing: usize,
    /// The redeliveries that GitHub accepted.
    pub requested: usize,
    /// The events that cannot be redelivered, each of which is reported once.
    pub lost: Vec<LostEvent>,
    /// The events whose newest attempt is so recent that the next one has to wait.
    pub waiting: usize,
    /// How the run ended.
    pub end: End,
}

/// How a run ended.
#[derive(Debug, Default)]
pub enum End {
    /// The list was read to its end, and each missing event was requested.
    #[default]
    Completed,
    /// The time of the run ended. The next run continues.
    DeadlineExceeded,
    /// A rate limit of GitHub is exceeded. A later run continues.
    RateLimited,
    /// GitHub's API failed.
    Failed(GithubError),
}

/// An event that cannot be redelivered.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LostEvent {
    /// The event's ID at GitHub.
    pub guid: String,
    /// The name of the event.
    pub event: String,
    /// The time of the first attempt, in seconds since 1970.
    pub first_at: u64,
    /// Why the event is lost.
    pub loss: Loss,
}

/// Why an event cannot be redelivered.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Loss {
    /// GitHub rejects the request with this status.
    Rejected(u16),
    /// The event is older than the source's `lookback_hours`.
    Expired,
}

impl Loss {
    /// Returns a stable reason code for logs.
    #[must_use]
    pub fn reason(self) -> &'static str {
        match self {
            Self::Rejected(_) => "redelivery_rejected",
            Self::Expired => "delivery_expired",
        }
    }
}

impl Report {
    /// Reports a lost event. It counts as settled.
    pub(super) fn lose(&mut self, group: &Group, loss: Loss, state: &mut State) {
        let Group { guid, event, first_at, .. } = group.clone();
        state.lost.insert(guid.clone(), first_at);
        self.lost.push(LostEvent { guid, event, first_at, loss });
    }

    /// Ends the run with an error.
    pub(super) fn stop(&mut self, error: GithubError, state: &mut State) {
        self.end = match error {
            GithubError::RateLimited { until } => {
                state.limited_until = until;
                End::RateLimited
            }
            error => End::Failed(error),
        };
    }
}

impl fmt::Display for LostEvent {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // The texts come from GitHub's API, so control characters are escaped.
        let (event, guid) = (self.event.escape_debug(), self.guid.escape_debug());
        write!(f, "event `{event}` with X-GitHub-Delivery {guid}: ")?;
        match self.loss {
            Loss::Rejected(status) => write!(f, "GitHub responded {status} to the request for a redelivery"),
            Loss::Expired => f.write_str("it is older than `lookback_hours`"),
        }
    }
}

impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { pages, deliveries, missing, requested, lost, waiting, .. } = self;
        let lost = lost.len();
        write!(
            f,
            "pages: {pages}, deliveries: {deliveries}, missing: {missing}, requested: {requested}, lost: {lost}"
        )?;
        write!(f, ", too recent: {waiting}")
    }
}
