//! The event log of a deployment: listing events, reading one with its payload, sending events again, and deleting one.
//!
//! The index has an entry for each event and for each later attempt. [`LoggedEvent`] groups them. Rejected requests are not
//! in the index; they come from the log of the ingest function.

mod delete;
mod filter;
mod identity;
mod listed;
mod logged_event;
mod page;
mod payload;
mod rejected;
mod replay;
mod table;
mod tail;

pub use self::filter::{EventFilter, InvalidPayloadFilter, PayloadFilter};
pub use self::identity::{SelectedKey, SharedIds, keys};
pub(crate) use self::identity::{key_of, replayable};
pub use self::listed::{ListOptions, Listed};
pub use self::logged_event::LoggedEvent;
pub use self::payload::{Payload, PayloadError};
pub use self::replay::{Replay, ReplayError, ReplayTo, Sent};
pub use self::table::EventLog;
pub use self::tail::Tail;

#[cfg(test)]
pub(crate) mod tests;
