//! The port to the claim store.
//!
//! A worker claims a delivery before it starts. The claim is a lease that lasts as long as a delivery can take. The key
//! is `dedupkey#destination` and not the SQS message id, so that duplicates from SQS, repeated requests of a sender and
//! redriven messages have the same key. What happens after the delivery depends on the [`ClaimMode`].

use std::future::Future;
use std::str::FromStr;

use hookline_aws::PortError;

/// How many writes a successful delivery needs.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum ClaimMode {
    /// The claim is the only write. After the end of the lease, the claim counts as completed for every other request. The
    /// same message may take it over, because SQS delivers it again only if its batch was not finished. Only a new key is
    /// claimed in this mode. A claim that is taken over needs two writes.
    OneWrite,
    /// A second write marks the claim as completed. After the end of the lease, every request may take the claim over.
    #[default]
    TwoWrites,
}

/// The name of a claim mode is neither `one_write` nor `two_writes`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("must be `one_write` or `two_writes`")]
pub struct UnknownClaimMode;

impl FromStr for ClaimMode {
    type Err = UnknownClaimMode;

    fn from_str(name: &str) -> Result<Self, Self::Err> {
        match name {
            "one_write" => Ok(Self::OneWrite),
            "two_writes" => Ok(Self::TwoWrites),
            _ => Err(UnknownClaimMode),
        }
    }
}

/// A claim of one delivery. Times are in seconds since 1970.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Claim {
    /// `dedupkey#destination`.
    pub key: String,
    /// A random identifier of the attempt. Only the owner of a lease may complete or release it.
    pub owner: String,
    /// The request that ingest accepted; empty if it is unknown. It stays the same when the event is moved to another
    /// queue.
    pub request_id: String,
    /// How many writes the delivery needs if it succeeds.
    pub mode: ClaimMode,
    /// The hash of the event's data, if its deduplication key is derived from an id; otherwise empty.
    pub data_hash: String,
    /// The SQS message. A message that is received again because the dead-letter queue is unavailable has the same id; a
    /// redriven message has another one.
    pub message_id: String,
    /// The time of the claim.
    pub now: u64,
    /// Whether ingest sent the message. Ingest sends a message twice if the response of SQS is lost, so another message of
    /// the same request is a duplicate. Any other message of the request was moved from another queue, and the claim may be
    /// all that is left of a worker that crashed.
    pub is_sent_by_ingest: bool,
    /// The end of the lease. Until then no other worker can claim the key. The lease ends before the visibility timeout
    /// of the message, so that a crash costs no receive.
    pub lease_until: u64,
    /// The time after which the claim has no effect. The store deletes it later.
    pub expires_at: u64,
}

/// The result of a claim.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ClaimOutcome {
    /// The worker has the lease and must deliver.
    Acquired {
        /// How many writes the delivery needs if it succeeds.
        mode: ClaimMode,
    },
    /// An earlier attempt has delivered.
    Completed {
        /// Whether the delivered event has the same id as this one, but other data.
        is_id_reused: bool,
    },
    /// Another worker has the lease.
    Leased {
        /// The end of the lease, in seconds since 1970.
        until: u64,
        /// Whether the other worker has received the same request, and needs no second write.
        is_same_request: bool,
    },
    /// An attempt of the same message has failed permanently. The worker must not deliver.
    Failed {
        /// The stable reason code of the attempt.
        reason: String,
    },
}

/// The port to the claim store. Each method takes all claims of a batch and returns one result for each claim, in the
/// same order.
pub trait ClaimStore: Send + Sync + 'static {
    /// Acquires a lease for each key that is neither completed nor leased, and has not failed for the same message. A claim
    /// that has expired has no effect.
    fn claim(&self, claims: &[Claim]) -> impl Future<Output = Vec<Result<ClaimOutcome, PortError>>> + Send;

    /// Marks claims as completed.
    fn complete(&self, claims: &[Claim]) -> impl Future<Output = Vec<Result<(), PortError>>> + Send;

    /// Marks a claim as failed permanently, with the reason code.
    fn fail(&self, claim: &Claim, reason: &str) -> impl Future<Output = Result<(), PortError>> + Send;

    /// Ends leases after failed deliveries, so that the next attempt does not have to wait for the end of the lease. Also
    /// ends the failed claims of the message. The keys stay known, so that the next claim needs two writes.
    fn release(&self, claims: &[Claim]) -> impl Future<Output = Vec<Result<(), PortError>>> + Send;
}
