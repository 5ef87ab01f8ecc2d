//! The options of an HTTP destination.

use std::collections::BTreeMap;

use http::Method;
use serde::Deserialize;

use super::compression::Compression;

/// The configuration of an HTTP destination, as Terraform writes it.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Config {
    /// The URL that events are sent to.
    pub(super) url: String,
    /// The method of requests.
    #[serde(default)]
    pub(super) method: RequestMethod,
    /// Additional headers. The values are templates.
    #[serde(default)]
    pub(super) headers: BTreeMap<String, String>,
    /// The names of headers of the sender's request that are sent too.
    #[serde(default)]
    pub(super) forward_headers: Vec<String>,
    /// The template of the body, which renders JSON.
    pub(super) body: Option<String>,
    /// The content coding of the body.
    pub(super) compression: Option<Compression>,
    /// Statuses that count as a delivery in addition to 2xx.
    #[serde(default)]
    pub(super) success: Vec<String>,
    /// Whether each request is signed with the destination's secret.
    #[serde(default)]
    pub(super) signed: bool,
    /// How requests are authenticated.
    #[serde(default)]
    pub(super) auth: hookline_credentials::Auth,
    /// The header of `auth = "header"`.
    pub(super) auth_header: Option<String>,
    /// The token endpoint of `auth = "oauth2_client_credentials"`, and what the tokens are for.
    pub(super) token_url: Option<String>,
    pub(super) scope: Option<String>,
    pub(super) audience: Option<String>,
    /// How the client is authenticated there.
    #[serde(default)]
    pub(super) token_endpoint_auth_method: TokenEndpointAuthMethod,
    /// The service of `auth = "sigv4"` and its region.
    pub(super) service: Option<String>,
    pub(super) region: Option<String>,
}

/// How a client is authenticated at a token endpoint. The names are those of
/// <https://www.rfc-editor.org/rfc/rfc7591#section-2>.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum TokenEndpointAuthMethod {
    /// HTTP Basic, which each authorization server must support.
    #[default]
    ClientSecretBasic,
    /// Identifier and secret are fields of the form.
    ClientSecretPost,
}

/// The method of requests: those that send a body and may have an effect.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "UPPERCASE")]
pub(super) enum RequestMethod {
    #[default]
    Post,
    Put,
    Patch,
}

impl From<RequestMethod> for Method {
    fn from(method: RequestMethod) -> Self {
        match method {
            RequestMethod::Post => Self::POST,
            RequestMethod::Put => Self::PUT,
            RequestMethod::Patch => Self::PATCH,
        }
    }
}
