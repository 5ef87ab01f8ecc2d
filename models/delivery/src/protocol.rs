//! The decisions of the process function about claims.

use crate::item::{Item, Mode, Receive};
use crate::message::{Message, Queue};

/// A way to break the protocol on purpose.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Mutation {
    /// The message is acknowledged before its failed deliveries are moved.
    AcknowledgesBeforeMove,
    /// In `one_write`, deliveries are not marked as done before another delivery of the event is moved.
    MovesWithoutMarks,
    /// A `claimed` item whose lease has ended counts as done for its own request.
    ExpiredClaimIsDone,
    /// A `claimed` item whose lease has ended is taken over by another request.
    ExpiredClaimIsAvailable,
    /// A `claimed` item has the SQS message id instead of the request id.
    ClaimHasMessageId,
    /// A redriven message is claimed with one write.
    RedriveHasOneWrite,
    /// A delivery that is claimed by the same request with one write is moved to the retry queue.
    MovesOwnClaimInProgress,
    /// The other deliveries of the event are moved while a delivery is claimed by another receive of the message.
    MovesSiblingsOfClaimInProgress,
    /// A release deletes the item, so that the next claim can be made with one write again.
    ReleaseDeletesItem,
}

/// The protocol: a mode, and what is broken on purpose.
#[derive(Debug, Clone, Copy)]
pub struct Protocol {
    /// The mode.
    pub mode: Mode,
    /// `None` for the protocol of the process function.
    pub mutation: Option<Mutation>,
}

/// The result of a claim.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ClaimOutcome {
    /// The work has the lease and delivers. The new item is stored.
    Acquired(Item),
    /// The delivery counts as made.
    Done,
    /// Another receive has the lease.
    InProgress {
        /// Whether that receive has the same request and wrote `claimed`.
        is_own_claim: bool,
    },
    /// An attempt of the same message has failed permanently.
    Failed,
}

impl Protocol {
    /// Whether the protocol is broken in this way.
    #[must_use]
    pub fn has(&self, mutation: Mutation) -> bool {
        self.mutation == Some(mutation)
    }

    /// The mode for one receive of a message. `message.receives` includes this receive.
    ///
    /// One write is only safe if no copy of the event with the same request id can be received later. A redriven
    /// message may have copies: a delivery that waits on the retry queue, or a second dead-letter message.
    #[must_use]
    pub fn mode_of_receive(&self, message: &Message) -> Mode {
        let is_new = message.queue == Queue::Intake && message.receives == 1;
        let is_from_ingest = message.is_from_ingest || self.has(Mutation::RedriveHasOneWrite);
        match self.mode {
            Mode::OneWrite if is_new && is_from_ingest => Mode::OneWrite,
            _ => Mode::TwoWrites,
        }
    }

    /// Claims a delivery: compares the stored item and returns the result.
    #[must_use]
    pub fn claim(&self, item: Option<Item>, message: &Message, mode: Mode) -> ClaimOutcome {
        match item {
            Some(Item::Done) => ClaimOutcome::Done,
            Some(Item::Failed { message: failed }) if failed == message.id => ClaimOutcome::Failed,
            Some(Item::Leased { is_running: true, .. }) => ClaimOutcome::InProgress { is_own_claim: false },
            Some(Item::Claimed { is_running: true, request, owner }) => {
                ClaimOutcome::InProgress { is_own_claim: self.is_own(request, owner, message) }
            }
            // The event may have been delivered or not. Only its own request makes another attempt: the messages of
            // another request finish that request.
            Some(Item::Claimed { is_running: false, request, owner })
                if self.is_done(self.is_own(request, owner, message)) =>
            {
                ClaimOutcome::Done
            }
            None | Some(Item::Failed { .. } | Item::Leased { .. } | Item::Claimed { .. }) => {
                let owner = Receive { message: message.id, count: message.receives };
                ClaimOutcome::Acquired(match mode {
                    Mode::OneWrite if item.is_none() => {
                        Item::Claimed { request: message.request, owner, is_running: true }
                    }
                    _ => Item::Leased { owner, is_running: true },
                })
            }
        }
    }

    /// Whether a `claimed` item whose lease has ended counts as done.
    fn is_done(&self, is_own: bool) -> bool {
        if is_own { self.has(Mutation::ExpiredClaimIsDone) } else { !self.has(Mutation::ExpiredClaimIsAvailable) }
    }

    /// Whether a claim was written for this message's request.
    fn is_own(&self, request: u8, owner: Receive, message: &Message) -> bool {
        if self.has(Mutation::ClaimHasMessageId) { owner.message == message.id } else { request == message.request }
    }
}
