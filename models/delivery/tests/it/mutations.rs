//! Each rule of the protocol is necessary: without it the checker finds a counterexample. `--nocapture` prints it.

use delivery_model::{Budget, DeliveryModel, Mode, Mutation};

use crate::support::{MODES, counterexample, one_destination, two_destinations};

#[test]
fn acknowledgement_before_the_move_loses_a_delivery() {
    let bounds = one_destination(Budget { crashes: 1, failures: 1, ..Budget::default() });
    for mode in MODES {
        for property in [DeliveryModel::ACKNOWLEDGED_AFTER_MOVES, DeliveryModel::NOTHING_IS_LOST] {
            counterexample(mode, Mutation::AcknowledgesBeforeMove, bounds.clone(), property);
        }
    }
}

#[test]
fn move_without_marks_repeats_after_a_redrive() {
    let bounds = two_destinations(Budget { failures: 1, redrives: 1, ..Budget::default() });
    let property = DeliveryModel::ONLY_DOCUMENTED_REPEATS;
    let path = counterexample(Mode::OneWrite, Mutation::MovesWithoutMarks, bounds, property);
    assert!(path.iter().any(|transition| transition.starts_with("an operator redrives")), "{path:#?}");
}

#[test]
fn expired_claim_that_counts_as_done_loses_a_delivery_after_a_crash() {
    let bounds = one_destination(Budget { crashes: 1, ..Budget::default() });
    counterexample(Mode::OneWrite, Mutation::ExpiredClaimIsDone, bounds, DeliveryModel::NOTHING_IS_LOST);
}

#[test]
fn expired_claim_that_another_request_takes_over_is_repeated_without_a_fault() {
    let bounds = one_destination(Budget { repeated_requests: 1, ..Budget::default() });
    let property = DeliveryModel::ONLY_DOCUMENTED_REPEATS;
    counterexample(Mode::OneWrite, Mutation::ExpiredClaimIsAvailable, bounds, property);
}

/// The message is in the dead-letter queue before another receive has taken its claim over.
#[test]
fn claim_with_the_message_id_loses_a_redriven_delivery() {
    let bounds = one_destination(Budget { crashes: 1, redrives: 1, ..Budget::default() });
    let path = counterexample(Mode::OneWrite, Mutation::ClaimHasMessageId, bounds, DeliveryModel::NOTHING_IS_LOST);
    assert!(path.iter().any(|transition| transition.starts_with("an operator redrives")), "{path:#?}");
}

/// A destination is deferred and another one fails permanently. The redriven event is delivered to both, and later the
/// deferred delivery is received.
#[test]
fn redrive_with_one_write_is_repeated_without_a_fault() {
    let bounds = two_destinations(Budget { failures: 1, deferrals: 1, redrives: 1, ..Budget::default() });
    let property = DeliveryModel::ONLY_DOCUMENTED_REPEATS;
    counterexample(Mode::OneWrite, Mutation::RedriveHasOneWrite, bounds, property);
}

#[test]
fn moved_claim_in_progress_is_repeated_after_a_duplicate_during_the_lease() {
    let bounds = one_destination(Budget { duplicates: 1, ..Budget::default() });
    let property = DeliveryModel::ONLY_DOCUMENTED_REPEATS;
    counterexample(Mode::OneWrite, Mutation::MovesOwnClaimInProgress, bounds, property);
}

/// The second receive does not claim a delivery, because its destination is deferred in the meantime.
#[test]
fn moved_sibling_of_a_claim_in_progress_is_repeated_after_a_duplicate_during_the_lease() {
    let bounds = two_destinations(Budget { duplicates: 1, deferrals: 1, ..Budget::default() });
    let property = DeliveryModel::ONLY_DOCUMENTED_REPEATS;
    counterexample(Mode::OneWrite, Mutation::MovesSiblingsOfClaimInProgress, bounds, property);
}

/// The claim that a stalled receive writes later belongs to a message that is already deleted.
#[test]
fn release_that_deletes_the_item_loses_a_delivery() {
    let budget = Budget { crashes: 2, duplicates: 1, repeated_requests: 1, failures: 1, ..Budget::default() };
    let bounds = one_destination(budget);
    counterexample(Mode::OneWrite, Mutation::ReleaseDeletesItem, bounds, DeliveryModel::NOTHING_IS_LOST);
}

#[test]
fn release_that_deletes_the_item_repeats_after_a_duplicate() {
    let bounds = one_destination(Budget { duplicates: 1, failures: 1, ..Budget::default() });
    let property = DeliveryModel::ONLY_DOCUMENTED_REPEATS;
    counterexample(Mode::OneWrite, Mutation::ReleaseDeletesItem, bounds, property);
}
