//! Handshakes and responses, as they are written in `senders/*.json` and in Terraform.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

/// A request that a sender makes to check the endpoint, and its response.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize, Serialize)]
#[serde(default, deny_unknown_fields)]
pub struct HandshakeDescription {
    /// `GET`, `HEAD` or `POST`.
    pub method: String,
    /// Places with the value that identifies the request, or `*` for any value.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub when: BTreeMap<String, String>,
    /// Whether the request is signed like an event.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub signed: Option<bool>,
    /// The place of a verify token.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub token: Option<String>,
    /// The place of a signing key that the request brings.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub key: Option<String>,
    /// The status of the response. Default: 200.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub status: Option<u16>,
    /// The content type of the response. Default: text, or JSON with `json`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub content_type: Option<String>,
    /// The template of the response's body.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub body: Option<String>,
    /// The members of a JSON object; texts are templates.
    #[serde(skip_serializing_if = "Map::is_empty")]
    pub json: Map<String, Value>,
    /// Templates of further headers.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub headers: BTreeMap<String, String>,
}

/// The response to an accepted event, instead of 202 with its id.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub struct EventResponse {
    /// The status, 200 to 299.
    pub status: u16,
    /// The content type. Default: text.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub content_type: Option<String>,
    /// The body. Default: empty.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub body: Option<String>,
}
