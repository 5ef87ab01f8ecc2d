//! The port to the claims table. An event is claimed for a destination before it is delivered, for as long as a delivery
//! can take, and marked as done afterwards. The key is Hookline's (`dedupkey#destination`) and not the queue's, so that a
//! message that SQS delivers twice, that a sender repeats or that an operator redrives is the same.

use std::future::Future;

use hookline_aws::PortError;

/// A claim. Times are in seconds since 1970.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Claim {
    /// `dedupkey#destination`.
    pub key: String,
    /// The claiming attempt: only the owner of a lease may end it.
    pub owner: String,
    /// When it is claimed.
    pub now: u64,
    /// Until when no other worker may claim: sooner than the message is visible again, so that a crash costs no receive.
    pub lease_until: u64,
    /// When the table may forget it.
    pub forget_at: u64,
}

/// The result of a claim.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Claimed {
    /// It is ours: deliver.
    Ours,
    /// It was delivered before.
    Done,
    /// It is leased by another worker.
    Leased {
        /// Seconds since 1970.
        until: u64,
    },
}

/// The port to the claims table. Each verb takes all claims of a batch at once and returns a result for each, in their
/// order.
pub trait Claims: Send + Sync + 'static {
    /// Claims each key that is neither done nor leased.
    fn claim(&self, claims: &[Claim]) -> impl Future<Output = Vec<Result<Claimed, PortError>>> + Send;

    /// Marks as done.
    fn complete(&self, claims: &[Claim]) -> impl Future<Output = Vec<Result<(), PortError>>> + Send;

    /// Gives leases back that are not done: the next attempt need not wait for their end.
    fn release(&self, claims: &[Claim]) -> impl Future<Output = Vec<Result<(), PortError>>> + Send;
}
