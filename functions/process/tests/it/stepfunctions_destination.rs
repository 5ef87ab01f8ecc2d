//! Step Functions destinations: the executions, their limits and the handling of failures.

use hookline_event::DedupKey;
use serde_json::{Value, json};

use crate::fixture::{Function, assert_failures, assert_limit, configuration_errors, event, message_body};

fn options() -> Value {
    json!({
        "kind": "stepfunctions",
        "state_machine": "arn:aws:states:eu-central-1:123456789012:stateMachine:orders:live",
    })
}

#[tokio::test]
async fn execution_has_the_event_as_input_and_the_key_as_name() {
    let function = Function::with_aws_kind(&options()).await;
    let data = b"{\"b\":1, \"a\":\"\\u001B\"}";
    assert_eq!(function.delivery_result(data).await, "");
    let mut request = function.only_request();
    let input = request["input"].take();
    insta::assert_json_snapshot!("stepfunctions_execution", request);
    assert_eq!(request["name"], DedupKey::from_body("/webhooks/github", data).as_str());
    let input: Value = serde_json::from_str(input.as_str().unwrap()).unwrap();
    assert_eq!((&input["type"], &input["data"]), (&json!("github.push"), &json!({ "b": 1, "a": "\u{1b}" })));
}

/// An earlier attempt, or another message of the event, has started the execution. A redrive with another input has the
/// same name, so it counts as a repeat too.
#[tokio::test]
async fn existing_execution_is_a_delivery() {
    let function = Function::with_aws_kind(&options()).await;
    let exists = json!({ "__type": "com.amazonaws.swf.service.v2.model#ExecutionAlreadyExists", "message": "m" });
    function.aws.set_response("StartExecution", 400, exists);
    assert_eq!(function.delivery_result(b"{}").await, "");
    function.only_request();
}

#[tokio::test]
async fn name_has_only_characters_that_step_functions_accepts() {
    let function = Function::with_aws_kind(&options()).await;
    let key = event("github").dedup_key;
    assert_eq!(function.message_result(&message_body(event("github")).replace(key.as_str(), "a b/c~")).await, "");
    let name = function.only_request()["name"].as_str().unwrap().to_owned();
    assert!(name.len() == 64 && name.bytes().all(|byte| byte.is_ascii_hexdigit()), "{name}");
}

#[tokio::test]
async fn input_of_more_than_the_limit_is_a_reference_or_dead_lettered() {
    assert_limit(&options(), 262_144, |request| request["input"].as_str().unwrap().len()).await;
}

#[tokio::test]
async fn error_code_determines_whether_failure_is_retryable() {
    let failures = [
        (400, "AccessDeniedException", "retry"),
        (400, "StateMachineDoesNotExist", "retry"),
        (400, "StateMachineDeleting", "retry"),
        (400, "ExecutionLimitExceeded", "retry"),
        (400, "KmsAccessDeniedException", "retry"),
        (400, "KmsThrottlingException", "retry"),
        (400, "ThrottlingException", "retry"),
        (500, "InternalServerError", "retry"),
        (400, "InvalidExecutionInput", "stepfunctions_InvalidExecutionInput"),
        (400, "InvalidName", "stepfunctions_InvalidName"),
        (400, "InvalidArn", "stepfunctions_InvalidArn"),
    ];
    assert_failures(&options(), "StartExecution", &failures).await;
}

#[test]
fn invalid_options_are_reported() {
    let invalid = [
        json!({ "kind": "stepfunctions", "state_machine": "arn:aws:states:eu-central-1:123456789012:execution:orders:1" }),
        json!({ "kind": "stepfunctions" }),
    ];
    let errors: Vec<_> = invalid.iter().map(configuration_errors).collect();
    insta::assert_snapshot!("stepfunctions_invalid_options", errors.join("\n"));
}
