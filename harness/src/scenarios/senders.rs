//! Habits of real senders. Each of these requests was once lost without a trace by a webhook receiver.

use anyhow::ensure;
use hookline::clock::unix_seconds;
use hookline_event::DedupKey;
use serde_json::json;
use uuid::Uuid;

use super::support::{Scenario, ScenarioResult, Testbed, expect};
use crate::emulator::Capability;
use crate::stack::{Destination, Route, Source};
use crate::traffic::script::Script;
use crate::traffic::sender::Content;

pub(super) fn all() -> Vec<Scenario> {
    vec![
        Scenario::new(
            "late-retry-delivered",
            "a sender's retry with the signed time of the first attempt, six hours later, is delivered once",
            late_retry,
        )
        .needs(&[Capability::Dynamodb])
        .concurrent(),
        Scenario::new("bracketed-type-routed", "a route names an event type with brackets", bracketed_type)
            .source(Source::new("accounts", "stripe"))
            .route(
                Route::new("accounts", "accounts", &["orders"])
                    .types(&["accounts.v2.core.account[requirements].updated"]),
            )
            .concurrent(),
        Scenario::new(
            "equal-unsigned-bodies-delivered",
            "three unsigned requests with other ids are three events, although two bodies are equal",
            equal_unsigned_bodies,
        )
        .concurrent(),
        Scenario::new(
            "expired-claim-taken-over",
            "an item of the idempotency table that has expired, but is not deleted, prevents no delivery",
            expired_claim,
        )
        .needs(&[Capability::Dynamodb])
        .concurrent(),
        Scenario::new(
            "sender-responses-returned",
            "events get the responses that their senders expect: 200 without a body, TwiML, or another text",
            sender_responses,
        )
        .source(Source::new("adyen", "adyen").sends_to("orders"))
        .concurrent(),
        Scenario::new(
            "form-and-number-filtered",
            "a filter reads the JSON of GitHub's form, and compares numbers in any notation",
            form_and_number,
        )
        .source(Source::github("amounts"))
        .destination(Destination::http("audit", Script::Succeeds))
        .route(
            Route::new("amounts", "amounts", &["audit"]).filter(json!([{ "pointer": "/amount", "equals": "19.90" }])),
        )
        .concurrent(),
    ]
}

async fn late_retry(testbed: &Testbed) -> ScenarioResult {
    let signed_at = unix_seconds() - 6 * 3600;
    let body = format!(
        "{{\"type\":\"Issue\",\"action\":\"update\",\"webhookTimestamp\":{signed_at}000,\"n\":\"{}\"}}",
        Uuid::new_v4()
    );
    let webhook = testbed.signed("linear", body)?;
    expect::delivered(testbed, &webhook).await?;
    let repeated = expect::accepted(testbed, &webhook).await?;
    testbed.settle(&repeated);
    testbed.expect_attempts(&repeated, &[]);
    Ok("accepted twice, delivered once".to_owned())
}

async fn bracketed_type(testbed: &Testbed) -> ScenarioResult {
    let body = format!("{{\"id\":\"{}\",\"type\":\"v2.core.account[requirements].updated\"}}", Uuid::new_v4());
    let event_id = expect::accepted(testbed, &testbed.signed("accounts", body)?).await?;
    let delivery = testbed.sink.wait_for_delivery(&event_id).await?;
    let event_type = delivery.header("ce-type").unwrap_or_default().to_owned();
    ensure!(event_type == "accounts.v2.core.account[requirements].updated", "the type is `{event_type}`");
    Ok(event_type)
}

async fn equal_unsigned_bodies(testbed: &Testbed) -> ScenarioResult {
    let flag = Uuid::new_v4();
    let mut event_ids = Vec::new();
    for active in [true, false, true] {
        let body = format!("{{\"object_kind\":\"feature_flag\",\"flag\":\"{flag}\",\"active\":{active}}}");
        let webhook = testbed.signed("gitlab", body)?;
        let webhook = webhook.with_header("Idempotency-Key", Some(&Uuid::new_v4().to_string()));
        event_ids.push(expect::accepted(testbed, &webhook).await?);
    }
    for event_id in &event_ids {
        testbed.sink.wait_for_delivery(event_id).await?;
    }
    Ok(format!("{} events", event_ids.len()))
}

async fn expired_claim(testbed: &Testbed) -> ScenarioResult {
    let body = format!("{{\"flag\":\"{}\"}}", Uuid::new_v4());
    let first = testbed.signed("github", body.as_str())?;
    expect::delivered(testbed, &first).await?;
    let key = DedupKey::from_body("/webhooks/github", body.as_bytes());
    testbed.stack.expire_delivery_record(key.as_str(), "orders").await?;
    expect::delivered(testbed, &testbed.signed("github", body)?).await?;
    Ok("delivered again after the window".to_owned())
}

async fn form_and_number(testbed: &Testbed) -> ScenarioResult {
    let id = Uuid::new_v4();
    let json = format!("{{\"amount\":1.99e1,\"n\":\"{id}\"}}");
    let form = format!("payload=%7B%22amount%22%3A19.900%2C%22n%22%3A%22{id}%22%7D");
    for (content_type, body) in [("application/json", json), ("application/x-www-form-urlencoded", form)] {
        let webhook = testbed.signed("amounts", body)?.with_header("Content-Type", Some(content_type));
        expect::accepted(testbed, &webhook).await?;
        let delivery = testbed.sink.wait_for_delivery(&webhook.event_id).await?;
        ensure!(delivery.path == "/audit", "the event arrived at {}", delivery.path);
    }
    Ok("JSON and form selected".to_owned())
}

async fn sender_responses(testbed: &Testbed) -> ScenarioResult {
    let id = Uuid::new_v4();
    let issue = format!(
        r#"{{"type":"Issue","action":"update","data":{{"id":"{id}"}},"webhookTimestamp":{}000}}"#,
        unix_seconds()
    );
    let payment = format!(r#"{{"notificationItems":[{{"NotificationRequestItem":{{"pspReference":"{id}"}}}}]}}"#);
    let command = format!("token=x&team_id=T1&command=%2Fdeploy&text=prod&trigger_id={id}");
    let message = format!("MessageSid={id}&From=%2B15550001111&To=%2B15550002222&Body=hi");
    let cases = [
        ("linear", Content::json(issue), (200, "text/plain; charset=utf-8", "")),
        ("slack", Content::form(command), (200, "text/plain; charset=utf-8", "")),
        ("twilio", Content::form(message), (200, "text/xml; charset=utf-8", "<Response/>")),
        ("adyen", Content::json(payment), (202, "text/plain; charset=utf-8", "[accepted]")),
    ];
    for (source, content, expected) in cases {
        let webhook = testbed.signed_content(source, content)?;
        let response = expect::accepted_response(testbed, &webhook).await?;
        let content_type = response.header("content-type").unwrap_or_default();
        let actual = (response.status, content_type, response.body.as_str());
        ensure!(actual == expected, "the response to `{source}` is {actual:?}");
        let event_id = response.event_id().unwrap_or_default();
        let delivery = testbed.sink.wait_for_delivery(&event_id).await?;
        ensure!(delivery.body[..] == webhook.body[..], "the body of `{source}` has changed");
    }
    Ok("responses of 4 senders".to_owned())
}
