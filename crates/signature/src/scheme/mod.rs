mod bitbucket;
mod encoding;
mod github;
mod gitlab;
mod hmac;
mod linear;
mod pagerduty;
mod shopify;
mod slack;
mod standard;
mod standard_key;
mod stripe;
mod tags;
mod template;
mod twilio;

pub use self::bitbucket::Bitbucket;
pub use self::encoding::Encoding;
pub use self::github::Github;
pub use self::gitlab::{Gitlab, GitlabMode};
pub use self::hmac::Hmac;
pub use self::linear::Linear;
pub use self::pagerduty::Pagerduty;
pub use self::shopify::Shopify;
pub use self::slack::Slack;
pub use self::standard::Standard;
pub use self::standard_key::public_key;
pub use self::stripe::Stripe;
pub use self::template::{Template, TemplateError};
pub use self::twilio::Twilio;

use crate::{Headers, Secret, SignError, VerifyError};

/// What arrived: everything that a scheme may sign or read.
#[derive(Debug, Clone, Copy)]
pub struct Request<'a> {
    /// The request's headers.
    pub headers: &'a Headers,
    /// The exact bytes of the body.
    pub body: &'a [u8],
    /// The URL that it came by, without its query; empty if that is not known.
    pub url: &'a str,
    /// The URL's query, decoded.
    pub query: &'a [(String, String)],
}

/// What is to be sent: the sender's side of a [`Request`].
#[derive(Debug, Clone, Copy)]
pub struct Message<'a> {
    /// The exact bytes of the body.
    pub body: &'a [u8],
    /// Seconds since 1970 in UTC, for the schemes that sign the time.
    pub now: i64,
    /// The message's id, for the schemes that send one.
    pub id: &'a str,
    /// The URL that it goes to, for the scheme that signs it.
    pub url: &'a str,
    /// Whether the body is a form, which the scheme that signs the URL treats in another way.
    pub is_form: bool,
}

/// What proves a message.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Signed {
    /// Headers to send.
    pub headers: Vec<(String, String)>,
    /// A parameter to add to the URL.
    pub query: Option<(String, String)>,
}

impl Signed {
    fn headers<const N: usize>(headers: [(String, String); N]) -> Self {
        Self { headers: headers.into(), query: None }
    }
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

impl Handshake {
    fn text(body: impl Into<String>) -> Self {
        Self { content_type: "text/plain; charset=utf-8", body: body.into() }
    }
}

/// How a source signs.
#[derive(Debug, Clone, PartialEq, Eq)]
#[expect(missing_docs, reason = "each variant holds the type that describes it")]
pub enum Scheme {
    Bitbucket(Bitbucket),
    Github(Github),
    Gitlab(Gitlab),
    Hmac(Box<Hmac>),
    Linear(Linear),
    Pagerduty(Pagerduty),
    Shopify(Shopify),
    Slack(Slack),
    Standard(Standard),
    Stripe(Stripe),
    Twilio(Twilio),
}

impl Scheme {
    /// Verifies a request at `now` (seconds since 1970 in UTC), trying each secret, the one in force first.
    ///
    /// # Errors
    ///
    /// [`VerifyError`] says how the request failed; [`VerifyError::EmptyBody`] only once its signature was right.
    pub fn verify(&self, request: Request<'_>, secrets: &[Secret], now: i64) -> Result<Verified, VerifyError> {
        let verified = match self {
            Self::Bitbucket(scheme) => scheme.verify(request, secrets),
            Self::Github(scheme) => scheme.verify(request, secrets),
            Self::Gitlab(scheme) => scheme.verify(request, secrets, now),
            Self::Hmac(scheme) => scheme.verify(request, secrets, now),
            Self::Linear(scheme) => scheme.verify(request, secrets, now),
            Self::Pagerduty(scheme) => scheme.verify(request, secrets),
            Self::Shopify(scheme) => scheme.verify(request, secrets),
            Self::Slack(scheme) => scheme.verify(request, secrets, now),
            Self::Standard(scheme) => scheme.verify(request, secrets, now),
            Self::Stripe(scheme) => scheme.verify(request, secrets, now),
            Self::Twilio(scheme) => scheme.verify(request, secrets),
        }?;
        if request.body.is_empty() { Err(VerifyError::EmptyBody) } else { Ok(verified) }
    }

    /// What proves a message, as the sender sends it.
    ///
    /// # Errors
    ///
    /// [`SignError`] if the secret is not a key of the scheme.
    pub fn sign(&self, message: Message<'_>, secret: &Secret) -> Result<Signed, SignError> {
        Ok(match self {
            Self::Bitbucket(scheme) => scheme.sign(message, secret),
            Self::Github(scheme) => scheme.sign(message, secret),
            Self::Gitlab(scheme) => scheme.sign(message, secret)?,
            Self::Hmac(scheme) => scheme.sign(message, secret),
            Self::Linear(scheme) => scheme.sign(message, secret),
            Self::Pagerduty(scheme) => scheme.sign(message, secret),
            Self::Shopify(scheme) => scheme.sign(message, secret),
            Self::Slack(scheme) => scheme.sign(message, secret),
            Self::Standard(scheme) => scheme.sign(message, secret)?,
            Self::Stripe(scheme) => scheme.sign(message, secret),
            Self::Twilio(scheme) => scheme.sign(message, secret),
        })
    }
}
