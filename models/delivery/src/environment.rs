//! What happens outside of the sandboxes: receives, timeouts, crashes, requests of the sender, and the operator.

use crate::bounds::Bounds;
use crate::item::{Item, Receive};
use crate::message::{Delivery, Message, Queue};
use crate::protocol::Protocol;
use crate::sandbox::{Status, Step, Work};
use crate::state::State;
use crate::steps::{self, Outcome};

/// A transition of the model.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Action {
    /// An idle sandbox receives a message.
    Receive {
        /// The message.
        message: u8,
        /// A destination that is deferred without an attempt.
        deferred: Option<u8>,
    },
    /// SQS moves a message that was received too often to the dead-letter queue.
    ExceedReceives(u8),
    /// A sandbox makes its next step.
    Step(Receive, Step, Outcome),
    /// A sandbox crashes or reaches its timeout before its next step.
    Crash(Receive, Step),
    /// A lease ends.
    EndLease(Delivery),
    /// The visibility timeout of a message ends.
    MakeVisible(u8),
    /// SQS makes a message visible although a sandbox works on it.
    Duplicate(u8),
    /// The sender repeats the request of an event.
    RepeatRequest {
        /// The event.
        event: u8,
    },
    /// An operator sends the event of a dead-letter message to the intake queue.
    Redrive {
        /// The message.
        message: u8,
        /// Whether the dead-letter message is deleted. `false` is a lost call.
        is_deleted: bool,
    },
}

/// The actions without which nothing would happen any more.
pub(crate) fn required_actions(bounds: &Bounds, state: &State, actions: &mut Vec<Action>) {
    for message in state.messages.values().filter(|message| is_receivable(state, message)) {
        let id = message.id;
        if message.receives >= bounds.max_receive_count {
            actions.push(Action::ExceedReceives(id));
        } else if state.sandboxes.len() < bounds.sandboxes {
            actions.push(Action::Receive { message: id, deferred: None });
        }
    }
    for (receive, work) in &state.sandboxes {
        actions.push(Action::Step(*receive, work.step, Outcome::Succeeds));
    }
    let is_idle = |item: &Item| item.owner().is_some_and(|owner| !state.sandboxes.contains_key(&owner));
    let ended = state.items.iter().filter(|(_, item)| item.is_running() && is_idle(item));
    actions.extend(ended.map(|(delivery, _)| Action::EndLease(*delivery)));
    let hidden = state.messages.values().filter(|message| message.is_in_flight && !state.is_held(message.id));
    actions.extend(hidden.map(|message| Action::MakeVisible(message.id)));
}

/// Faults, failures, and what a sender or an operator may do.
pub(crate) fn optional_actions(bounds: &Bounds, state: &State, actions: &mut Vec<Action>) {
    let budget = &state.budget;
    if budget.deferrals > 0 && state.sandboxes.len() < bounds.sandboxes {
        let receivable = state.messages.values().filter(|message| is_receivable(state, message));
        for message in receivable.filter(|message| message.receives < bounds.max_receive_count) {
            let destinations = destinations(bounds, message);
            let deferred = |destination| Action::Receive { message: message.id, deferred: Some(destination) };
            actions.extend(destinations.map(deferred));
        }
    }
    for (receive, work) in &state.sandboxes {
        let outcomes = steps::outcomes(work.step, budget).into_iter();
        let faults = outcomes.filter(|outcome| *outcome != Outcome::Succeeds);
        actions.extend(faults.map(|outcome| Action::Step(*receive, work.step, outcome)));
        if budget.crashes > 0 {
            actions.push(Action::Crash(*receive, work.step));
        }
    }
    if budget.lease_overruns > 0 {
        let is_owned = |item: &Item| item.owner().is_some_and(|owner| state.sandboxes.contains_key(&owner));
        let overrun = state.items.iter().filter(|(_, item)| item.is_running() && is_owned(item));
        actions.extend(overrun.map(|(delivery, _)| Action::EndLease(*delivery)));
    }
    if budget.duplicates > 0 {
        let held = state.messages.values().filter(|message| message.is_in_flight && state.is_held(message.id));
        actions.extend(held.map(|message| Action::Duplicate(message.id)));
    }
    if budget.repeated_requests > 0 {
        actions.extend((0..bounds.events).map(|event| Action::RepeatRequest { event }));
    }
    for message in state.messages.values().filter(|message| message.queue == Queue::DeadLetter && budget.redrives > 0) {
        actions.push(Action::Redrive { message: message.id, is_deleted: true });
        if budget.lost_calls > 0 {
            actions.push(Action::Redrive { message: message.id, is_deleted: false });
        }
    }
}

/// Makes a transition.
pub(crate) fn apply(state: &mut State, protocol: &Protocol, bounds: &Bounds, action: Action) {
    match action {
        Action::Receive { message, deferred } => receive(state, protocol, bounds, message, deferred),
        Action::ExceedReceives(message) => {
            let moved = state.messages.get_mut(&message).into_iter();
            moved.for_each(|message| message.queue = Queue::DeadLetter);
        }
        Action::Step(receive, _, outcome) => {
            let work = state.sandboxes.get(&receive).cloned();
            work.into_iter().for_each(|work| steps::apply(state, protocol, bounds, work, outcome));
        }
        Action::Crash(receive, _) => {
            state.budget.crashes -= 1;
            let crashed = state.sandboxes.remove(&receive).into_iter();
            crashed.for_each(|mut work| steps::allow_repeats(state, &mut work));
        }
        Action::EndLease(delivery) => {
            let owner = state.items.get(&delivery).and_then(Item::owner);
            if owner.is_some_and(|owner| state.sandboxes.contains_key(&owner)) {
                state.budget.lease_overruns -= 1;
                steps::allow_repeat_of_overrun(state, delivery);
            }
            state.items.get_mut(&delivery).into_iter().for_each(Item::end_lease);
        }
        Action::MakeVisible(message) => make_visible(state, message),
        Action::Duplicate(message) => {
            state.budget.duplicates -= 1;
            make_visible(state, message);
            let held = state.sandboxes.values_mut().map(|work| &mut work.message);
            let copies = held.chain(state.messages.values_mut()).filter(|copy| copy.id == message);
            copies.for_each(|copy| copy.is_duplicated = true);
        }
        Action::RepeatRequest { event } => {
            state.budget.repeated_requests -= 1;
            state.accept(event);
        }
        Action::Redrive { message, is_deleted } => redrive(state, message, is_deleted),
    }
}

fn receive(state: &mut State, protocol: &Protocol, bounds: &Bounds, message: u8, deferred: Option<u8>) {
    state.budget.deferrals -= u8::from(deferred.is_some());
    let Some(message) = state.messages.get_mut(&message) else { return };
    message.receives += 1;
    message.is_in_flight = true;
    let status = |destination| if Some(destination) == deferred { Status::Deferred } else { Status::New };
    let deliveries = destinations(bounds, message).map(|destination| (destination, status(destination))).collect();
    let mode = protocol.mode_of_receive(message);
    let work = Work { message: *message, mode, step: Step::Claim, deliveries };
    state.sandboxes.insert(work.receive(), work);
}

fn redrive(state: &mut State, message: u8, is_deleted: bool) {
    let Some(redriven) = state.messages.get(&message).copied() else { return };
    state.budget.redrives -= 1;
    // The event is routed again, and its age begins again.
    let queue = Queue::Intake;
    state.send(Message { queue, destination: None, attempts: 0, is_from_ingest: false, ..redriven });
    if is_deleted {
        state.messages.remove(&message);
    } else {
        state.budget.lost_calls -= 1;
    }
}

fn make_visible(state: &mut State, message: u8) {
    state.messages.get_mut(&message).into_iter().for_each(|message| message.is_in_flight = false);
}

fn destinations(bounds: &Bounds, message: &Message) -> impl Iterator<Item = u8> + use<> {
    let only = message.destination;
    (0..bounds.destinations).filter(move |destination| only.is_none_or(|only| only == *destination))
}

fn is_receivable(state: &State, message: &Message) -> bool {
    let is_delayed = |(delivery, item): (&Delivery, &Item)| message.covers(*delivery) && item.is_running();
    message.queue != Queue::DeadLetter
        && !message.is_in_flight
        && !(message.waits_for_lease && state.items.iter().any(is_delayed))
}
