//! Lambda destinations: the invocations, their limits and the handling of failures.

use serde_json::{Value, json};

use crate::fixture::{Function, assert_failures, assert_limit, configuration_errors};

fn options() -> Value {
    json!({ "kind": "lambda", "function": "arn:aws:lambda:eu-north-1:123456789012:function:orders:live" })
}

#[tokio::test]
async fn function_is_invoked_asynchronously_with_the_event() {
    let function = Function::with_aws_kind(&options()).await;
    assert_eq!(function.delivery_result(b"{\"b\":1, \"a\":\"\\u001B\"}").await, "");
    let mut request = function.only_request();
    let body = request["body"].take();
    insta::assert_json_snapshot!("lambda_invocation", request);
    let body: Value = serde_json::from_str(body.as_str().unwrap()).unwrap();
    assert_eq!((&body["type"], &body["data"]), (&json!("github.push"), &json!({ "b": 1, "a": "\u{1b}" })));
    assert_eq!(*function.aws.regions.lock().unwrap(), ["eu-north-1"]);
}

/// Lambda would reject the whole event.
#[tokio::test]
async fn payload_that_lambda_may_not_read_is_base64() {
    let nested = format!("{}{}", "[".repeat(1000), "]".repeat(1000));
    for (data, is_base64) in
        [("[1]", false), ("[18446744073709551616]", true), ("\"\\ud800\"", true), (nested.as_str(), true)]
    {
        let function = Function::with_aws_kind(&options()).await;
        assert_eq!(function.delivery_result(data.as_bytes()).await, "");
        let body = function.only_request()["body"].as_str().unwrap().to_owned();
        let body: Value = serde_json::from_str(&body).unwrap();
        assert_eq!(body["data_base64"].is_string(), is_base64, "{body}");
    }
}

#[tokio::test]
async fn event_of_the_limit_is_a_reference_or_dead_lettered() {
    assert_limit(&options(), 1_048_575, |request| request["body"].as_str().unwrap().len()).await;
}

#[tokio::test]
async fn error_code_determines_whether_failure_is_retryable() {
    let failures = [
        (403, "AccessDeniedException", "retry"),
        (404, "ResourceNotFoundException", "retry"),
        (409, "ResourceConflictException", "retry"),
        (409, "SnapStartNotReadyException", "retry"),
        (429, "TooManyRequestsException", "retry"),
        (502, "KMSAccessDeniedException", "retry"),
        (400, "KMSDisabledException", "retry"),
        (500, "ServiceException", "retry"),
        (413, "RequestTooLargeException", "lambda_RequestTooLargeException"),
        (400, "InvalidRequestContentException", "lambda_InvalidRequestContentException"),
        (400, "RecursiveInvocationException", "lambda_RecursiveInvocationException"),
    ];
    assert_failures(&options(), "Invoke", &failures).await;
}

#[test]
fn invalid_options_are_reported() {
    let invalid = [
        json!({ "kind": "lambda", "function": "orders" }),
        json!({ "kind": "lambda", "function": "arn:aws:lambda:eu-north-1:123456789012:layer:orders" }),
    ];
    let errors: Vec<_> = invalid.iter().map(configuration_errors).collect();
    insta::assert_snapshot!("lambda_invalid_options", errors.join("\n"));
}
