use tokio::time::Instant;

use super::limits::RunLimits;
use super::report::{End, Loss, Report};
use crate::github::{DeliveriesApi, GithubError, Redelivery};
use crate::groups::Group;
use crate::state::State;

/// After so many failed requests without a successful one, GitHub is unavailable.
const MAX_FAILURES: usize = 3;

/// Requests the redelivery of each event, one after the other, until the run's time ends, a rate limit is exceeded, or
/// GitHub is unavailable.
pub(super) async fn request(
    due: &[(Group, u64)],
    api: &mut impl DeliveriesApi,
    state: &mut State,
    limits: &RunLimits,
    report: &mut Report,
) {
    let mut failures = 0;
    for (index, (group, delivery)) in due.iter().enumerate() {
        let starts_at = if index == 0 { Instant::now() } else { Instant::now() + limits.pause };
        if starts_at >= limits.deadline {
            report.end = End::DeadlineExceeded;
            return;
        }
        tokio::time::sleep_until(starts_at).await;
        match api.redeliver(*delivery).await {
            Ok(Redelivery::Requested) => {
                failures = 0;
                report.requested += 1;
                state.requested.insert(group.guid.clone(), limits.now());
            }
            Ok(Redelivery::Rejected { status }) => {
                failures = 0;
                report.lose(group, Loss::Rejected(status), state);
            }
            Err(error) => {
                failures += 1;
                if is_without_response(&error) {
                    // GitHub may have accepted the request.
                    state.requested.insert(group.guid.clone(), limits.now());
                }
                // One delivery must not prevent the others.
                if failures == MAX_FAILURES || !error.is_of_one_request() {
                    report.stop(error, state);
                    return;
                }
                report.end = End::Failed(error);
            }
        }
    }
}

/// Whether GitHub may have received the request.
fn is_without_response(error: &GithubError) -> bool {
    matches!(error, GithubError::Timeout | GithubError::Request { .. })
}
