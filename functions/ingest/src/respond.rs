use std::collections::BTreeMap;

use bytes::Bytes;
use http::StatusCode;
use serde::Serialize;
use serde_json::json;

use crate::intake::Receipt;
use crate::rejection::{Rejection, Told};

/// Seconds after which a sender should try again where the service could not answer.
const RETRY_AFTER: (&str, &str) = ("retry-after", "10");

/// What the gateway makes the answer of, in a form that a REST API and an HTTP API take alike.
///
/// <https://docs.aws.amazon.com/apigateway/latest/developerguide/set-up-lambda-proxy-integrations.html#api-gateway-simple-proxy-for-lambda-output-format>
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Response {
    status_code: u16,
    headers: BTreeMap<&'static str, &'static str>,
    body: String,
    is_base64_encoded: bool,
}

/// The answer to what was taken.
pub(crate) fn receipt(receipt: Receipt) -> Bytes {
    match receipt {
        Receipt::Queued { event_id, .. } => {
            response(202, "application/json", json!({ "id": event_id }).to_string(), None)
        }
        Receipt::Handshake { answer, .. } => response(200, answer.content_type, answer.body, None),
    }
}

/// The answer to what was not: a problem (RFC 9457) with the request's id.
pub(crate) fn rejection(rejection: &Rejection, request_id: &str) -> Bytes {
    let Told { status, detail, .. } = rejection.told();
    let title = StatusCode::from_u16(status).ok().and_then(|status| status.canonical_reason());
    let problem = json!({ "title": title, "status": status, "detail": detail, "request_id": request_id });
    let retry_after = (status == 503).then_some(RETRY_AFTER);
    response(status, "application/problem+json", problem.to_string(), retry_after)
}

fn response(
    status_code: u16,
    content_type: &'static str,
    body: String,
    more: Option<(&'static str, &'static str)>,
) -> Bytes {
    let headers = [("content-type", content_type)].into_iter().chain(more).collect();
    let response = Response { status_code, headers, body, is_base64_encoded: false };
    // Strings and numbers: there is nothing that could fail.
    serde_json::to_vec(&response).unwrap_or_default().into()
}
