//! One effect a key: who is about to deliver an event to a destination claims it first, for as long as a delivery can
//! take, and says afterwards that it is done. The key is ours (`dedupkey#destination`) and not the queue's, so that a
//! message that SQS delivers twice, that a sender sends again or that a person redrives is the same.

use std::future::Future;

/// What a claim is about, in seconds since 1970.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Claim {
    /// `dedupkey#destination`.
    pub key: String,
    /// Who claims: only the owner of a lease may end it.
    pub owner: String,
    /// When it is claimed.
    pub now: u64,
    /// Until when nobody else may: shorter than the message stays invisible, so that a crash costs no receive.
    pub lease_until: u64,
    /// When the table may forget it.
    pub forget_at: u64,
}

/// What became of a claim.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Claimed {
    /// It is ours: deliver.
    Ours,
    /// It was delivered before.
    Done,
    /// Somebody else is at it, until then.
    Leased {
        /// Seconds since 1970.
        until: u64,
    },
}

/// The table did not answer.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("the idempotency table did not answer: {detail}")]
pub struct ClaimError {
    /// Why not, after all attempts.
    pub detail: String,
}

/// The table of claims.
pub trait Claims: Send + Sync + 'static {
    /// Claims, unless it is done or leased.
    fn claim(&self, claim: &Claim) -> impl Future<Output = Result<Claimed, ClaimError>> + Send;

    /// Notes that it is done.
    fn complete(&self, claim: &Claim) -> impl Future<Output = Result<(), ClaimError>> + Send;

    /// Gives it back, because it is not done: the next attempt need not wait for the lease.
    fn release(&self, claim: &Claim) -> impl Future<Output = Result<(), ClaimError>> + Send;
}
