use hookline_signature::Description;
use serde::Deserialize;

use crate::handshake_description::{EventResponse, HandshakeDescription};

/// How a sender signs, checks the endpoint and which response it expects.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize)]
pub struct SenderScheme {
    /// The signing methods of the sender.
    pub methods: Vec<Description>,
    /// The requests that check the endpoint.
    #[serde(default)]
    pub handshakes: Vec<HandshakeDescription>,
    /// The response to an event.
    #[serde(default)]
    pub response: Option<EventResponse>,
}
