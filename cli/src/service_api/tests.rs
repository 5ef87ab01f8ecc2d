use aws_credential_types::Credentials;
use serde_json::json;

use super::*;

fn configuration() -> Call {
    Call::get(LAMBDA, "lambda:GetFunctionConfiguration", "/2015-03-31/functions/hookline-test-ingest/configuration")
}

async fn signed(call: &Call) -> HttpRequest {
    let credentials = Credentials::new("AKID", "not-a-real-key", None, None, "test");
    call.signed(&aws::config("eu-west-1", credentials, None, TIMEOUTS)).await.unwrap()
}

#[tokio::test]
async fn request_is_signed() {
    let request = signed(&configuration()).await;
    let expected = "https://lambda.eu-west-1.amazonaws.com/2015-03-31/functions/hookline-test-ingest/configuration";
    assert_eq!((request.method(), request.uri()), ("GET", expected));
    let authorization = request.headers().get("authorization").unwrap();
    assert!(authorization.starts_with("AWS4-HMAC-SHA256 Credential=AKID/"), "{authorization}");
    assert!(authorization.contains("/eu-west-1/lambda/aws4_request"), "{authorization}");
    assert!(request.headers().contains_key("x-amz-date"));
}

#[tokio::test]
async fn target_and_content_type_are_signed() {
    let body = json!({ "CertificateArn": "arn" });
    let request = Request::Json {
        target: "CertificateManager.DescribeCertificate",
        content_type: "application/x-amz-json-1.1",
        body,
    };
    let request = signed(&Call { service: ACM, permission: "acm:DescribeCertificate", request }).await;
    assert_eq!((request.method(), request.uri()), ("POST", "https://acm.eu-west-1.amazonaws.com/"));
    let authorization = request.headers().get("authorization").unwrap();
    assert!(authorization.contains("SignedHeaders=content-type;host;x-amz-date;x-amz-target,"), "{authorization}");
    assert_eq!(request.body().bytes(), Some(&br#"{"CertificateArn":"arn"}"#[..]));
}

#[tokio::test]
async fn host_and_scope_of_a_service_can_differ() {
    let request = signed(&Call::get(SES, "ses:GetAccount", "/v2/email/account")).await;
    assert_eq!(request.uri(), "https://email.eu-west-1.amazonaws.com/v2/email/account");
    assert!(request.headers().get("authorization").unwrap().contains("/eu-west-1/ses/aws4_request"));
}

#[test]
fn endpoint_is_that_of_the_partition_or_of_the_emulator() {
    let host = |endpoint, region| configuration().endpoint(endpoint, region);
    assert_eq!(host(None, "eu-west-1"), "https://lambda.eu-west-1.amazonaws.com");
    assert_eq!(host(None, "us-gov-west-1"), "https://lambda.us-gov-west-1.amazonaws.com");
    assert_eq!(host(None, "cn-north-1"), "https://lambda.cn-north-1.amazonaws.com.cn");
    assert_eq!(host(None, "eusc-de-east-1"), "https://lambda.eusc-de-east-1.amazonaws.eu");
    assert_eq!(host(Some("http://127.0.0.1:4566/"), "eu-west-1"), "http://127.0.0.1:4566");
}

#[track_caller]
fn case(status: u16, body: &str, expected: &str) {
    let error = configuration().check(status, body.as_bytes().to_vec()).unwrap_err();
    assert_eq!(error.to_string(), expected, "{status} {body}");
}

#[test]
fn errors_of_all_protocols_have_a_reason() {
    let denied =
        |body: &str| format!("access denied: the command needs the permission lambda:GetFunctionConfiguration: {body}");
    for body in [
        "{}",
        r#"{"__type":"com.amazonaws.acm#AccessDeniedException"}"#,
        "<ErrorResponse><Error><Code>AuthorizationError</Code></Error></ErrorResponse>",
    ] {
        case(403, body, &denied(body));
    }
    // The JSON protocol uses the status 400 for each error of the caller.
    let body = r#"{"__type":"AccessDeniedException","Message":"User is not authorized"}"#;
    case(400, body, &denied(body));
    let expired = r#"{"__type":"ExpiredTokenException"}"#;
    case(403, expired, &format!("Lambda responds 403: {expired}"));
    case(404, "{}", "Lambda has no such resource: {}");
    case(500, "failure", "Lambda responds 500: failure");
    let malformed = configuration().parse::<Value>(b"<html>").unwrap_err();
    assert_eq!(malformed.to_string(), "Lambda's response is malformed");
}

#[test]
fn only_failures_of_the_service_are_retried() {
    let is_retryable = |status| configuration().check(status, Vec::new()).unwrap_err().is_retryable();
    assert_eq!([400, 403, 404, 429, 500, 503].map(is_retryable), [false, false, false, true, true, true]);
}
