//! Lists deliveries, newest first.
//!
//! Usually a run reads from the newest delivery to the low-water mark. If its time ends before, it stores the cursor, and
//! the next run reads two ranges: what is new, and what follows the cursor.

use tokio::time::Instant;

use super::limits::{RECENT_SECONDS, RunLimits, oldest_recoverable};
use super::report::{End, Report};
use crate::config::SourceConfig;
use crate::github::{DeliveriesApi, GithubError};
use crate::groups::{Group, Groups};
use crate::state::{State, Unfinished};

/// How much older than `lookback_hours` a delivery may be to be reported as lost, in seconds. GitHub lists no older ones.
const REPORTED_SECONDS: u64 = 86_400;

/// The result of reading the list.
pub(super) struct Listed {
    /// The events whose first attempt is in a range that was read.
    pub(super) groups: Vec<Group>,
    /// Whether the list was read to its end, by this run and earlier ones.
    pub(super) is_complete: bool,
    /// The oldest event that is not settled, of those that earlier runs have found in the same list.
    pub(super) oldest_unsettled: Option<u64>,
}

/// Why a range was not read to its end.
enum Stop {
    /// The time for listing ended.
    DeadlineExceeded,
    /// A request failed.
    Failed(GithubError),
}

/// A range that was not read to its end.
struct Rest {
    /// The next page; the newest deliveries without a cursor.
    cursor: Option<String>,
    stop: Stop,
}

/// Reads the list, and stores in the state where the next run continues.
pub(super) async fn list(
    source: &SourceConfig,
    api: &mut impl DeliveriesApi,
    state: &mut State,
    limits: &RunLimits,
    report: &mut Report,
) -> Listed {
    let oldest = oldest_listed(source, state, limits.now);
    let earlier = state.unfinished.take();
    let oldest_unsettled = earlier.as_ref().and_then(|earlier| earlier.oldest_unsettled);
    let read_until = earlier.as_ref().map_or(oldest, |earlier| earlier.read_until.max(oldest));
    let redelivered = earlier.as_ref().map(|earlier| earlier.redelivered.clone()).unwrap_or_default();
    let mut reader = Reader { api, limits, report, groups: Groups::new(redelivered) };

    let mut rest = reader.read(None, read_until).await;
    let is_up_to_date = rest.is_none();
    if let (Some(earlier), true) = (&earlier, is_up_to_date) {
        rest = reader.read(Some(earlier.cursor.clone()), oldest).await;
    }
    let (groups, redelivered) = reader.groups.into_parts();
    let (groups, is_complete) = (groups.collect(), rest.is_none());
    if let Some(Rest { cursor, stop: reason }) = rest {
        state.unfinished = match (earlier, is_up_to_date) {
            // The next run reads the new deliveries again, and then continues at the cursor that was not reached.
            (Some(earlier), false) => Some(earlier),
            // GitHub does not accept the cursor any more, so the next run begins again.
            (Some(earlier), true) if is_rejected(&earlier, cursor.as_deref(), &reason) => None,
            _ => cursor.map(|cursor| Unfinished {
                cursor,
                // Deliveries that are still running are listed later.
                read_until: limits.now.saturating_sub(RECENT_SECONDS),
                oldest_unsettled: None,
                redelivered,
            }),
        };
        match reason {
            Stop::DeadlineExceeded => report.end = End::DeadlineExceeded,
            Stop::Failed(error) => report.stop(error, state),
        }
    }
    Listed { groups, is_complete, oldest_unsettled }
}

/// Returns the time of the oldest deliveries that the run reads.
fn oldest_listed(source: &SourceConfig, state: &State, now: u64) -> u64 {
    let oldest = oldest_recoverable(source, now);
    match state.settled_before {
        // The first run reports nothing as lost.
        0 => oldest,
        settled_before => settled_before.max(oldest.saturating_sub(REPORTED_SECONDS)),
    }
}

/// Whether GitHub has rejected the cursor of an earlier run.
fn is_rejected(earlier: &Unfinished, cursor: Option<&str>, stop: &Stop) -> bool {
    let is_invalid = matches!(stop, Stop::Failed(error) if error.is_invalid_request());
    is_invalid && cursor == Some(&earlier.cursor)
}

/// Stores the low-water mark and the time of the list if it was read to its end. Otherwise remembers the oldest event
/// that is not settled.
pub(super) fn settle(state: &mut State, is_complete: bool, oldest_unsettled: Option<u64>, now: u64) {
    if is_complete {
        let settled = now.saturating_sub(RECENT_SECONDS).min(oldest_unsettled.unwrap_or(u64::MAX));
        state.settled_before = state.settled_before.max(settled);
        state.listed_until = now;
    } else if let Some(unfinished) = &mut state.unfinished {
        unfinished.oldest_unsettled = oldest_unsettled;
    }
}

/// Reads pages into groups.
struct Reader<'r, A> {
    api: &'r mut A,
    limits: &'r RunLimits,
    report: &'r mut Report,
    groups: Groups,
}

impl<A: DeliveriesApi> Reader<'_, A> {
    /// Reads the pages from the cursor to the deliveries of this time. Returns the rest if it cannot read all of them.
    async fn read(&mut self, mut cursor: Option<String>, oldest: u64) -> Option<Rest> {
        loop {
            if Instant::now() >= self.limits.list_until {
                return Some(Rest { cursor, stop: Stop::DeadlineExceeded });
            }
            let page = match self.api.list(cursor.as_deref()).await {
                Ok(page) => page,
                Err(error) => return Some(Rest { cursor, stop: Stop::Failed(error) }),
            };
            self.report.pages += 1;
            self.report.deliveries += page.deliveries.len();
            let in_range = page.deliveries.iter().filter(|delivery| delivery.delivered_at >= oldest);
            in_range.for_each(|delivery| self.groups.add(delivery));
            let is_last = page.deliveries.last().is_none_or(|delivery| delivery.delivered_at < oldest);
            // A page that names itself as the next one would never end.
            if is_last || page.next.is_none() || page.next == cursor {
                return None;
            }
            cursor = page.next;
        }
    }
}
