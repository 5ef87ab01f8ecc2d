//! The items of the idempotency table.

/// `idempotency.mode`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Mode {
    /// The claim is the only write if all deliveries of an event succeed.
    OneWrite,
    /// Each delivery is claimed before the attempt and marked as done after it.
    TwoWrites,
}

/// One receive of a message. It identifies the sandbox's work, and is the `owner` of the claims that the work acquires.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Receive {
    /// The id of the message.
    pub message: u8,
    /// The receive count.
    pub count: u8,
}

/// The owner of a claim whose work has ended.
pub(crate) const NO_OWNER: Receive = Receive { message: u8::MAX, count: 0 };

/// An item of the idempotency table.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Item {
    /// Written before the delivery in mode `one_write`. It may stay after the delivery.
    Claimed {
        /// The attribute `request`.
        request: u8,
        /// The attribute `owner`.
        owner: Receive,
        /// Whether `lease_until` is in the future.
        is_running: bool,
    },
    /// Written before the delivery in mode `two_writes`. A released claim is a lease that has ended.
    Leased {
        /// The attribute `owner`.
        owner: Receive,
        /// Whether `lease_until` is in the future.
        is_running: bool,
    },
    /// The delivery was made.
    Done,
    /// An attempt of this message has failed permanently.
    Failed {
        /// The attribute `message_id`.
        message: u8,
    },
}

impl Item {
    /// The owner of a claim that is neither done nor failed.
    #[must_use]
    pub fn owner(&self) -> Option<Receive> {
        match self {
            Self::Claimed { owner, .. } | Self::Leased { owner, .. } => Some(*owner),
            Self::Done | Self::Failed { .. } => None,
        }
    }

    /// The mode of a claim: `one_write` if it may stay as it is after the delivery.
    #[must_use]
    pub fn mode(&self) -> Mode {
        if matches!(self, Self::Claimed { .. }) { Mode::OneWrite } else { Mode::TwoWrites }
    }

    /// Whether the item has a lease that has not ended.
    #[must_use]
    pub fn is_running(&self) -> bool {
        matches!(self, Self::Claimed { is_running: true, .. } | Self::Leased { is_running: true, .. })
    }

    /// Ends the lease.
    pub fn end_lease(&mut self) {
        if let Self::Claimed { is_running, .. } | Self::Leased { is_running, .. } = self {
            *is_running = false;
        }
    }
}
