use crate::Headers;

/// A received request: everything that a scheme may verify or read.
#[derive(Debug, Clone, Copy)]
pub struct Request<'a> {
    /// The request's headers.
    pub headers: &'a Headers,
    /// The exact bytes of the body.
    pub body: &'a [u8],
    /// The URL that received the request, without its query; empty if unknown.
    pub url: &'a str,
    /// The URL's query, decoded.
    pub query: &'a [(String, String)],
}

/// A message to sign: the sender's side of a [`Request`].
#[derive(Debug, Clone, Copy)]
pub struct Message<'a> {
    /// The exact bytes of the body.
    pub body: &'a [u8],
    /// Seconds since 1970 in UTC, for the schemes that sign the time.
    pub now: i64,
    /// The message's id, for the schemes that send one.
    pub id: &'a str,
    /// The URL that receives the message, for the scheme that signs it.
    pub url: &'a str,
    /// Whether the body is a form. Twilio signs the fields of a form instead of the body's hash.
    pub is_form: bool,
}

/// The headers and the query parameter that carry a message's signature.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Signed {
    /// Headers to send.
    pub headers: Vec<(String, String)>,
    /// A parameter to add to the URL.
    pub query: Option<(String, String)>,
}

impl Signed {
    pub(super) fn headers<const N: usize>(headers: [(String, String); N]) -> Self {
        Self { headers: headers.into(), query: None }
    }
}

/// Metadata of an event with a valid signature. Only values that the scheme signs are trustworthy.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Verified {
    /// The sender's type of the event, for instance `push`.
    pub event_type: Option<String>,
    /// The sender's id of the delivery. It is not signed, so it identifies an event, but it does not deduplicate one whose
    /// body is signed.
    pub delivery_id: Option<String>,
    /// The sender's id of the message, if the scheme signs it. It deduplicates the event.
    pub signed_id: Option<String>,
    /// The response to a handshake request. Such a request is not queued.
    pub handshake: Option<Handshake>,
}

/// The response that a sender requires before it sends events.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Handshake {
    /// The response's content type.
    pub content_type: &'static str,
    /// The response's body.
    pub body: String,
}

impl Handshake {
    pub(super) fn text(body: impl Into<String>) -> Self {
        Self { content_type: "text/plain; charset=utf-8", body: body.into() }
    }
}
