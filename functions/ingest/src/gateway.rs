//! API Gateway's request events, in either of its formats: a REST API's, with every header and its values, and an HTTP
//! API's ("2.0"), in which a repeated header is one value with commas. Only the fields in use are read, and leniently:
//! `aws_lambda_events` has both formats, but rejects the whole event for a header that a hostile sender can choose.
//!
//! <https://docs.aws.amazon.com/apigateway/latest/developerguide/set-up-lambda-proxy-integrations.html#api-gateway-simple-proxy-for-lambda-input-format>,
//! <https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-develop-integrations-lambda.html>

use std::collections::BTreeMap;

use base64_simd::STANDARD;
use hookline_event::Text;
use hookline_signature::Headers;
use serde::Deserialize;

use crate::rejection::Rejection;

/// The largest body, as base64 in the gateway's event: Lambda takes 6 MB in all
/// (<https://docs.aws.amazon.com/lambda/latest/dg/gettingstarted-limits.html>), so that API Gateway answers 413 before more
/// than this gets here. What stands in for it may not.
pub const MAX_BODY_BYTES: usize = 6 * 1024 * 1024;

/// A proxy event of either format, borrowed from its JSON.
#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase", default, bound(deserialize = "'de: 'a"))]
pub(crate) struct GatewayRequest<'a> {
    /// Of a REST API, as are the three that follow.
    resource: Option<Text<'a>>,
    http_method: Option<Text<'a>>,
    multi_value_headers: Option<BTreeMap<Text<'a>, Vec<Text<'a>>>>,
    multi_value_query_string_parameters: Option<BTreeMap<Text<'a>, Vec<Text<'a>>>>,
    /// Of an HTTP API: method and resource in one.
    route_key: Option<Text<'a>>,
    raw_query_string: Option<Text<'a>>,
    /// A REST API has them too, with the last value of each only.
    headers: Option<BTreeMap<Text<'a>, Text<'a>>>,
    path_parameters: Option<BTreeMap<Text<'a>, Text<'a>>>,
    body: Option<Text<'a>>,
    is_base64_encoded: Option<bool>,
    request_context: RequestContext<'a>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase", default, bound(deserialize = "'de: 'a"))]
struct RequestContext<'a> {
    request_id: Option<Text<'a>>,
    domain_name: Option<Text<'a>>,
    path: Option<Text<'a>>,
    /// Of an HTTP API.
    http: Option<Http<'a>>,
    authorizer: Option<Authorizer<'a>>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default, bound(deserialize = "'de: 'a"))]
struct Http<'a> {
    path: Option<Text<'a>>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default, bound(deserialize = "'de: 'a"))]
struct Authorizer<'a> {
    claims: Option<Claims<'a>>,
    /// Of an HTTP API.
    jwt: Option<Jwt<'a>>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default, bound(deserialize = "'de: 'a"))]
struct Jwt<'a> {
    claims: Option<Claims<'a>>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default, bound(deserialize = "'de: 'a"))]
struct Claims<'a> {
    client_id: Option<Text<'a>>,
}

/// Which of the API's methods was called.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Gateway<'a> {
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

impl GatewayRequest<'_> {
    /// The method that was called; `None` for any that the API does not have.
    pub(crate) fn route(&self) -> Option<Gateway<'_>> {
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
    pub(crate) fn request_id(&self) -> &str {
        self.request_context.request_id.as_deref().unwrap_or("unknown")
    }

    /// The URL that the sender called, without its query; empty if the gateway does not tell.
    pub(crate) fn url(&self) -> String {
        let RequestContext { domain_name, path, http, .. } = &self.request_context;
        match (domain_name, path.as_ref().or_else(|| http.as_ref()?.path.as_ref())) {
            (Some(host), Some(path)) => format!("https://{host}{path}"),
            _ => String::new(),
        }
    }

    /// Every parameter of the query with every value, decoded.
    pub(crate) fn query(&self) -> Vec<(String, String)> {
        if let Some(query) = &self.raw_query_string {
            return form_urlencoded::parse(query.as_bytes()).into_owned().collect();
        }
        let parameters = self.multi_value_query_string_parameters.iter().flatten();
        let each = |(name, values): (&Text<'_>, &Vec<Text<'_>>)| {
            values.iter().map(|value| (name.to_string(), value.to_string())).collect::<Vec<_>>()
        };
        parameters.flat_map(each).collect()
    }

    /// Every header with every value.
    pub(crate) fn headers(&self) -> Headers {
        let Some(headers) = &self.multi_value_headers else {
            return self.headers.iter().flatten().map(|(name, value)| (&**name, &**value)).collect();
        };
        headers.iter().flat_map(|(name, values)| values.iter().map(|value| (&**name, &**value))).collect()
    }

    /// The exact bytes of the body.
    ///
    /// # Errors
    ///
    /// [`Rejection::TooLarge`] before anything is decoded.
    /// [`Rejection::BadBase64`] if the gateway's own encoding is broken.
    pub(crate) fn body(&self) -> Result<Vec<u8>, Rejection> {
        let body = self.body.as_deref().unwrap_or_default();
        let encoded = self.is_base64_encoded.unwrap_or(false);
        let bytes = if encoded { body.len() } else { body.len().div_ceil(3) * 4 };
        if bytes > MAX_BODY_BYTES {
            return Err(Rejection::TooLarge { bytes, limit: MAX_BODY_BYTES });
        }
        if encoded {
            return STANDARD.decode_to_vec(body).map_err(|_| Rejection::BadBase64);
        }
        Ok(body.as_bytes().to_vec())
    }
}

#[cfg(test)]
mod tests {
    use aws_lambda_events::apigw::ApiGatewayProxyRequest;
    use serde_json::json;

    use super::*;

    /// Why the requests of `aws_lambda_events` are not used. When this fails, they can be: see `ARCHITECTURE.md`.
    #[test]
    fn library_type_rejects_the_event_for_a_hostile_header() {
        let event = |name: &str, value: &str| {
            let context = json!({ "httpMethod": "POST", "identity": {} });
            json!({ "httpMethod": "POST", "requestContext": context, "multiValueHeaders": { name: [value] } })
                .to_string()
        };
        for (name, value, is_read) in [
            ("X-Long", "x".repeat(10 * 1024).as_str(), true),
            ("X-Text", "\u{e9}", true),
            ("X-Control", "a\u{1}b", false),
            ("X-Line", "a\r\nb", false),
            ("X Space", "a", false),
            ("X-\u{e9}", "a", false),
        ] {
            let event = event(name, value);
            assert_eq!(serde_json::from_str::<ApiGatewayProxyRequest>(&event).is_ok(), is_read, "{name}");
            let ours: GatewayRequest<'_> = serde_json::from_str(&event).unwrap();
            assert_eq!(ours.headers().first(name), Some(value));
        }
    }
}
