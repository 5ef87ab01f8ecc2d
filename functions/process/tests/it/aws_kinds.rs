//! E-mail and EventBridge: what AWS is asked, and what its answers mean for the event.

use hookline_event::Event;
use serde_json::{Value, json};

use crate::fixture::{Function, event, queued, record};

async fn mail(more: Value) -> Function {
    let mut destination = json!({ "kind": "email", "timeout_ms": 400, "from": "hooks@example.com", "to": ["a@example.com", "b@example.com"] });
    destination.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
    let function = Function::to(destination).await;
    let sent = "<SendEmailResponse><SendEmailResult><MessageId>m</MessageId></SendEmailResult></SendEmailResponse>";
    function.aws.answer("SendEmail", 200, sent);
    function
}

async fn bus(status: u16, answer: Value) -> Function {
    let function = Function::to(json!({ "kind": "eventbridge", "timeout_ms": 400, "bus": "orders" })).await;
    function.aws.answer("PutEvents", status, answer);
    function
}

fn asked(function: &Function) -> Value {
    let seen = function.aws.seen.lock().unwrap();
    assert_eq!(seen.len(), 1, "{seen:?}");
    seen[0].1.clone()
}

#[tokio::test]
async fn a_mail_is_plain_text_for_its_recipients_alone() {
    let function = mail(json!({})).await;
    assert_eq!(function.outcome(b"{}").await, "");
    insta::assert_json_snapshot!(asked(&function), { ".Version" => "[version]" });
}

#[tokio::test]
async fn a_subject_is_one_line_whatever_the_payload_says() {
    let function = mail(json!({ "subject": "Order {{ payload.a }}", "template": "{{ payload.a }}" })).await;
    assert_eq!(function.outcome(b"{\"a\":\"1\\r\\nBcc: x@example.com\\n\\u0000\"}").await, "");
    let asked = asked(&function);
    assert_eq!(asked["Message.Subject.Data"], "Order 1 Bcc: x@example.com");
    assert_eq!(asked["Message.Body.Text.Data"], "1\nBcc: x@example.com");
}

#[tokio::test]
async fn what_ses_refuses_says_whether_another_attempt_can_help() {
    for (status, code, expected) in [
        (400, "MessageRejected", "ses_MessageRejected"),
        (400, "MailFromDomainNotVerifiedException", "ses_MailFromDomainNotVerifiedException"),
        (400, "Throttling", "retry"),
        (403, "AccessDenied", "retry"),
        (400, "AccountSendingPausedException", "retry"),
        (500, "InternalFailure", "retry"),
    ] {
        let function = mail(json!({})).await;
        let error = format!("<ErrorResponse><Error><Type>Sender</Type><Code>{code}</Code></Error></ErrorResponse>");
        function.aws.answer("SendEmail", status, error);
        assert_eq!(function.outcome(b"{}").await, expected, "{code}");
        asked(&function);
    }
}

#[tokio::test]
async fn the_event_is_put_whole() {
    let function = bus(200, json!({ "FailedEntryCount": 0, "Entries": [{ "EventId": "e" }] })).await;
    let data = "{\"b\":1, \"a\":\"\\u001B\"}".to_owned();
    assert_eq!(function.outcome(data.as_bytes()).await, "");
    let mut asked = asked(&function);
    let detail = asked["Entries"][0]["Detail"].take();
    insta::assert_json_snapshot!("entry", asked);
    assert!(detail.as_str().unwrap().contains(&format!("\"data\":{data}")), "as it was sent: {detail}");
    let detail: Value = serde_json::from_str(detail.as_str().unwrap()).unwrap();
    insta::assert_json_snapshot!("detail", detail, { ".dedupkey" => "[key]" });
}

#[tokio::test]
async fn what_is_not_json_is_put_as_bytes() {
    let function = bus(200, json!({ "FailedEntryCount": 0, "Entries": [{ "EventId": "e" }] })).await;
    let event_type = format!("github.{}", "x".repeat(200));
    let event = Event { data: vec![0, 255].into(), content_type: None, event_type, ..event("github") };
    assert!(function.failures(vec![record("m", &queued(event), 1)]).await.is_empty());
    let asked = asked(&function);
    assert_eq!(asked["Entries"][0]["DetailType"].as_str().unwrap().len(), 128);
    let detail: Value = serde_json::from_str(asked["Entries"][0]["Detail"].as_str().unwrap()).unwrap();
    assert_eq!((&detail["data_base64"], &detail["data"]), (&json!("AP8="), &Value::Null));
}

/// The call succeeds although its entry does not.
#[tokio::test]
async fn a_partial_failure_is_seen() {
    for (code, expected) in [
        ("ThrottlingException", "retry"),
        ("InternalFailure", "retry"),
        ("NotAuthorizedForSourceException", "retry"),
        ("MalformedDetail", "eventbridge_MalformedDetail"),
    ] {
        let entry = json!({ "ErrorCode": code, "ErrorMessage": "x" });
        let function = bus(200, json!({ "FailedEntryCount": 1, "Entries": [entry] })).await;
        assert_eq!(function.outcome(b"{}").await, expected);
        asked(&function);
    }
}

#[tokio::test]
async fn a_bus_that_is_not_there_or_does_not_answer_is_told_apart() {
    let function = bus(400, json!({ "__type": "ResourceNotFoundException" })).await;
    assert_eq!(function.outcome(b"{}").await, "eventbridge_ResourceNotFoundException");
    let function = bus(503, json!({})).await;
    assert_eq!(function.outcome(b"{}").await, "retry");
    asked(&function);
}
