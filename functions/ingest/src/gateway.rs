//! API Gateway's request events in both formats. The format of a REST API has every value of every header. The format
//! of an HTTP API ("2.0") joins the values of a repeated header with commas.
//!
//! Only the fields that Hookline uses are read, and every field may be missing. `aws_lambda_events` has types for both
//! formats, but they reject the whole event because of a single header, which a hostile sender can choose.
//!
//! <https://docs.aws.amazon.com/apigateway/latest/developerguide/set-up-lambda-proxy-integrations.html#api-gateway-simple-proxy-for-lambda-input-format>,
//! <https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-develop-integrations-lambda.html>

use std::collections::BTreeMap;

use base64_simd::STANDARD;
use hookline_event::CowStr;
use hookline_signature::Headers;
use serde::Deserialize;

use crate::rejection::Rejection;

/// The largest body, in bytes of base64 in the gateway's event. Lambda accepts 6 MB in total
/// (<https://docs.aws.amazon.com/lambda/latest/dg/gettingstarted-limits.html>), so API Gateway returns 413 for a larger
/// body before it invokes the function. An emulator may not.
pub const MAX_BODY_BYTES: usize = 6 * 1024 * 1024;

/// A proxy event of either format. Its strings borrow from the JSON.
#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase", default, bound(deserialize = "'de: 'a"))]
pub(crate) struct GatewayRequest<'a> {
    /// REST API only, like the next three fields.
    resource: Option<CowStr<'a>>,
    http_method: Option<CowStr<'a>>,
    multi_value_headers: Option<BTreeMap<CowStr<'a>, Vec<CowStr<'a>>>>,
    multi_value_query_string_parameters: Option<BTreeMap<CowStr<'a>, Vec<CowStr<'a>>>>,
    /// HTTP API only: method and resource, separated by a space.
    route_key: Option<CowStr<'a>>,
    raw_query_string: Option<CowStr<'a>>,
    /// Both APIs. A REST API has only the last value of a repeated header here.
    headers: Option<BTreeMap<CowStr<'a>, CowStr<'a>>>,
    body: Option<CowStr<'a>>,
    is_base64_encoded: Option<bool>,
    request_context: RequestContext<'a>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase", default, bound(deserialize = "'de: 'a"))]
struct RequestContext<'a> {
    request_id: Option<CowStr<'a>>,
    api_id: Option<CowStr<'a>>,
    stage: Option<CowStr<'a>>,
    domain_name: Option<CowStr<'a>>,
    /// REST API only: the path that the sender called.
    path: Option<CowStr<'a>>,
    /// HTTP API only.
    http: Option<Http<'a>>,
    authorizer: Option<Authorizer<'a>>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default, bound(deserialize = "'de: 'a"))]
struct Http<'a> {
    /// It begins with the stage, also behind a custom domain, where the sender's URL has no stage.
    path: Option<CowStr<'a>>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default, bound(deserialize = "'de: 'a"))]
struct Authorizer<'a> {
    claims: Option<Claims<'a>>,
    /// HTTP API only.
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
    client_id: Option<CowStr<'a>>,
}

impl RequestContext<'_> {
    /// Returns the path that the sender called, from the path of an HTTP API's event. Only the API's own host needs the
    /// stage, a custom domain is mapped to it: <https://github.com/CodeGenieApp/serverless-express/issues/465>.
    fn called_path<'p>(&self, host: &str, path: &'p str) -> &'p str {
        let is_default_host = host.split('.').next() == self.api_id.as_deref();
        let without_stage = || path.strip_prefix('/')?.strip_prefix(self.stage.as_deref()?);
        if is_default_host { path } else { without_stage().filter(|path| path.starts_with('/')).unwrap_or(path) }
    }
}

/// The API method that the sender called.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Route<'a> {
    /// `/webhooks/<source>`: only the signature authenticates the request. `GET` and `HEAD` are handshakes.
    Webhook {
        /// The method.
        method: &'a str,
        /// The last segment of the API's resource, which is literal. A stage or a domain's base path is not part of it.
        source: &'a str,
    },
    /// `POST /events`: the API's authorizer authenticates the request and passes the caller on.
    Events {
        /// The Cognito client id. It is missing if the API has no authorizer.
        client_id: Option<&'a str>,
    },
}

impl GatewayRequest<'_> {
    /// Returns the called method, or `None` for a method that the API does not have.
    pub(crate) fn route(&self) -> Option<Route<'_>> {
        let (method, resource) = match &self.route_key {
            Some(key) => key.split_once(' ')?,
            None => (self.http_method.as_deref()?, self.resource.as_deref()?),
        };
        match (method, resource) {
            ("POST", "/events") => {
                let authorizer = self.request_context.authorizer.as_ref();
                let claims = authorizer.and_then(|authorizer| {
                    authorizer.claims.as_ref().or_else(|| authorizer.jwt.as_ref()?.claims.as_ref())
                });
                Some(Route::Events { client_id: claims.and_then(|claims| claims.client_id.as_deref()) })
            }
            ("POST" | "GET" | "HEAD", resource) => {
                let source = resource.strip_prefix("/webhooks/")?;
                (!source.is_empty() && !source.contains('/')).then_some(Route::Webhook { method, source })
            }
            _ => None,
        }
    }

    /// Returns the gateway's request id. The sender sees the same id.
    pub(crate) fn request_id(&self) -> &str {
        self.request_context.request_id.as_deref().unwrap_or("unknown")
    }

    /// Returns the URL that the sender called, without the query. It is empty if the event has no host or path.
    pub(crate) fn url(&self) -> String {
        let RequestContext { domain_name, path, http, .. } = &self.request_context;
        let Some(host) = domain_name.as_deref() else { return String::new() };
        let http_path = || Some(self.request_context.called_path(host, http.as_ref()?.path.as_deref()?));
        path.as_deref().or_else(http_path).map(|path| format!("https://{host}{path}")).unwrap_or_default()
    }

    /// Returns every value of every query parameter, decoded.
    pub(crate) fn query(&self) -> Vec<(String, String)> {
        if let Some(query) = &self.raw_query_string {
            return form_urlencoded::parse(query.as_bytes()).into_owned().collect();
        }
        let parameters = self.multi_value_query_string_parameters.iter().flatten();
        let pairs_of = |(name, values): (&CowStr<'_>, &Vec<CowStr<'_>>)| {
            values.iter().map(|value| (name.to_string(), value.to_string())).collect::<Vec<_>>()
        };
        parameters.flat_map(pairs_of).collect()
    }

    /// Returns the query as the sender wrote it. A REST API only has the decoded parameters: the result has them in the order of
    /// their names.
    pub(crate) fn raw_query(&self) -> String {
        match &self.raw_query_string {
            Some(query) => query.to_string(),
            None => form_urlencoded::Serializer::new(String::new()).extend_pairs(self.query()).finish(),
        }
    }

    /// Returns every value of every header.
    pub(crate) fn headers(&self) -> Headers {
        let Some(headers) = &self.multi_value_headers else {
            return self.headers.iter().flatten().map(|(name, value)| (&**name, &**value)).collect();
        };
        headers.iter().flat_map(|(name, values)| values.iter().map(|value| (&**name, &**value))).collect()
    }

    /// Returns the exact bytes of the body.
    ///
    /// # Errors
    ///
    /// [`Rejection::BodyTooLarge`] for a body over [`MAX_BODY_BYTES`], before it is decoded.
    /// [`Rejection::InvalidBase64`] if the gateway's encoding is invalid.
    pub(crate) fn body(&self) -> Result<Vec<u8>, Rejection> {
        let body = self.body.as_deref().unwrap_or_default();
        let is_base64 = self.is_base64_encoded.unwrap_or(false);
        let base64_bytes = if is_base64 { body.len() } else { body.len().div_ceil(3) * 4 };
        if base64_bytes > MAX_BODY_BYTES {
            return Err(Rejection::BodyTooLarge { base64_bytes, limit: MAX_BODY_BYTES });
        }
        if is_base64 {
            return STANDARD.decode_to_vec(body).map_err(|_| Rejection::InvalidBase64);
        }
        Ok(body.as_bytes().to_vec())
    }
}

#[cfg(test)]
mod tests {
    use aws_lambda_events::apigw::ApiGatewayProxyRequest;
    use serde_json::json;

    use super::*;

    /// Explains why the request types of `aws_lambda_events` are not used. When this test fails, they can be used: see
    /// `ARCHITECTURE.md`.
    #[test]
    fn library_type_rejects_the_event_for_a_hostile_header() {
        let event = |name: &str, value: &str| {
            let context = json!({ "httpMethod": "POST", "identity": {} });
            json!({ "httpMethod": "POST", "requestContext": context, "multiValueHeaders": { name: [value] } })
                .to_string()
        };
        for (name, value, is_accepted) in [
            ("X-Long", "x".repeat(10 * 1024).as_str(), true),
            ("X-Text", "\u{e9}", true),
            ("X-Control", "a\u{1}b", false),
            ("X-Line", "a\r\nb", false),
            ("X Space", "a", false),
            ("X-\u{e9}", "a", false),
        ] {
            let event = event(name, value);
            assert_eq!(serde_json::from_str::<ApiGatewayProxyRequest>(&event).is_ok(), is_accepted, "{name}");
            let request: GatewayRequest<'_> = serde_json::from_str(&event).unwrap();
            assert_eq!(request.headers().first(name), Some(value));
        }
    }
}
