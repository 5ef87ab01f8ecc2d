use futures_util::future::BoxFuture;
use hookline_aws::PortError;
use hookline_event_log::Entry;

/// The port to the event log.
pub trait WriteEventLog: Send + Sync + 'static {
    /// Writes an object.
    fn put_object(&self, key: String, bytes: Vec<u8>) -> BoxFuture<'_, Result<(), PortError>>;

    /// Writes at most 25 entries of the index. Returns the number of those that were not written.
    fn put_entries(&self, entries: Vec<Entry>) -> BoxFuture<'_, Result<usize, PortError>>;
}

pub(super) fn deadline_exceeded() -> PortError {
    PortError::new("write the event log", "deadline exceeded")
}
