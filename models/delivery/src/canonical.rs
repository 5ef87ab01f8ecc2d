//! Removes differences between states that have no effect, so that the checker visits fewer states: the order in which
//! messages were sent, and owners of claims that have ended.

use std::collections::BTreeMap;

use crate::item::{Item, NO_OWNER, Receive};
use crate::message::Message;
use crate::state::State;

impl State {
    /// Numbers all messages by their content and, unless `keeps_owners`, forgets owners that have ended.
    pub(crate) fn normalize(&mut self, keeps_owners: bool) {
        let sandboxes = &self.sandboxes;
        for item in self.items.values_mut().filter(|_| !keeps_owners) {
            if let Item::Claimed { owner, is_running: false, .. } | Item::Leased { owner, is_running: false } = item
                && !sandboxes.contains_key(owner)
            {
                *owner = NO_OWNER;
            }
        }
        let numbers = self.numbers();
        let number = |id: u8| numbers.get(&id).copied().unwrap_or(NO_OWNER.message);
        let receive = |receive: Receive| Receive { message: number(receive.message), ..receive };
        let message = |message: Message| Message { id: number(message.id), ..message };
        self.messages = self.messages.values().map(|old| (number(old.id), message(*old))).collect();
        let sandboxes = std::mem::take(&mut self.sandboxes).into_iter();
        self.sandboxes = sandboxes
            .map(|(old, mut work)| {
                work.message = message(work.message);
                (receive(old), work)
            })
            .collect();
        for item in self.items.values_mut() {
            match item {
                Item::Claimed { owner, .. } | Item::Leased { owner, .. } => *owner = receive(*owner),
                Item::Failed { message } => *message = number(*message),
                Item::Done => {}
            }
        }
    }

    /// The new number of each message that is on a queue or in a sandbox.
    fn numbers(&self) -> BTreeMap<u8, u8> {
        let held = self.sandboxes.values().map(|work| work.message);
        let deleted = held.filter(|message| !self.messages.contains_key(&message.id));
        let mut messages: Vec<_> = self.messages.values().copied().chain(deleted).collect();
        messages.sort_by_key(|message| {
            let Message {
                id, queue, event, request, destination, attempts, receives, is_in_flight, is_duplicated, ..
            } = *message;
            (request, event, destination, queue as u8, attempts, receives, is_in_flight, is_duplicated, id)
        });
        messages.dedup_by_key(|message| message.id);
        messages.iter().map(|message| message.id).zip(0..).collect()
    }
}
