//! A sandbox of the process function: the steps for one received message.

use std::collections::BTreeMap;

use crate::item::{Mode, Receive};
use crate::message::Message;
use crate::protocol::{Mutation, Protocol};

/// The work of a sandbox on one message. A batch of several messages adds nothing: their deliveries share no item, and
/// a crash of the batch is a crash at some step of each message.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Work {
    /// The message as it was received. `receives` includes this receive.
    pub message: Message,
    /// How this receive claims.
    pub mode: Mode,
    /// The next step.
    pub step: Step,
    /// The state of each delivery, by its destination.
    pub deliveries: BTreeMap<u8, Status>,
}

/// A step. A sandbox can crash before each step, and other sandboxes can work between two steps.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Step {
    /// Claim all deliveries in one call.
    Claim,
    /// Call this destination.
    Deliver(u8),
    /// Mark deliveries as done, and release or fail the other claims.
    Record,
    /// Send the delivery of this destination to the retry queue or the dead-letter queue.
    Move(u8),
    /// Remove the claims that failed permanently.
    RemoveFailed,
    /// Acknowledge the message.
    Acknowledge,
}

/// The state of a delivery within one receive.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Status {
    /// Not claimed yet.
    New,
    /// Not claimed, because the destination is paused, open or slow.
    Deferred,
    /// Claimed.
    Acquired(Mode),
    /// Delivered by this receive.
    Delivered {
        /// The mode of the claim.
        mode: Mode,
        /// Whether a repeat is prevented by a mark, or is already allowed because of a fault.
        is_settled: bool,
    },
    /// Counts as delivered by an earlier receive.
    AlreadyDelivered,
    /// Leased by another receive.
    InProgress,
    /// The claim store did not respond.
    ClaimUnknown,
    /// The attempt failed.
    Failed {
        /// Whether another attempt cannot succeed.
        is_permanent: bool,
    },
    /// An earlier receive of this message has failed permanently.
    FailedBefore,
    /// The retry queue or the dead-letter queue has confirmed the delivery.
    Moved {
        /// Whether the claim has failed permanently.
        is_permanent: bool,
    },
    /// Another receive of the same message has claimed the delivery with one write and delivers now.
    ClaimedByOtherReceive,
    /// The retry queue has not confirmed the delivery, and SQS will not deliver the message again.
    NotRetried,
    /// Neither queue has confirmed the delivery, so the message must be received again.
    Unconfirmed,
}

impl Status {
    /// Whether the delivery needs no other queue.
    #[must_use]
    pub fn is_delivered(self) -> bool {
        matches!(self, Self::Delivered { .. } | Self::AlreadyDelivered)
    }

    /// Whether the delivery is claimed by this receive.
    #[must_use]
    pub fn is_acquired(self) -> bool {
        matches!(self, Self::Acquired(_))
    }

    /// Whether the delivery must be moved to another queue.
    #[must_use]
    pub fn needs_move(self) -> bool {
        matches!(
            self,
            Self::Deferred
                | Self::InProgress
                | Self::ClaimUnknown
                | Self::Failed { .. }
                | Self::FailedBefore
                | Self::NotRetried
        )
    }
}

impl Work {
    /// The receive, which is the owner of the claims.
    #[must_use]
    pub fn receive(&self) -> Receive {
        Receive { message: self.message.id, count: self.message.receives }
    }

    /// Whether a message with this event may be received later, although this receive acknowledges its own.
    #[must_use]
    pub fn may_be_redelivered(&self) -> bool {
        self.deliveries.values().any(|status| !status.is_delivered())
    }

    /// Whether the work marks a delivery that was claimed in this mode as done.
    #[must_use]
    pub fn marks(&self, mode: Mode, protocol: &Protocol) -> bool {
        match mode {
            Mode::TwoWrites => true,
            Mode::OneWrite => self.may_be_redelivered() && !protocol.has(Mutation::MovesWithoutMarks),
        }
    }

    /// The step after the current one; `None` if the work has ended.
    #[must_use]
    pub fn next_step(&self, protocol: &Protocol) -> Option<Step> {
        let first = |matches: fn(Status) -> bool| {
            self.deliveries.iter().find(|(_, status)| matches(**status)).map(|(destination, _)| *destination)
        };
        let acquired = first(Status::is_acquired).map(Step::Deliver);
        let unmoved = || first(Status::needs_move).map(Step::Move);
        let is_early = protocol.has(Mutation::AcknowledgesBeforeMove);
        let moves_siblings = protocol.has(Mutation::MovesSiblingsOfClaimInProgress);
        let settle = || match is_early {
            true => Some(Step::Acknowledge),
            // The other receive marks its deliveries only if it moves one itself.
            false if self.has(Status::ClaimedByOtherReceive) && !moves_siblings => None,
            false => unmoved().or_else(|| self.after_moves()),
        };
        match self.step {
            Step::Claim | Step::Deliver(_) if acquired.is_some() => acquired,
            Step::Claim | Step::Deliver(_) if self.needs_record(protocol) => Some(Step::Record),
            Step::Claim | Step::Deliver(_) | Step::Record => settle(),
            Step::Move(_) if is_early => unmoved(),
            Step::Move(_) => unmoved().or_else(|| self.after_moves()),
            Step::RemoveFailed => Some(Step::Acknowledge),
            Step::Acknowledge if is_early => unmoved(),
            Step::Acknowledge => None,
        }
    }

    fn needs_record(&self, protocol: &Protocol) -> bool {
        self.deliveries.values().any(|status| match status {
            Status::Delivered { mode, .. } => self.marks(*mode, protocol),
            Status::Failed { .. } => true,
            _ => false,
        })
    }

    /// The message is acknowledged only if every delivery was made or moved. Otherwise SQS delivers the message again.
    fn after_moves(&self) -> Option<Step> {
        if self.has(Status::Unconfirmed) || self.has(Status::ClaimedByOtherReceive) {
            return None;
        }
        Some(if self.has(Status::Moved { is_permanent: true }) { Step::RemoveFailed } else { Step::Acknowledge })
    }

    fn has(&self, status: Status) -> bool {
        self.deliveries.values().any(|other| *other == status)
    }
}
