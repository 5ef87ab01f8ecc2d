use hookline_signature::Description;
use serde::Deserialize;

use crate::handshake_description::{EventResponse, HandshakeDescription};

/// How a sender signs and checks the endpoint, which response it expects, and what its bodies identify.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize)]
pub struct SenderScheme {
    /// The signing methods of the sender.
    pub methods: Vec<Description>,
    /// Whether different events can have equal bodies.
    #[serde(default)]
    pub repeats_bodies: bool,
    /// The requests that check the endpoint.
    #[serde(default)]
    pub handshakes: Vec<HandshakeDescription>,
    /// The response to an event.
    #[serde(default)]
    pub response: Option<EventResponse>,
}
