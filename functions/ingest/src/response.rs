//! Responses to API Gateway.

use aws_lambda_events::apigw::ApiGatewayProxyResponse;
use aws_lambda_events::encodings::Body;
use http::header::{CONTENT_TYPE, RETRY_AFTER};
use http::{HeaderMap, HeaderValue, StatusCode};
use serde_json::json;

use crate::intake::Outcome;
use crate::rejection::{PublicError, Rejection};

/// Seconds after which a sender should retry a request that got a 503.
const RETRY_AFTER_SECONDS: HeaderValue = HeaderValue::from_static("10");

/// The response to an authentic request.
pub(crate) fn for_outcome(outcome: Outcome) -> ApiGatewayProxyResponse {
    match outcome {
        Outcome::Accepted { event_id, .. } => {
            build_response(202, "application/json", json!({ "id": event_id }).to_string())
        }
        Outcome::Handshake { response } => build_response(200, response.content_type, response.body),
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
fn build_response(status: u16, content_type: &'static str, body: String) -> ApiGatewayProxyResponse {
    let mut response = ApiGatewayProxyResponse::default();
    response.status_code = status.into();
    response.headers = HeaderMap::from_iter([(CONTENT_TYPE, HeaderValue::from_static(content_type))]);
    response.body = Some(Body::Text(body));
    response
}
