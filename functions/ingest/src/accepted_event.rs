use hookline_event::{DataHash, DedupKey, ForwardedHeaders, SenderHeaders};

/// An event that is ready for the queue.
pub(crate) struct AcceptedEvent<'a> {
    pub(crate) id: String,
    /// The part of the event's type before the sender's type.
    pub(crate) type_prefix: &'a str,
    /// The sender's type.
    pub(crate) event_type: Option<String>,
    pub(crate) path: String,
    pub(crate) dedup_key: DedupKey,
    /// The hash of the body, if the key is derived from an id of the sender.
    pub(crate) data_hash: Option<DataHash>,
    /// When the event occurred, if the caller says so.
    pub(crate) time: Option<String>,
    pub(crate) request_id: String,
    pub(crate) sender_source: Option<String>,
    pub(crate) content_type: Option<String>,
    pub(crate) content_encoding: Option<String>,
    pub(crate) forwarded: ForwardedHeaders,
    /// For listeners; empty if listening is switched off.
    pub(crate) sender_headers: SenderHeaders,
}
