//! Responses to API Gateway.

use aws_lambda_events::apigw::ApiGatewayProxyResponse;
use aws_lambda_events::encodings::Body;
use hookline_event::name;
use hookline_senders::EventResponse;
use http::header::{CONTENT_TYPE, RETRY_AFTER};
use http::{HeaderName, HeaderValue, StatusCode};
use serde_json::json;

use crate::intake::Outcome;
use crate::rejection::{PublicError, Rejection};

/// Seconds after which a sender should retry a request that got a 503.
const RETRY_AFTER_SECONDS: HeaderValue = HeaderValue::from_static("10");

/// The header with the event's id, for senders that expect another body than the id.
const EVENT_ID_HEADER: &str = "Hookline-Event-Id";

/// The content type of a response whose sender defines none.
const DEFAULT_CONTENT_TYPE: &str = "text/plain; charset=utf-8";

/// The response to an authentic request.
pub(crate) fn for_outcome(outcome: Outcome) -> ApiGatewayProxyResponse {
    match outcome {
        Outcome::Accepted { event_id, response, .. } => {
            let mut response = match response {
                None => build_response(202, "application/json", json!({ "id": event_id }).to_string()),
                Some(EventResponse { status, content_type, body }) => {
                    let content_type = content_type.unwrap_or_else(|| DEFAULT_CONTENT_TYPE.to_owned());
                    build_response(status, &content_type, body.unwrap_or_default())
                }
            };
            // An id can have characters that no header has. Such an id is percent-encoded, as in deliveries.
            set_header(&mut response, EVENT_ID_HEADER, &name::encode_header(&event_id));
            response
        }
        Outcome::Handshake { response: handshake } => {
            let mut response = build_response(handshake.status, &handshake.content_type, handshake.body);
            // The body has text of an unauthenticated sender, which no browser may interpret as a page.
            set_header(&mut response, "X-Content-Type-Options", "nosniff");
            handshake.headers.iter().for_each(|(name, value)| set_header(&mut response, name, value));
            response
        }
    }
}

/// The response to a rejected request: problem details (RFC 9457) with the request id.
pub(crate) fn for_rejection(rejection: &Rejection, request_id: &str) -> ApiGatewayProxyResponse {
    let PublicError { status, detail, .. } = rejection.public_error();
    let title = StatusCode::from_u16(status).ok().and_then(|status| status.canonical_reason());
    let problem = json!({ "title": title, "status": status, "detail": detail, "request_id": request_id });
    let mut response = build_response(status, "application/problem+json", problem.to_string());
    if status == 503 {
        response.headers.insert(RETRY_AFTER, RETRY_AFTER_SECONDS);
    }
    response
}

/// Builds a response in the format that both a REST API and an HTTP API accept.
///
/// <https://docs.aws.amazon.com/apigateway/latest/developerguide/set-up-lambda-proxy-integrations.html#api-gateway-simple-proxy-for-lambda-output-format>
fn build_response(status: u16, content_type: &str, body: String) -> ApiGatewayProxyResponse {
    let mut response = ApiGatewayProxyResponse::default();
    response.status_code = status.into();
    set_header(&mut response, CONTENT_TYPE.as_str(), content_type);
    response.body = Some(Body::Text(body));
    response
}

/// Sets a header. A name or value that HTTP does not allow is omitted: a test excludes it for the catalogue.
fn set_header(response: &mut ApiGatewayProxyResponse, name: &str, value: &str) {
    if let (Ok(name), Ok(value)) = (HeaderName::try_from(name), HeaderValue::try_from(value)) {
        response.headers.insert(name, value);
    }
}
