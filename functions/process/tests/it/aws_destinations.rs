//! E-mail and EventBridge destinations: the requests to AWS and the handling of the responses.

use hookline_event::Event;
use serde_json::{Value, json};

use crate::fixture::{Function, event, message_body, record};

async fn email_function(more: Value) -> Function {
    let mut destination = json!({ "kind": "email", "timeout_ms": 4000, "from": "hooks@example.com", "to": ["a@example.com", "b@example.com"] });
    destination.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
    let function = Function::with_destination(destination).await;
    let response = "<SendEmailResponse><SendEmailResult><MessageId>m</MessageId></SendEmailResult></SendEmailResponse>";
    function.aws.set_response("SendEmail", 200, response);
    function
}

async fn eventbridge_function(status: u16, response: Value) -> Function {
    let function =
        Function::with_destination(json!({ "kind": "eventbridge", "timeout_ms": 4000, "bus": "orders" })).await;
    function.aws.set_response("PutEvents", status, response);
    function
}

/// Returns the request of the only call to AWS.
fn only_request(function: &Function) -> Value {
    let calls = function.aws.calls.lock().unwrap();
    assert_eq!(calls.len(), 1, "{calls:?}");
    calls[0].1.clone()
}

#[tokio::test]
async fn email_is_plain_text_to_the_configured_recipients() {
    let function = email_function(json!({})).await;
    assert_eq!(function.delivery_result(b"{}").await, "");
    insta::assert_json_snapshot!(only_request(&function), { ".Version" => "[version]" });
}

#[tokio::test]
async fn email_subject_is_one_line_for_any_payload() {
    let function = email_function(json!({ "subject": "Order {{ payload.a }}", "template": "{{ payload.a }}" })).await;
    assert_eq!(function.delivery_result(b"{\"a\":\"1\\r\\nBcc: x@example.com\\n\\u0000\"}").await, "");
    let request = only_request(&function);
    assert_eq!(request["Message.Subject.Data"], "Order 1 Bcc: x@example.com");
    assert_eq!(request["Message.Body.Text.Data"], "1\nBcc: x@example.com");
}

#[tokio::test]
async fn ses_error_code_determines_whether_failure_is_retryable() {
    for (status, code, expected) in [
        (400, "MessageRejected", "ses_MessageRejected"),
        // SES looks up the DNS records of the domain again, and finds them after a failure of the name server.
        (400, "MailFromDomainNotVerifiedException", "retry"),
        (400, "ConfigurationSetDoesNotExist", "retry"),
        (400, "Throttling", "retry"),
        (403, "AccessDenied", "retry"),
        (400, "AccountSendingPausedException", "retry"),
        (500, "InternalFailure", "retry"),
    ] {
        let function = email_function(json!({})).await;
        let error = format!("<ErrorResponse><Error><Type>Sender</Type><Code>{code}</Code></Error></ErrorResponse>");
        function.aws.set_response("SendEmail", status, error);
        assert_eq!(function.delivery_result(b"{}").await, expected, "{code}");
        only_request(&function);
    }
}

#[tokio::test]
async fn eventbridge_receives_the_complete_event() {
    let function = eventbridge_function(200, json!({ "FailedEntryCount": 0, "Entries": [{ "EventId": "e" }] })).await;
    let data = "{\"b\":1, \"a\":\"\\u001B\"}".to_owned();
    assert_eq!(function.delivery_result(data.as_bytes()).await, "");
    let mut request = only_request(&function);
    let detail = request["Entries"][0]["Detail"].take();
    insta::assert_json_snapshot!("entry", request);
    assert!(detail.as_str().unwrap().contains(&format!("\"data\":{data}")), "the data is unchanged: {detail}");
    let detail: Value = serde_json::from_str(detail.as_str().unwrap()).unwrap();
    insta::assert_json_snapshot!("detail", detail, { ".dedupkey" => "[key]" });
}

/// EventBridge rejects events for a bus in another region than the one that is called.
#[tokio::test]
async fn eventbridge_client_uses_the_region_of_the_bus() {
    for (bus, region) in [
        ("orders", "eu-central-1"),
        ("arn:aws:events:eu-central-1:210987654321:event-bus/orders", "eu-central-1"),
        ("arn:aws:events:us-west-2:210987654321:event-bus/orders", "us-west-2"),
    ] {
        let function =
            Function::with_destination(json!({ "kind": "eventbridge", "timeout_ms": 4000, "bus": bus })).await;
        function.aws.set_response("PutEvents", 200, json!({ "FailedEntryCount": 0 }));
        assert_eq!(function.delivery_result(b"{}").await, "");
        assert_eq!(only_request(&function)["Entries"][0]["EventBusName"], bus);
        assert_eq!(*function.aws.regions.lock().unwrap(), [region]);
    }
}

#[tokio::test]
async fn eventbridge_receives_non_json_payload_as_base64() {
    let function = eventbridge_function(200, json!({ "FailedEntryCount": 0, "Entries": [{ "EventId": "e" }] })).await;
    let event_type = format!("github.{}", "x".repeat(200));
    let event = Event { data: vec![0, 255].into(), content_type: None, event_type, ..event("github") };
    assert!(function.failed_ids(vec![record("m", &message_body(event), 1)]).await.is_empty());
    let request = only_request(&function);
    assert_eq!(request["Entries"][0]["DetailType"].as_str().unwrap().len(), 128);
    let detail: Value = serde_json::from_str(request["Entries"][0]["Detail"].as_str().unwrap()).unwrap();
    assert_eq!((&detail["data_base64"], &detail["data"]), (&json!("AP8="), &Value::Null));
}

/// EventBridge would reject the whole entry.
#[tokio::test]
async fn eventbridge_receives_json_that_it_cannot_read_as_base64() {
    let nested = |depth: usize| format!("{}{}", "[".repeat(depth), "]".repeat(depth));
    for (data, is_base64) in [
        ("{\"id\":9223372036854775807}".to_owned(), false),
        ("{\"id\":-9223372036854775808}".to_owned(), false),
        ("{\"id\":9223372036854775808}".to_owned(), true),
        ("{\"id\":-9223372036854775809}".to_owned(), true),
        ("{\"id\":18446744073709551615}".to_owned(), true),
        ("{\"id\":123456789012345678901234567890}".to_owned(), true),
        ("{\"a\":[{\"b\":-99999999999999999999}]}".to_owned(), true),
        ("[0,-0,1,-1]".to_owned(), false),
        ("[1.7976931348623157e308]".to_owned(), false),
        ("[-1e400]".to_owned(), true),
        ("{\"id\":\"18446744073709551615\"}".to_owned(), false),
        ("[1.5,-2e3,1e-7]".to_owned(), false),
        ("[1e999]".to_owned(), true),
        ("[1e19]".to_owned(), false),
        ("\"\\ud800\"".to_owned(), true),
        ("{\"\\udc00\":1}".to_owned(), true),
        ("\"\\ud83d\\ude00\"".to_owned(), false),
        ("\"\\ude00\\ud83d\"".to_owned(), true),
        ("{\"a\":\"\\\\ud800\"}".to_owned(), false),
        (format!("{{\"a\":{}}}", nested(1100)), true),
        (nested(900), false),
        (nested(1100), true),
        (nested(200_000), true),
    ] {
        let function = eventbridge_function(200, json!({ "FailedEntryCount": 0 })).await;
        assert_eq!(function.delivery_result(data.as_bytes()).await, "");
        let detail = only_request(&function)["Entries"][0]["Detail"].as_str().unwrap().to_owned();
        let start = data.chars().take(40).collect::<String>();
        assert_eq!(detail.contains("\"data_base64\":"), is_base64, "{start}");
        assert_eq!(detail.contains(&format!("\"data\":{data}")), !is_base64, "{start}");
    }
}

#[tokio::test]
async fn event_that_is_too_large_for_eventbridge_is_dead_lettered_without_a_call() {
    let text = |length: usize| format!("\"{}\"", "a".repeat(length)).into_bytes();
    for (data, expected) in
        [(text(1_000_000), ""), (text(1_048_576), "event_too_large"), (vec![0xff; 800_000], "event_too_large")]
    {
        let function = eventbridge_function(200, json!({ "FailedEntryCount": 0 })).await;
        let uri = "s3://payloads/payloads/1";
        function.payloads.objects.lock().unwrap().insert(uri.to_owned(), data);
        let offloaded = event("github").replace_data(hookline_event::Payload::Offloaded { uri: uri.to_owned() }).0;
        assert!(function.failed_ids(vec![record("m", &offloaded.to_json().unwrap(), 1)]).await.is_empty());
        let reason = function.dead_letters().pop().map(|message| message["reason"].as_str().unwrap().to_owned());
        assert_eq!(reason.unwrap_or_default(), expected);
        assert_eq!(function.aws.calls.lock().unwrap().len(), usize::from(expected.is_empty()));
    }
}

/// The call succeeds even if the entry fails.
#[tokio::test]
async fn eventbridge_entry_error_fails_the_delivery() {
    for (code, expected) in [
        ("ThrottlingException", "retry"),
        ("InternalFailure", "retry"),
        ("NotAuthorizedForSourceException", "retry"),
        ("MalformedDetail", "eventbridge_MalformedDetail"),
    ] {
        let entry = json!({ "ErrorCode": code, "ErrorMessage": "x" });
        let function = eventbridge_function(200, json!({ "FailedEntryCount": 1, "Entries": [entry] })).await;
        assert_eq!(function.delivery_result(b"{}").await, expected);
        only_request(&function);
    }
}

#[tokio::test]
async fn missing_or_unavailable_bus_is_retryable_and_invalid_request_is_permanent() {
    for (status, code, expected) in [
        (400, "ResourceNotFoundException", "retry"),
        (503, "", "retry"),
        (400, "ValidationException", "eventbridge_ValidationException"),
    ] {
        let function = eventbridge_function(status, json!({ "__type": code })).await;
        assert_eq!(function.delivery_result(b"{}").await, expected, "{code}");
        only_request(&function);
    }
}
