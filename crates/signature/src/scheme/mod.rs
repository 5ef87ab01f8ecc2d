mod bitbucket;
mod encoding;
mod github;
mod gitlab;
mod hmac;
mod linear;
mod pagerduty;
mod request;
mod shopify;
mod signature_format;
mod slack;
mod standard;
mod standard_key;
mod stripe;
mod template;
mod twilio;

pub use self::bitbucket::Bitbucket;
pub use self::encoding::Encoding;
pub use self::github::Github;
pub use self::gitlab::{Gitlab, GitlabMode};
pub use self::hmac::Hmac;
pub use self::linear::Linear;
pub use self::pagerduty::Pagerduty;
pub use self::request::{Handshake, Message, Request, Signed, Verified};
pub use self::shopify::Shopify;
pub use self::slack::Slack;
pub use self::standard::Standard;
pub use self::standard_key::public_key;
pub use self::stripe::Stripe;
pub use self::template::{Template, TemplateError};
pub use self::twilio::Twilio;

use self::standard_key::VerificationKey;
use crate::{Secret, SignError, VerifyError};

/// The signature scheme of a source.
#[derive(Debug, Clone, PartialEq, Eq)]
#[expect(missing_docs, reason = "the type in each variant documents it")]
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
    /// Verifies a request at `now` (seconds since 1970 in UTC). Tries each secret, beginning with the current one.
    ///
    /// # Errors
    ///
    /// Returns [`VerifyError`]. [`VerifyError::EmptyBody`] is returned only after the signature has been verified.
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

    /// Checks that a secret can be a key of the scheme.
    ///
    /// # Errors
    ///
    /// Returns [`VerifyError::UnusableSecret`] if it cannot. No request can then be verified.
    pub fn check_secret(&self, secret: &Secret) -> Result<(), VerifyError> {
        let checked = match self {
            Self::Standard(_) | Self::Gitlab(Gitlab { mode: GitlabMode::Signature, .. }) => {
                VerificationKey::parse(secret).map(|_| ())
            }
            Self::Gitlab(Gitlab { mode: GitlabMode::Token, .. }) => gitlab::token(secret).map(|_| ()),
            _ => Ok(()),
        };
        checked.map_err(|problem| VerifyError::UnusableSecret { problem })
    }

    /// Whether the sender signs the body. If it does not, an equal body does not show that two requests are one event.
    #[must_use]
    pub fn signs_body(&self) -> bool {
        !matches!(self, Self::Gitlab(Gitlab { mode: GitlabMode::Token, .. }))
    }

    /// Whether the sender identifies its messages or deliveries, signed or not.
    #[must_use]
    pub fn has_ids(&self) -> bool {
        match self {
            Self::Hmac(scheme) => scheme.id_header.is_some(),
            _ => true,
        }
    }

    /// Signs a message as the sender does.
    ///
    /// # Errors
    ///
    /// Returns [`SignError`] if the secret is not a key of the scheme.
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
