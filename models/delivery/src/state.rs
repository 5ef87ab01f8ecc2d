//! What exists outside of the sandboxes: messages, the items of the idempotency table, and what destinations received.

use std::collections::BTreeMap;

use crate::bounds::Budget;
use crate::item::{Item, Receive};
use crate::message::{Delivery, Message, Queue};
use crate::sandbox::Work;

/// What a destination has received of one event.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash)]
pub struct Received {
    /// Deliveries that had an effect.
    pub count: u8,
    /// Repeats that the documentation allows, because of the faults so far.
    pub allowed_repeats: u8,
}

/// A state of the model.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct State {
    /// All messages, by their id.
    pub messages: BTreeMap<u8, Message>,
    /// The next request id.
    pub next_request: u8,
    /// The items of the idempotency table.
    pub items: BTreeMap<Delivery, Item>,
    /// Sandboxes that work on a message. An idle sandbox has no state that matters.
    pub sandboxes: BTreeMap<Receive, Work>,
    /// What destinations have received.
    pub received: BTreeMap<Delivery, Received>,
    /// Whether a message was acknowledged although a queue had not confirmed one of its failed deliveries.
    pub has_early_acknowledgement: bool,
    /// What may still happen.
    pub budget: Budget,
}

impl State {
    /// Adds a message. Its id is set here.
    pub fn send(&mut self, message: Message) {
        let used = self.messages.keys().copied().chain(self.sandboxes.keys().map(|receive| receive.message));
        let id = used.max().map_or(0, |id| id + 1);
        self.messages.insert(id, Message { id, receives: 0, is_in_flight: false, ..message });
    }

    /// Adds a message of an accepted request to the intake queue.
    pub fn accept(&mut self, event: u8) {
        let request = self.next_request;
        self.next_request += 1;
        self.send(Message {
            id: 0,
            queue: Queue::Intake,
            event,
            request,
            destination: None,
            attempts: 0,
            receives: 0,
            is_in_flight: false,
            is_from_ingest: true,
            waits_for_lease: false,
            is_duplicated: false,
        });
    }

    /// Whether a sandbox works on the message.
    #[must_use]
    pub fn is_held(&self, message: u8) -> bool {
        self.sandboxes.keys().any(|receive| receive.message == message)
    }

    /// Allows one more repeat of a delivery.
    pub(crate) fn allow_repeat(&mut self, delivery: Delivery) {
        self.received.entry(delivery).or_default().allowed_repeats += 1;
    }
}
