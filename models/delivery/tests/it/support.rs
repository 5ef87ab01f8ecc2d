use delivery_model::{Bounds, Budget, DeliveryModel, Mode, Mutation, Protocol};
use stateright::{Checker as _, HasDiscoveries, Model as _};

pub(crate) const MODES: [Mode; 2] = [Mode::OneWrite, Mode::TwoWrites];

/// One event and one destination.
pub(crate) fn one_destination(budget: Budget) -> Bounds {
    Bounds { destinations: 1, budget, ..Bounds::default() }
}

/// One event and two destinations.
pub(crate) fn two_destinations(budget: Budget) -> Bounds {
    Bounds { budget, ..Bounds::default() }
}

/// Checks every reachable state. Returns whether a destination can receive an event twice.
#[track_caller]
pub(crate) fn check(mode: Mode, bounds: Bounds) -> bool {
    let protocol = Protocol { mode, mutation: None };
    let checker = DeliveryModel { protocol, bounds }.checker().spawn_bfs().join();
    println!("{mode:?}: {} states", checker.unique_state_count());
    checker.assert_no_discovery(DeliveryModel::NOTHING_IS_LOST);
    checker.assert_no_discovery(DeliveryModel::EVERYTHING_IS_SETTLED);
    checker.assert_no_discovery(DeliveryModel::ONLY_DOCUMENTED_REPEATS);
    checker.assert_no_discovery(DeliveryModel::ACKNOWLEDGED_AFTER_MOVES);
    checker.discovery(DeliveryModel::REPEAT).is_some()
}

/// Breaks the protocol, prints the shortest counterexample for the property, and returns its transitions.
#[track_caller]
pub(crate) fn counterexample(mode: Mode, mutation: Mutation, bounds: Bounds, property: &'static str) -> Vec<String> {
    let protocol = Protocol { mode, mutation: Some(mutation) };
    let model = DeliveryModel { protocol, bounds };
    let found = HasDiscoveries::AllOf([property].into());
    let path = model.checker().finish_when(found).spawn_bfs().join().assert_any_discovery(property);
    let transitions = path.into_vec().into_iter();
    let described: Vec<_> = transitions.filter_map(|(state, action)| Some(action?.describe(&state))).collect();
    println!("{mode:?}, {mutation:?}: not \"{property}\"");
    described.iter().for_each(|transition| println!("    {transition}"));
    described
}
