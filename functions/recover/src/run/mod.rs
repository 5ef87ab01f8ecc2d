//! One run for one source: list, decide, request.

mod limits;
mod list;
mod report;
mod request;

pub use self::limits::RunLimits;
use self::limits::{RECENT_SECONDS, oldest_recoverable};
pub use self::report::{End, Loss, LostEvent, Report};
use crate::config::SourceConfig;
use crate::github::DeliveriesApi;
use crate::groups::Group;
use crate::state::State;

/// The longest wait between two attempts of an event, in seconds. An outage of hours or days must not use up its attempts,
/// so they continue until the event is too old.
const MAX_WAIT_SECONDS: u64 = 3 * 3600;

/// What is to be done about a group.
enum Decision {
    /// Nothing: the event was delivered, is not to be recovered, or its loss was reported.
    Settled,
    /// Nothing yet: the newest attempt is recent, so its result may not be listed.
    Wait,
    /// Nothing yet: the newest attempt has failed, and the next one is made by a later run.
    Postpone,
    /// It cannot be redelivered.
    Lost(Loss),
    /// GitHub has to repeat the attempt with this ID.
    Request(u64),
}

/// Lists the deliveries of a webhook and requests a redelivery of each event that never succeeded. Returns the state for
/// the next run.
pub async fn run(
    source: &SourceConfig,
    api: &mut impl DeliveriesApi,
    mut state: State,
    limits: RunLimits,
) -> (State, Report) {
    let mut report = Report::default();
    let listed = list::list(source, api, &mut state, &limits, &mut report).await;
    let (mut due, mut unsettled) = (Vec::new(), Vec::from_iter(listed.oldest_unsettled));
    for group in listed.groups {
        match decide(&group, source, &state, limits.now) {
            Decision::Settled => {}
            Decision::Wait => {
                report.waiting += 1;
                unsettled.push(group.first_at);
            }
            Decision::Postpone => {
                report.missing += 1;
                unsettled.push(group.first_at);
            }
            Decision::Lost(loss) => {
                report.missing += 1;
                report.lose(&group, loss, &mut state);
            }
            Decision::Request(delivery) => {
                report.missing += 1;
                due.push((group, delivery));
            }
        }
    }
    // GitHub forgets the oldest ones first.
    due.sort_by_key(|(group, delivery)| (group.first_at, *delivery));
    if matches!(report.end, End::Completed | End::DeadlineExceeded) {
        request::request(&due, api, &mut state, &limits, &mut report).await;
    }
    let is_lost = |group: &Group| state.lost.contains_key(&group.guid);
    unsettled.extend(due.iter().filter(|(group, _)| !is_lost(group)).map(|(group, _)| group.first_at));
    list::settle(&mut state, listed.is_complete, unsettled.into_iter().min(), limits.now);
    state.prune(limits.now.saturating_sub(RECENT_SECONDS));
    (state, report)
}

/// Decides what is to be done about an event.
fn decide(group: &Group, source: &SourceConfig, state: &State, now: u64) -> Decision {
    let is_wanted = source.events.is_empty() || source.events.contains(&group.event);
    if !is_wanted || group.attempts.is_successful() || state.lost.contains_key(&group.guid) {
        return Decision::Settled;
    }
    let Some((newest, newest_at)) = group.attempts.newest() else { return Decision::Settled };
    let last_at = state.requested.get(&group.guid).copied().unwrap_or_default().max(newest_at);
    if now < last_at.saturating_add(RECENT_SECONDS) {
        return Decision::Wait;
    }
    if group.first_at < oldest_recoverable(source, now) {
        return Decision::Lost(Loss::Expired);
    }
    let is_due = now >= last_at.saturating_add(wait_after(group.attempts.count()));
    if is_due { Decision::Request(newest) } else { Decision::Postpone }
}

/// Returns the wait after so many attempts, in seconds. Each attempt doubles it.
fn wait_after(attempts: usize) -> u64 {
    let doublings = u32::try_from(attempts).unwrap_or(u32::MAX).saturating_sub(1);
    RECENT_SECONDS.saturating_mul(2_u64.saturating_pow(doublings)).min(MAX_WAIT_SECONDS)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn waits_double_up_to_three_hours() {
        let waits: Vec<_> = [1, 2, 3, 6, 7, 100, usize::MAX].into_iter().map(wait_after).collect();
        assert_eq!(waits, [300, 600, 1200, 9600, 10_800, 10_800, 10_800]);
    }
}
