use delivery_model::{Action, Bounds, Budget, DeliveryModel, Mode, Mutation, Protocol, State};
use stateright::{Checker as _, HasDiscoveries, Model as _, Path};

pub(crate) const MODES: [Mode; 2] = [Mode::OneWrite, Mode::TwoWrites];

/// Shorter counterexamples are searched only in models with at most this number of states, because each search starts
/// from the beginning.
const MAX_SHORTENED_STATES: usize = 100_000;

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
    let model = DeliveryModel { protocol: Protocol { mode, mutation: None }, bounds };
    let checker = model.clone().checker().spawn_bfs().join();
    println!("{mode:?}: {} states", checker.unique_state_count());
    let mut discoveries = checker.discoveries();
    let has_repeat = discoveries.remove(DeliveryModel::REPEAT).is_some();
    discoveries.remove(DeliveryModel::DEAD_LETTER);
    let violated = discoveries.into_iter().next();
    let violated = violated.map(|(property, path)| (property, describe(&model, property, path)));
    assert!(violated.is_none(), "{mode:?}: {violated:#?}");
    has_repeat
}

/// Breaks the protocol, prints a counterexample for the property, and returns its transitions.
#[track_caller]
pub(crate) fn counterexample(mode: Mode, mutation: Mutation, bounds: Bounds, property: &'static str) -> Vec<String> {
    let model = DeliveryModel { protocol: Protocol { mode, mutation: Some(mutation) }, bounds };
    let checker = || model.clone().checker().finish_when(HasDiscoveries::AllOf([property].into()));
    let checked = checker().spawn_bfs().join();
    let mut transitions = describe(&model, property, checked.assert_any_discovery(property));
    if checked.unique_state_count() <= MAX_SHORTENED_STATES {
        // The checker reports the last of several counterexamples. The depth includes the initial state.
        let shorter = |length| checker().target_max_depth(length + 1).spawn_bfs().join().discovery(property);
        while let Some(path) = shorter(transitions.len()) {
            transitions = describe(&model, property, path);
        }
    }
    println!("{mode:?}, {mutation:?}: not \"{property}\"");
    transitions.iter().for_each(|transition| println!("    {transition}"));
    transitions
}

/// Describes the transitions until the property is violated.
fn describe(model: &DeliveryModel, property: &'static str, path: Path<State, Action>) -> Vec<String> {
    let holds = model.property(property).condition;
    let steps = path.into_vec().into_iter().take_while(|(state, _)| holds(model, state));
    steps.filter_map(|(state, action)| Some(action?.describe(&state))).collect()
}
