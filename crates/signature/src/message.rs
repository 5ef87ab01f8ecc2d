/// A message to sign: the sender's side of a [`Request`].
#[derive(Debug, Clone, Copy, Default)]
pub struct Message<'a> {
    /// The exact bytes of the body.
    pub body: &'a [u8],
    /// Seconds since 1970 in UTC, for the senders that sign the time.
    pub now: i64,
    /// The message's id, for the senders that send one.
    pub id: &'a str,
    /// The URL that receives the message, for the senders that sign it.
    pub url: &'a str,
    /// Whether the body is a form, for the senders that sign forms and other bodies differently.
    pub is_form: bool,
    /// Headers of the request, of which the signature may cover some.
    pub headers: &'a [(String, String)],
}

/// What a signature adds to a message.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Signed {
    /// Headers to send.
    pub headers: Vec<(String, String)>,
    /// Parameters to add to the URL.
    pub query: Vec<(String, String)>,
    /// The body to send instead, if the sender puts the signature or another value into it.
    pub body: Option<Vec<u8>>,
}

/// Metadata of an event with a valid signature. Only values that the scheme signs are trustworthy.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Verified {
    /// The sender's type of the event, for instance `push`.
    pub event_type: Option<String>,
    /// The sender's id of the event or delivery that is not signed. It identifies an event, but it does not deduplicate one
    /// whose body is signed.
    pub delivery_id: Option<String>,
    /// The sender's id of the event, if the signature covers it. It deduplicates the event.
    pub signed_id: Option<String>,
}
