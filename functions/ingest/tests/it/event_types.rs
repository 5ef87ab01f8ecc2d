//! The types of events, in the characters and the places of each sender.

use crate::fixture::Function;
use crate::signed_request::{SignedRequest, accepted_status, sign_form, sign_request};

/// The type of the event of an accepted request.
async fn queued_type(request: &SignedRequest) -> String {
    let function = Function::new();
    assert_eq!(function.status(request.event()).await, accepted_status(&request.source), "{:?}", request.headers);
    function.queued_events().remove(0).event_type
}

#[tokio::test]
async fn type_in_the_body_keeps_its_characters() {
    for (source, body, expected) in [
        (
            "stripe",
            r#"{"id":"evt_test_1","object":"v2.core.event","type":"v2.core.account[requirements].updated","livemode":false}"#,
            "stripe.v2.core.account[requirements].updated",
        ),
        (
            "stripe",
            r#"{"id":"evt_test_2","object":"v2.core.event","type":"v2.core.account[configuration.merchant].capability_status_updated"}"#,
            "stripe.v2.core.account[configuration.merchant].capability_status_updated",
        ),
        ("stripe", r#"{"type":"v1.billing.meter.no_meter_found"}"#, "stripe.v1.billing.meter.no_meter_found"),
        ("standard", r#"{"type":"invoice@v2/paid+eu,us;a=b"}"#, "standard.invoice@v2/paid+eu,us;a=b"),
        ("standard", r#"{"type":"arn:aws:s3:::bucket/*"}"#, "standard.arn:aws:s3:::bucket/*"),
        ("standard", r#"{"type":"Order Created"}"#, "standard.Order%20Created"),
        ("standard", r#"{"type":"bestellung.ge\u00e4ndert"}"#, "standard.bestellung.ge%C3%A4ndert"),
        ("standard", r#"{"type":"{tenant}/(user)~'created'!"}"#, "standard.{tenant}/(user)~'created'!"),
        ("standard", "\u{feff}{\"type\":\"a[b]\"}", "standard.a[b]"),
        (
            "pagerduty",
            r#"{"event":{"event_type":"incident.custom_field_values.updated"}}"#,
            "pagerduty.incident.custom_field_values.updated",
        ),
        ("slack", r#"{"event":{"type":"link_shared"},"type":"event_callback"}"#, "slack.link_shared"),
    ] {
        assert_eq!(queued_type(&sign_request(source, body.as_bytes())).await, expected, "{body}");
    }
}

#[tokio::test]
async fn type_in_a_header_keeps_its_characters() {
    for (source, header, value, expected) in [
        ("shopify", "X-Shopify-Topic", "orders/create", "shopify.orders.create"),
        ("shopify", "x-shopify-topic", "customer_payment_methods/update", "shopify.customer_payment_methods.update"),
        (
            "bitbucket",
            "X-Event-Key",
            "pullrequest:changes_request_created",
            "bitbucket.pullrequest:changes_request_created",
        ),
        ("bitbucket", "X-Event-Key", "repo:refs_changed", "bitbucket.repo:refs_changed"),
        ("github", "X-GitHub-Event", "deployment_status", "github.deployment_status"),
        ("gitlab", "X-Gitlab-Event", "Merge Request Hook", "gitlab.merge_request"),
        ("gitlab", "X-Gitlab-Event", "Confidential Note Hook", "gitlab.confidential_note"),
        ("gitlab", "X-Gitlab-Event", "Feature Flag Hook", "gitlab.feature_flag"),
    ] {
        assert_eq!(queued_type(&sign_request(source, b"{}").with_header(header, value)).await, expected);
    }
}

/// All of GitLab's system hooks have the same header.
#[tokio::test]
async fn gitlab_system_hook_has_the_type_of_its_body() {
    for (body, expected) in [
        ("{\"event_name\":\"user_create\",\"user_id\":41}", "gitlab.user_create"),
        ("{\"event_name\":\"project_transfer\"}", "gitlab.project_transfer"),
        ("{\"event_name\":\"group_member_request_access\"}", "gitlab.group_member_request_access"),
        ("{\"event_name\":\"key_destroy\"}", "gitlab.key_destroy"),
        ("{\"event_name\":\"repository_update\",\"changes\":[]}", "gitlab.repository_update"),
        ("{\"object_kind\":\"tag_push\",\"event_name\":\"tag_push\"}", "gitlab.tag_push"),
        ("{\"object_kind\":\"merge_request\",\"event_type\":\"merge_request\"}", "gitlab.merge_request"),
        ("{}", "gitlab.system"),
    ] {
        for header in ["X-Gitlab-Event", "x-gitlab-event"] {
            let request = sign_request("gitlab", body.as_bytes()).with_header(header, "System Hook");
            assert_eq!(queued_type(&request).await, expected, "{body}");
        }
    }
}

/// The fields are those of Twilio's documentation: see the scheme.
#[tokio::test]
async fn twilio_form_has_the_type_of_its_fields() {
    for (form, expected) in [
        ("MessageSid=SM1&From=%2B15550001111&To=%2B15550002222&Body=hi", "message.received"),
        ("MessageSid=SM1&SmsStatus=received&Body=MessageStatus%3Ddelivered", "message.received"),
        ("MessageSid=SM1&SmsStatus=sent&MessageStatus=delivered", "message.delivered"),
        ("SmsSid=SM1&SmsStatus=undelivered", "message.undelivered"),
        ("SmsSid=SM1&Body=hi", "message.received"),
        ("CallSid=CA1&CallStatus=in-progress&Direction=inbound", "call.in-progress"),
        ("CallSid=CA1&CallStatus=completed&DialCallStatus=busy&DialCallSid=CA2", "dial.busy"),
        ("CallSid=CA1&RecordingSid=RE1&RecordingStatus=completed", "recording.completed"),
        ("CallSid=CA1&CallStatus=completed&RecordingSid=RE1&TranscriptionStatus=failed", "transcription.failed"),
        ("ConferenceSid=CF1&CallSid=CA1&StatusCallbackEvent=participant-join", "participant-join"),
        ("RoomSid=RM1&RoomStatus=in-progress&StatusCallbackEvent=room-created", "room-created"),
        ("TranscriptionSid=GT1&TranscriptionEvent=transcription-content", "transcription-content"),
        ("StreamSid=MZ1&CallSid=CA1&StreamEvent=stream-started", "stream-started"),
        ("EventType=onMessageAdded&MessageSid=IM1&Body=hi", "onMessageAdded"),
        ("EventType=task.created&TaskSid=WT1", "task.created"),
        ("EventType=&CallStatus=busy", "call.busy"),
        ("CallSid=CA1&MachineDetectionDuration=100", "unknown"),
    ] {
        assert_eq!(queued_type(&sign_form("twilio", form)).await, format!("twilio.{expected}"), "{form}");
    }
}

/// Twilio's Event Streams send a list with one CloudEvent, unless the sink has batches.
#[tokio::test]
async fn twilio_json_has_the_type_of_its_event() {
    for (body, expected) in [
        (
            r#"[{"specversion":"1.0","type":"com.twilio.messaging.message.delivered","id":"EZ1"}]"#,
            "com.twilio.messaging.message.delivered",
        ),
        (
            r#"{"type":"com.twilio.voice.status-callback.call.completed"}"#,
            "com.twilio.voice.status-callback.call.completed",
        ),
        (r#"{"EventType":"onConversationAdded"}"#, "onConversationAdded"),
        (r#"[{"type":"a"},{"type":"b"}]"#, "unknown"),
        ("{}", "unknown"),
    ] {
        assert_eq!(queued_type(&sign_request("twilio", body.as_bytes())).await, format!("twilio.{expected}"), "{body}");
    }
}
