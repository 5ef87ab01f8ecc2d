use std::ops::Deref;
use std::slice;

use hookline_signature::{ConfigError, Request, Scheme, SchemeOptions, Secret, VerifyError, invalid};

use crate::handshake::{Handshake, HandshakeResponse};
use crate::handshake_description::EventResponse;
use crate::sender_scheme::SenderScheme;

/// How a source's requests are verified and responded to. It is used like its [`Scheme`].
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Endpoint {
    scheme: Scheme,
    repeats_bodies: bool,
    handshakes: Vec<Handshake>,
    response: Option<EventResponse>,
}

impl Endpoint {
    /// Validates a sender with the options of a source. `response` replaces the sender's.
    ///
    /// # Errors
    ///
    /// [`ConfigError`] for the first problem.
    pub fn new(
        sender: &SenderScheme,
        options: SchemeOptions,
        response: Option<&EventResponse>,
    ) -> Result<Self, ConfigError> {
        let handshakes: Vec<_> = sender.handshakes.iter().map(Handshake::new).collect::<Result<_, _>>()?;
        let signs_challenges = handshakes.iter().any(|handshake| handshake.is_computed() && !handshake.is_signed());
        let scheme = Scheme::new(&sender.methods, &SchemeOptions { signs_challenges, ..options })?;
        let response = response.or(sender.response.as_ref()).cloned();
        if response.as_ref().is_some_and(|response| !(200..300).contains(&response.status)) {
            return Err(invalid(
                "response.status",
                "must be 200 to 299: any other status makes the sender repeat the event",
            ));
        }
        Ok(Self { scheme, repeats_bodies: sender.repeats_bodies, handshakes, response })
    }

    /// Returns the response to an accepted event, if it is not 202 with the id.
    #[must_use]
    pub fn response(&self) -> Option<&EventResponse> {
        self.response.as_ref()
    }

    /// Whether an equal body shows that two requests are one event: the sender signs it, and does not repeat bodies. If the
    /// sender did not sign it, an attacker could prevent an event by sending its body first.
    #[must_use]
    pub fn body_identifies_event(&self) -> bool {
        self.scheme.signs_body() && !self.repeats_bodies
    }

    /// The handshakes of the sender.
    #[must_use]
    pub fn handshakes(&self) -> &[Handshake] {
        &self.handshakes
    }

    /// Returns the handshake that a request is, if it is one.
    #[must_use]
    pub fn handshake(&self, request: Request<'_>) -> Option<&Handshake> {
        self.handshakes.iter().find(|handshake| handshake.matches(request))
    }

    /// Returns the response to a handshake. While the sender still signs with the previous secret, the response to a signed
    /// handshake is signed with it, too.
    ///
    /// # Errors
    ///
    /// [`VerifyError`] if the verify token is wrong, a value cannot be returned, or the secret cannot be used.
    pub fn respond(
        &self,
        handshake: &Handshake,
        request: Request<'_>,
        secrets: &[Secret],
    ) -> Result<HandshakeResponse, VerifyError> {
        let is_used = |secret: &&Secret| self.scheme.verify_at(request, slice::from_ref(secret), None).is_ok();
        let used = secrets.iter().find(|secret| handshake.is_signed() && is_used(secret));
        handshake.respond(&self.scheme, request, used.map_or(secrets, slice::from_ref))
    }
}

impl Deref for Endpoint {
    type Target = Scheme;

    fn deref(&self) -> &Scheme {
        &self.scheme
    }
}
