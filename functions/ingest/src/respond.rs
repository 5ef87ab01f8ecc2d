use aws_lambda_events::apigw::ApiGatewayProxyResponse;
use aws_lambda_events::encodings::Body;
use http::{HeaderMap, HeaderName, HeaderValue, StatusCode, header};
use serde_json::json;

use crate::intake::Receipt;
use crate::rejection::{Rejection, Told};

/// Seconds after which a sender should try again where the service could not answer.
const RETRY_AFTER: HeaderValue = HeaderValue::from_static("10");
const JSON: HeaderValue = HeaderValue::from_static("application/json");
const PROBLEM: HeaderValue = HeaderValue::from_static("application/problem+json");

/// The answer to what was taken.
pub(crate) fn receipt(receipt: Receipt) -> ApiGatewayProxyResponse {
    match receipt {
        Receipt::Queued { event_id, .. } => {
            response(202, json!({ "id": event_id }).to_string(), [(header::CONTENT_TYPE, JSON)])
        }
        Receipt::Handshake { answer, .. } => {
            let content_type = HeaderValue::from_static(answer.content_type);
            response(200, answer.body, [(header::CONTENT_TYPE, content_type)])
        }
    }
}

/// The answer to what was not: a problem (RFC 9457) with the request's id.
pub(crate) fn rejection(rejection: &Rejection, request_id: &str) -> ApiGatewayProxyResponse {
    let Told { status, detail, .. } = rejection.told();
    let title = StatusCode::from_u16(status).ok().and_then(|status| status.canonical_reason());
    let problem = json!({ "title": title, "status": status, "detail": detail, "request_id": request_id });
    let content_type = (header::CONTENT_TYPE, PROBLEM);
    if status == 503 {
        return response(status, problem.to_string(), [content_type, (header::RETRY_AFTER, RETRY_AFTER)]);
    }
    response(status, problem.to_string(), [content_type])
}

fn response<const N: usize>(
    status: u16,
    body: String,
    headers: [(HeaderName, HeaderValue); N],
) -> ApiGatewayProxyResponse {
    let mut response = ApiGatewayProxyResponse::default();
    response.status_code = status.into();
    response.headers = HeaderMap::from_iter(headers);
    response.body = Some(Body::Text(body));
    response
}
