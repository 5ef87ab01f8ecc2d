//! What API Gateway hands over, in either of its formats: a REST API's, with every header and its values, and an HTTP
//! API's ("2.0"), in which a header that comes twice is one with a comma. Only the fields in use are read, and leniently:
//! `aws_lambda_events` has the whole of both, but fails on a header that a hostile sender can choose.
//!
//! <https://docs.aws.amazon.com/apigateway/latest/developerguide/set-up-lambda-proxy-integrations.html#api-gateway-simple-proxy-for-lambda-input-format>,
//! <https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-develop-integrations-lambda.html>

use std::collections::BTreeMap;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use hookline_signature::Headers;
use serde::Deserialize;

use crate::rejection::Rejection;

/// The largest body, as base64 in the gateway's event: Lambda takes 6 MB in all
/// (<https://docs.aws.amazon.com/lambda/latest/dg/gettingstarted-limits.html>), so that API Gateway answers 413 before more
/// than this gets here. What stands in for it may not.
pub const MAX_BODY_BYTES: usize = 6 * 1024 * 1024;

/// A proxy event of either format.
#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct GatewayRequest {
    /// Of a REST API, as are the three that follow.
    resource: Option<String>,
    http_method: Option<String>,
    multi_value_headers: Option<BTreeMap<String, Vec<String>>>,
    multi_value_query_string_parameters: Option<BTreeMap<String, Vec<String>>>,
    /// Of an HTTP API: method and resource in one.
    route_key: Option<String>,
    raw_query_string: Option<String>,
    /// A REST API has them too, with the last value of each only.
    headers: Option<BTreeMap<String, String>>,
    path_parameters: Option<BTreeMap<String, String>>,
    body: Option<String>,
    is_base64_encoded: Option<bool>,
    request_context: RequestContext,
}

#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
struct RequestContext {
    request_id: Option<String>,
    domain_name: Option<String>,
    path: Option<String>,
    /// Of an HTTP API.
    http: Option<Http>,
    authorizer: Option<Authorizer>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct Http {
    path: Option<String>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct Authorizer {
    claims: Option<Claims>,
    /// Of an HTTP API.
    jwt: Option<Jwt>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct Jwt {
    claims: Option<Claims>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct Claims {
    client_id: Option<String>,
}

/// Which of the API's methods was called.
#[derive(Debug, PartialEq, Eq)]
pub enum Gateway<'a> {
    /// `POST /webhooks/{source}`: authenticated by the signature alone.
    Webhook {
        /// The path's last part.
        source: &'a str,
    },
    /// `POST /events`: authenticated by the API's authorizer, which gives the caller.
    Events {
        /// The Cognito client, if the authorizer was there.
        client_id: Option<&'a str>,
    },
}

impl GatewayRequest {
    /// The method that was called; `None` for any that the API does not have.
    #[must_use]
    pub fn route(&self) -> Option<Gateway<'_>> {
        let (method, resource) = match &self.route_key {
            Some(key) => key.split_once(' ')?,
            None => (self.http_method.as_deref()?, self.resource.as_deref()?),
        };
        match (method, resource) {
            ("POST", "/webhooks/{source}") => {
                Some(Gateway::Webhook { source: self.path_parameters.as_ref()?.get("source")? })
            }
            ("POST", "/events") => {
                let authorizer = self.request_context.authorizer.as_ref();
                let claims = authorizer.and_then(|it| it.claims.as_ref().or_else(|| it.jwt.as_ref()?.claims.as_ref()));
                Some(Gateway::Events { client_id: claims.and_then(|claims| claims.client_id.as_deref()) })
            }
            _ => None,
        }
    }

    /// The gateway's id of the request, which the caller sees too.
    #[must_use]
    pub fn request_id(&self) -> &str {
        self.request_context.request_id.as_deref().unwrap_or("unknown")
    }

    /// The URL that the sender called, without its query; empty if the gateway does not tell.
    #[must_use]
    pub fn url(&self) -> String {
        let RequestContext { domain_name, path, http, .. } = &self.request_context;
        match (domain_name, path.as_ref().or_else(|| http.as_ref()?.path.as_ref())) {
            (Some(host), Some(path)) => format!("https://{host}{path}"),
            _ => String::new(),
        }
    }

    /// Every parameter of the query with every value, decoded.
    #[must_use]
    pub fn query(&self) -> Vec<(String, String)> {
        if let Some(query) = &self.raw_query_string {
            return form_urlencoded::parse(query.as_bytes()).into_owned().collect();
        }
        let parameters = self.multi_value_query_string_parameters.iter().flatten();
        parameters.flat_map(|(name, values)| values.iter().map(move |value| (name.clone(), value.clone()))).collect()
    }

    /// Every header with every value.
    #[must_use]
    pub fn headers(&self) -> Headers {
        let Some(headers) = &self.multi_value_headers else {
            return self.headers.iter().flatten().map(|(name, value)| (name.as_str(), value.as_str())).collect();
        };
        headers.iter().flat_map(|(name, values)| values.iter().map(|value| (name.as_str(), value.as_str()))).collect()
    }

    /// The exact bytes of the body.
    ///
    /// # Errors
    ///
    /// [`Rejection::TooLarge`] before anything is decoded.
    /// [`Rejection::BadBase64`] if the gateway's own encoding is broken.
    pub fn body(&self) -> Result<Vec<u8>, Rejection> {
        let body = self.body.as_deref().unwrap_or_default();
        let encoded = self.is_base64_encoded.unwrap_or(false);
        let bytes = if encoded { body.len() } else { body.len().div_ceil(3) * 4 };
        if bytes > MAX_BODY_BYTES {
            return Err(Rejection::TooLarge { bytes, limit: MAX_BODY_BYTES });
        }
        if encoded {
            return STANDARD.decode(body).map_err(|_| Rejection::BadBase64);
        }
        Ok(body.as_bytes().to_vec())
    }
}
