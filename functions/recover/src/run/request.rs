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
///
/// An event that GitHub rejects is lost, unless it rejects all of them: then the credential may lack write access, which
/// GitHub also reports as 404, and a later run requests them again.
pub(super) async fn request(
    due: &[(Group, u64)],
    api: &mut impl DeliveriesApi,
    state: &mut State,
    limits: &RunLimits,
    report: &mut Report,
) {
    let rejected = request_each(due, api, state, limits, report).await;
    if report.requested > 0 {
        rejected.into_iter().for_each(|(group, status)| report.lose(group, Loss::Rejected(status), state));
    } else if let (Some((_, status)), End::Completed) = (rejected.first(), &report.end) {
        report.end = End::Failed(GithubError::Status { status: *status });
    }
}

/// Returns the events that GitHub rejects, with the status of the response.
async fn request_each<'d>(
    due: &'d [(Group, u64)],
    api: &mut impl DeliveriesApi,
    state: &mut State,
    limits: &RunLimits,
    report: &mut Report,
) -> Vec<(&'d Group, u16)> {
    let (mut failures, mut rejected) = (0, Vec::new());
    for (index, (group, delivery)) in due.iter().enumerate() {
        let starts_at = if index == 0 { Instant::now() } else { Instant::now() + limits.pause };
        if starts_at >= limits.deadline {
            report.end = End::DeadlineExceeded;
            return rejected;
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
                rejected.push((group, status));
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
                    return rejected;
                }
                report.end = End::Failed(error);
            }
        }
    }
    rejected
}

/// Whether GitHub may have received the request.
fn is_without_response(error: &GithubError) -> bool {
    matches!(error, GithubError::Timeout | GithubError::Request { .. })
}
