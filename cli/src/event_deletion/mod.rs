//! Deletion of one event everywhere that Hookline stores it, for requests under data-protection law.
//!
//! The event log and the dead-letter queue have the event's payload and its deduplication key. From the key follow the items of the
//! idempotency table, which contain hashes and ids. SQS cannot search the intake queue and the retry queue, logs contain
//! no payload, and a destination has its own copy: [`Remaining`] has what stays, and for how long.

mod claims;
mod delete;
mod event_data;
mod find;
mod remaining;

pub use self::claims::Claim;
pub use self::delete::Deletion;
pub use self::event_data::EventData;
pub use self::find::EventSelection;
pub use self::remaining::{LaneMessages, Remaining};

#[cfg(test)]
mod tests;
