//! The model for the checker: states, transitions and properties.

use std::collections::BTreeMap;

use stateright::{Model, Property};

use crate::bounds::Bounds;
use crate::environment::{self, Action};
use crate::message::{Delivery, Queue};
use crate::protocol::{Mutation, Protocol};
use crate::state::State;

/// The delivery protocol within bounds.
#[derive(Debug, Clone)]
pub struct DeliveryModel {
    /// The protocol.
    pub protocol: Protocol,
    /// The bounds.
    pub bounds: Bounds,
}

impl DeliveryModel {
    /// In every state, each accepted delivery was made, or a message on a queue covers it.
    pub const NOTHING_IS_LOST: &'static str = "nothing is lost";
    /// If nothing can happen any more without a fault, all sandboxes are idle and only the dead-letter queue has
    /// messages.
    pub const EVERYTHING_IS_SETTLED: &'static str = "everything is settled";
    /// No destination receives an event more often than the faults of the run allow.
    pub const ONLY_DOCUMENTED_REPEATS: &'static str = "only documented repeats";
    /// No message is acknowledged before a queue has confirmed each delivery that failed or was deferred.
    pub const ACKNOWLEDGED_AFTER_MOVES: &'static str = "acknowledged after all moves";
    /// A destination receives an event twice. Faults make this possible.
    pub const REPEAT: &'static str = "a destination receives an event twice";
    /// A message is in the dead-letter queue and all queues are at rest.
    pub const DEAD_LETTER: &'static str = "an event is dead-lettered";

    fn deliveries(&self) -> impl Iterator<Item = Delivery> + use<> {
        let destinations = self.bounds.destinations;
        (0..self.bounds.events)
            .flat_map(move |event| (0..destinations).map(move |destination| Delivery { event, destination }))
    }

    fn is_lossless(&self, state: &State) -> bool {
        let is_received = |delivery: &Delivery| state.received.get(delivery).is_some_and(|received| received.count > 0);
        let is_queued = |delivery: &Delivery| state.messages.values().any(|message| message.covers(*delivery));
        self.deliveries().all(|delivery| is_received(&delivery) || is_queued(&delivery))
    }

    fn is_settled_at_rest(&self, state: &State) -> bool {
        let mut actions = Vec::new();
        environment::required_actions(&self.bounds, state, &mut actions);
        !actions.is_empty() || is_settled(state)
    }

    fn has_only_documented_repeats(&self, state: &State) -> bool {
        state.received.values().all(|received| received.count <= 1 + received.allowed_repeats)
    }

    fn has_repeat(&self, state: &State) -> bool {
        state.received.values().any(|received| received.count > 1)
    }
}

fn is_settled(state: &State) -> bool {
    state.sandboxes.is_empty() && state.messages.values().all(|message| message.queue == Queue::DeadLetter)
}

impl Model for DeliveryModel {
    type State = State;
    type Action = Action;

    fn init_states(&self) -> Vec<State> {
        let mut state = State {
            messages: BTreeMap::new(),
            next_request: 0,
            items: BTreeMap::new(),
            sandboxes: BTreeMap::new(),
            received: BTreeMap::new(),
            has_early_acknowledgement: false,
            budget: self.bounds.budget,
        };
        (0..self.bounds.events).for_each(|event| state.accept(event));
        vec![state]
    }

    fn actions(&self, state: &State, actions: &mut Vec<Action>) {
        environment::required_actions(&self.bounds, state, actions);
        environment::optional_actions(&self.bounds, state, actions);
    }

    fn next_state(&self, state: &State, action: Action) -> Option<State> {
        let mut next = state.clone();
        environment::apply(&mut next, &self.protocol, &self.bounds, action);
        next.normalize(self.protocol.has(Mutation::ClaimHasMessageId));
        Some(next)
    }

    fn properties(&self) -> Vec<Property<Self>> {
        vec![
            Property::always(Self::NOTHING_IS_LOST, Self::is_lossless),
            Property::always(Self::EVERYTHING_IS_SETTLED, Self::is_settled_at_rest),
            Property::always(Self::ONLY_DOCUMENTED_REPEATS, Self::has_only_documented_repeats),
            Property::always(Self::ACKNOWLEDGED_AFTER_MOVES, |_, state: &State| !state.has_early_acknowledgement),
            Property::sometimes(Self::REPEAT, Self::has_repeat),
            Property::sometimes(Self::DEAD_LETTER, |_, state: &State| is_settled(state) && !state.messages.is_empty()),
        ]
    }
}
