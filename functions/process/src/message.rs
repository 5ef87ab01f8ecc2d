//! What the event source mapping hands over, borrowed from its JSON. Only what is in use is read.
//!
//! <https://docs.aws.amazon.com/lambda/latest/dg/with-sqs.html#example-standard-queue-message-event>

use hookline_event::Text;
use serde::Deserialize;

/// A batch.
#[derive(Debug, Deserialize)]
#[serde(bound(deserialize = "'de: 'a"))]
pub(crate) struct Messages<'a> {
    #[serde(rename = "Records", default)]
    pub(crate) records: Vec<Message<'a>>,
}

/// One message of it.
#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase", default, bound(deserialize = "'de: 'a"))]
pub(crate) struct Message<'a> {
    message_id: Option<Text<'a>>,
    receipt_handle: Option<Text<'a>>,
    body: Option<Text<'a>>,
    attributes: Attributes<'a>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "PascalCase", default, bound(deserialize = "'de: 'a"))]
struct Attributes<'a> {
    approximate_receive_count: Option<Text<'a>>,
    sent_timestamp: Option<Text<'a>>,
    #[serde(rename = "AWSTraceHeader")]
    trace_header: Option<Text<'a>>,
}

impl Message<'_> {
    /// What a failure is reported by.
    pub(crate) fn id(&self) -> &str {
        self.message_id.as_deref().unwrap_or_default()
    }

    /// What this receive is named by.
    pub(crate) fn receipt_handle(&self) -> &str {
        self.receipt_handle.as_deref().unwrap_or_default()
    }

    /// The event, as ingest wrote it.
    pub(crate) fn body(&self) -> &str {
        self.body.as_deref().unwrap_or_default()
    }

    /// How often it was received, this time included.
    pub(crate) fn receives(&self) -> u32 {
        self.attributes.approximate_receive_count.as_deref().and_then(|count| count.parse().ok()).unwrap_or(1)
    }

    /// When it was sent to the queue first, in milliseconds since 1970; empty if the queue does not say.
    pub(crate) fn first_seen(&self) -> &str {
        self.attributes.sent_timestamp.as_deref().unwrap_or_default()
    }

    /// X-Ray's header, as the queue was given it.
    pub(crate) fn trace_header(&self) -> Option<&str> {
        self.attributes.trace_header.as_deref()
    }
}
