use aws_lambda_events::apigw::ApiGatewayProxyResponse;
use aws_lambda_events::encodings::Body;
use http::header::{CONTENT_TYPE, RETRY_AFTER};
use http::{HeaderMap, HeaderValue, StatusCode};
use serde_json::json;

use crate::intake::Receipt;
use crate::rejection::{Rejection, Told};

/// Seconds after which a sender should try again where the service is unavailable.
const RETRY_AFTER_SECONDS: HeaderValue = HeaderValue::from_static("10");

/// The response to what was accepted.
pub(crate) fn receipt(receipt: Receipt) -> ApiGatewayProxyResponse {
    match receipt {
        Receipt::Queued { event_id, .. } => response(202, "application/json", json!({ "id": event_id }).to_string()),
        Receipt::Handshake { answer, .. } => response(200, answer.content_type, answer.body),
    }
}

/// The response to what was rejected: a problem (RFC 9457) with the request's id.
pub(crate) fn rejection(rejection: &Rejection, request_id: &str) -> ApiGatewayProxyResponse {
    let Told { status, detail, .. } = rejection.told();
    let title = StatusCode::from_u16(status).ok().and_then(|status| status.canonical_reason());
    let problem = json!({ "title": title, "status": status, "detail": detail, "request_id": request_id });
    let mut response = response(status, "application/problem+json", problem.to_string());
    if status == 503 {
        response.headers.insert(RETRY_AFTER, RETRY_AFTER_SECONDS);
    }
    response
}

/// In the form that a REST API and an HTTP API read alike.
///
/// <https://docs.aws.amazon.com/apigateway/latest/developerguide/set-up-lambda-proxy-integrations.html#api-gateway-simple-proxy-for-lambda-output-format>
fn response(status: u16, content_type: &'static str, body: String) -> ApiGatewayProxyResponse {
    let mut response = ApiGatewayProxyResponse::default();
    response.status_code = status.into();
    response.headers = HeaderMap::from_iter([(CONTENT_TYPE, HeaderValue::from_static(content_type))]);
    response.body = Some(Body::Text(body));
    response
}
