//! The event log: what an operator can list, show and send again. It has two parts.
//!
//! - The *index* is a DynamoDB table with an item for each event and an item for each later attempt ([`Entry`]). It has no
//!   payload. Rejected requests are in ingest's log only: an unauthenticated request must not cause a write to a table.
//! - The *objects* in the payload bucket have the events with their payloads ([`StoredEvent`]): one object for each source
//!   and batch, with one gzip member for each event.
//!
//! Both expire after the days that an operator has configured. This crate has the formats, which the functions and the
//! command-line tool share. It does no I/O and does not read the clock.

mod entry;
mod listener;
mod object;
mod position;
mod settings;
mod summary;

pub use entry::{Attempt, AttemptEntry, Entry, EventEntry, EventStatus, InvalidItem, ObjectLocation, Outcome};
pub use listener::{Listener, Listeners};
pub use object::{ObjectWriter, StoredEvent, StoredEventError, new_object_key};
pub use position::{attempt_position, event_key, event_position, received_time};
pub use settings::EventLogSettings;
pub use summary::{DestinationSummary, EventSummary, Status};
