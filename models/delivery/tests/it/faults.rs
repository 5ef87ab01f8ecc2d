//! The protocol loses nothing and repeats only what is documented, with each fault and with pairs of faults.

use delivery_model::{Bounds, Budget, Mode};

use crate::support::{MODES, check, one_destination, two_destinations};

const NONE: Budget = Budget {
    crashes: 0,
    lost_calls: 0,
    duplicates: 0,
    lease_overruns: 0,
    repeated_requests: 0,
    failures: 0,
    deferrals: 0,
    redrives: 0,
};

/// Checks both modes. Faults can make a destination receive an event twice.
#[track_caller]
fn holds_with_repeats(bounds: &Bounds) {
    for mode in MODES {
        assert!(check(mode, bounds.clone()), "{mode:?}: the faults have no effect, so the check proves nothing");
    }
}

/// Checks both modes. No destination receives an event twice.
#[track_caller]
fn holds_without_repeats(bounds: &Bounds) {
    for mode in MODES {
        assert!(!check(mode, bounds.clone()), "{mode:?}: a destination receives an event twice");
    }
}

#[test]
fn without_faults_each_event_is_delivered_once() {
    let operator = Budget { failures: 2, deferrals: 1, redrives: 2, ..NONE };
    holds_without_repeats(&two_destinations(operator));
    let sender = Budget { repeated_requests: 1, failures: 1, deferrals: 1, redrives: 1, ..NONE };
    holds_without_repeats(&two_destinations(sender));
    let sender = Budget { repeated_requests: 2, failures: 1, redrives: 1, ..NONE };
    holds_without_repeats(&one_destination(sender));
}

#[test]
fn two_events_without_faults() {
    let budget = Budget { failures: 1, deferrals: 1, redrives: 1, ..NONE };
    holds_without_repeats(&Bounds { events: 2, ..one_destination(budget) });
}

#[test]
fn crashes() {
    let budget = Budget { crashes: 2, failures: 1, redrives: 1, ..NONE };
    holds_with_repeats(&two_destinations(budget));
    let budget = Budget { crashes: 2, failures: 1, deferrals: 1, redrives: 2, ..NONE };
    holds_with_repeats(&Bounds { max_receive_count: 3, ..one_destination(budget) });
}

#[test]
fn crashes_with_a_repeated_request() {
    let budget = Budget { crashes: 1, repeated_requests: 1, failures: 1, ..NONE };
    holds_with_repeats(&two_destinations(budget));
    let budget = Budget { crashes: 2, repeated_requests: 1, failures: 1, ..NONE };
    holds_with_repeats(&one_destination(budget));
}

#[test]
fn crashes_of_two_events() {
    let budget = Budget { crashes: 2, failures: 1, ..NONE };
    holds_with_repeats(&Bounds { events: 2, ..one_destination(budget) });
}

#[test]
fn lost_calls() {
    let budget = Budget { lost_calls: 2, failures: 1, ..NONE };
    holds_with_repeats(&two_destinations(budget));
    let budget = Budget { lost_calls: 1, failures: 1, deferrals: 1, redrives: 1, ..NONE };
    holds_with_repeats(&two_destinations(budget));
}

#[test]
fn lost_calls_and_redriven_copies() {
    let budget = Budget { lost_calls: 1, failures: 2, redrives: 2, ..NONE };
    holds_with_repeats(&one_destination(budget));
}

#[test]
fn lost_calls_with_a_repeated_request() {
    let budget = Budget { lost_calls: 1, repeated_requests: 1, failures: 1, ..NONE };
    holds_with_repeats(&one_destination(budget));
    let budget = Budget { lost_calls: 1, repeated_requests: 1, ..NONE };
    holds_with_repeats(&two_destinations(budget));
}

#[test]
fn crashes_and_lost_calls() {
    let budget = Budget { crashes: 1, lost_calls: 1, failures: 1, ..NONE };
    holds_with_repeats(&two_destinations(budget));
    let budget = Budget { crashes: 1, lost_calls: 1, repeated_requests: 1, failures: 1, ..NONE };
    holds_with_repeats(&one_destination(budget));
}

/// Two writes absorb each duplicate. One write absorbs a duplicate during the lease, and not one after it.
#[test]
fn duplicate_messages() {
    let budget = Budget { duplicates: 1, failures: 1, deferrals: 1, redrives: 1, ..NONE };
    assert!(!check(Mode::TwoWrites, two_destinations(budget)));
    assert!(check(Mode::OneWrite, two_destinations(budget)));
    let budget = Budget { duplicates: 2, failures: 1, ..NONE };
    let bounds = Bounds { max_receive_count: 3, ..two_destinations(budget) };
    assert!(!check(Mode::TwoWrites, bounds.clone()));
    assert!(check(Mode::OneWrite, bounds));
}

#[test]
fn duplicate_messages_with_other_faults() {
    let budget = Budget { crashes: 1, duplicates: 1, failures: 1, redrives: 1, ..NONE };
    holds_with_repeats(&two_destinations(budget));
    let budget = Budget { crashes: 1, lost_calls: 1, duplicates: 1, failures: 1, ..NONE };
    holds_with_repeats(&one_destination(budget));
    let budget = Budget { crashes: 1, duplicates: 1, repeated_requests: 1, failures: 1, ..NONE };
    holds_with_repeats(&one_destination(budget));
}

#[test]
fn expired_leases() {
    let budget = Budget { duplicates: 1, lease_overruns: 1, failures: 1, redrives: 1, ..NONE };
    holds_with_repeats(&two_destinations(budget));
    let budget = Budget { crashes: 1, lease_overruns: 1, repeated_requests: 1, failures: 1, ..NONE };
    holds_with_repeats(&one_destination(budget));
}
