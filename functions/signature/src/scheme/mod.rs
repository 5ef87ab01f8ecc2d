mod encoding;
mod github;
mod hmac;

pub use self::encoding::Encoding;
pub use self::github::Github;
pub use self::hmac::Hmac;

use crate::{Headers, Secret, VerifyError};

/// What arrived: everything that a scheme may sign or read.
#[derive(Debug, Clone, Copy)]
pub struct Request<'a> {
    /// The request's headers.
    pub headers: &'a Headers,
    /// The exact bytes of the body.
    pub body: &'a [u8],
}

/// What is to be sent: the sender's side of a [`Request`].
#[derive(Debug, Clone, Copy)]
pub struct Message<'a> {
    /// The exact bytes of the body.
    pub body: &'a [u8],
    /// Seconds since 1970 in UTC, for the schemes that sign the time.
    pub now: i64,
}

/// What the sender tells of an event whose signature holds. Only what the scheme signs can be relied on.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Verified {
    /// The sender's name for the kind of event, for instance `push`.
    pub event_type: Option<String>,
    /// The sender's id of the delivery, not signed: it names an event and never deduplicates it.
    pub delivery_id: Option<String>,
    /// The sender's id of the message where the scheme signs it: it deduplicates.
    pub signed_id: Option<String>,
    /// The answer, if the request only asks whether somebody is here: nothing of it is to be queued.
    pub handshake: Option<Handshake>,
}

/// What a sender wants to hear before it sends events.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Handshake {
    /// The answer's content type.
    pub content_type: &'static str,
    /// The answer's body.
    pub body: String,
}

/// How a source signs.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum Scheme {
    /// GitHub webhooks.
    Github(Github),
    /// HMAC-SHA256 over the body in a header of the owner's choice.
    Hmac(Hmac),
}

impl Scheme {
    /// Verifies a request at `now` (seconds since 1970 in UTC), trying each secret.
    ///
    /// # Errors
    ///
    /// [`VerifyError`] says how the request failed; [`VerifyError::EmptyBody`] only once its signature was right.
    pub fn verify(&self, request: Request<'_>, secrets: &[Secret], now: i64) -> Result<Verified, VerifyError> {
        let _ = now; // Neither of today's schemes signs the time.
        let verified = match self {
            Self::Github(scheme) => scheme.verify(request, secrets),
            Self::Hmac(scheme) => scheme.verify(request, secrets),
        }?;
        if request.body.is_empty() { Err(VerifyError::EmptyBody) } else { Ok(verified) }
    }

    /// The headers that prove a message, as the sender sends them.
    #[must_use]
    pub fn sign(&self, message: Message<'_>, secret: &Secret) -> Vec<(String, String)> {
        match self {
            Self::Github(scheme) => scheme.sign(message, secret),
            Self::Hmac(scheme) => scheme.sign(message, secret),
        }
    }
}
