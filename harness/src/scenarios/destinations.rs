//! Routes with types and filters, and deliveries to each kind of destination.

use anyhow::{Context, bail, ensure};
use hookline_event::DedupKey;
use hookline_senders::SchemeSource;
use hookline_signature::{Headers, Request, Secret};
use serde_json::{Value, json};

use super::support::{Scenario, ScenarioResult, Testbed, every_kind, expect};
use crate::emulator::Capability;
use crate::stack::{Destination, EventRecorder, RECIPIENT, Route, SENDER, Source};
use crate::traffic::script::Script;
use hookline::clock::unix_seconds;

pub(super) fn all() -> Vec<Scenario> {
    vec![
        Scenario::new(
            "events-filtered",
            "types and filters decide which destinations receive an event, if any",
            filtered,
        )
        .source(Source::github("filtered"))
        .destination(Destination::http("audit", Script::Succeeds))
        .route(Route::new("filtered", "filtered", &["orders"]).types(&["filtered.push", "filtered.issues"]))
        .route(Route::new("picked", "filtered", &["audit"]).types(&["filtered.issue*"]).filter(json!([
            { "pointer": "/action", "in": ["opened", "reopened"] },
            { "pointer": "/issue/labels/0/name", "prefix": "bug" },
        ])))
        .concurrent(),
        Scenario::new(
            "delivery-signed",
            "a destination with `signed` gets the exact body with a Standard Webhooks signature",
            signed,
        )
        .with(every_kind::resources)
        .concurrent(),
        Scenario::new("slack-message-sent", "a push posts one Slack message, without mentions", slack)
            .with(every_kind::resources)
            .concurrent(),
        Scenario::new("discord-message-sent", "a push posts one Discord message, without mentions", discord)
            .with(every_kind::resources)
            .concurrent(),
        Scenario::new("email-sent", "a push sends one e-mail through SES", email)
            .with(every_kind::resources)
            .needs(&[Capability::Ses])
            .concurrent(),
        Scenario::new(
            "eventbridge-event-put",
            "another consumer of the EventBridge bus receives the complete event once, by its own rule",
            eventbridge,
        )
        .with(every_kind::resources)
        .needs(&[Capability::Eventbridge])
        .concurrent(),
    ]
}

async fn filtered(testbed: &Testbed) -> ScenarioResult {
    /// Event, payload, and the paths at which the event has to arrive.
    const CASES: [(&str, &str, &[&str]); 5] = [
        ("issues", "{\"action\":\"opened\",\"issue\":{\"labels\":[{\"name\":\"bug: x\"}]}}", &["/orders", "/audit"]),
        ("issues", "{\"action\":\"closed\",\"issue\":{\"labels\":[{\"name\":\"bug: x\"}]}}", &["/orders"]),
        ("issue_comment", "{\"action\":\"reopened\",\"issue\":{\"labels\":[{\"name\":\"bug\"}]}}", &["/audit"]),
        ("issue_comment", "{\"action\":\"reopened\",\"issue\":{\"labels\":[]}}", &[]),
        ("push", "{}", &["/orders"]),
    ];
    let mut sent = Vec::new();
    for (event, body, paths) in CASES {
        let webhook = testbed.signed_with("filtered", event, body, &testbed.signing_key("filtered")?)?;
        expect::accepted(testbed, &webhook).await?;
        if paths.is_empty() {
            testbed.settle(&webhook.event_id);
        }
        sent.push((webhook.event_id, paths));
    }
    for (event_id, paths) in sent {
        for path in paths {
            testbed.sink.wait_for_delivery_at(&event_id, path).await?;
        }
        testbed.expect_attempts(&event_id, &Vec::from_iter(paths.iter().map(|path| (*path, 200))));
    }
    Ok("5 events, to two destinations, one or none".to_owned())
}

async fn signed(testbed: &Testbed) -> ScenarioResult {
    let webhook = every_kind::send_push(testbed).await?;
    let delivery = every_kind::delivered_once_at(testbed, &webhook.event_id, "/signed").await?;
    ensure!(delivery.body[..] == webhook.body[..], "the delivered body differs from the sent body");
    let secret = testbed.secrets().destinations.get("signed").cloned().context("the destination has no secret")?;
    let headers = delivery.headers.iter().map(|(name, value)| (name.to_string(), value.to_str().unwrap_or_default()));
    let headers = Headers::from_iter(headers);
    let (body, method) = (&delivery.body, "POST");
    let request = Request { method, headers: &headers, body, url: "", query: &[], raw_query: "" };
    let scheme = SchemeSource::sender("standard").resolve()?;
    scheme.verify(request, &[Secret::new(secret.as_str())?], unix_seconds())?;
    let key = DedupKey::from_body("/webhooks/everywhere", &webhook.body);
    ensure!(delivery.header("webhook-id") == Some(key.as_str()), "webhook-id is not the deduplication key");
    Ok("signature verified".to_owned())
}

async fn slack(testbed: &Testbed) -> ScenarioResult {
    let webhook = every_kind::send_push(testbed).await?;
    let delivery = every_kind::delivered_once_at(testbed, &webhook.event_id, "/slack").await?;
    let message = every_kind::message_json(&delivery)?;
    let text = message["text"].as_str().context("the message has no text")?;
    ensure!(message["mrkdwn"] == false, "the message allows markup: {message}");
    ensure!(
        text.contains("pushed") && text.contains("to tag simple-tag"),
        "the text does not describe the push: {text}"
    );
    ensure!(text.contains("&lt;!channel&gt;") && !text.contains("<!"), "the text has a mention: {text}");
    ensure!(!text.contains("<https://evil.example"), "the text has a link from the payload: {text}");
    ensure!(!text.contains("Second line"), "the text has more than the first line of a commit message: {text}");
    Ok(format!("{} characters", text.chars().count()))
}

async fn discord(testbed: &Testbed) -> ScenarioResult {
    let webhook = every_kind::send_push(testbed).await?;
    let delivery = every_kind::delivered_once_at(testbed, &webhook.event_id, "/discord").await?;
    let message = every_kind::message_json(&delivery)?;
    let text = message["content"].as_str().context("the message has no content")?;
    ensure!(message["allowed_mentions"] == json!({ "parse": [] }), "the message allows mentions: {message}");
    ensure!(text.contains("pushed"), "the text does not describe the push: {text}");
    let is_escaped = text.contains("\\@everyone") && text.contains("\\[a\\]\\(");
    ensure!(is_escaped, "the text has markup from the payload: {text}");
    Ok(format!("{} characters", text.chars().count()))
}

async fn email(testbed: &Testbed) -> ScenarioResult {
    let webhook = every_kind::send_push(testbed).await?;
    testbed.wait_until_idle().await?;
    let emails = testbed.stack.sent_emails().await?;
    let matching: Vec<_> = emails.iter().filter(|email| email.text.contains(&webhook.event_id)).collect();
    let [email] = matching.as_slice() else {
        bail!("{} of {} e-mails are about the event", matching.len(), emails.len())
    };
    ensure!(email.from == SENDER && email.to == [RECIPIENT], "it was sent from {} to {:?}", email.from, email.to);
    ensure!(email.subject == "everywhere.push (everywhere)", "the subject is {}", email.subject);
    ensure!(email.text.contains(every_kind::HOSTILE), "the plain text was escaped: {}", email.text);
    Ok(format!("{} characters", email.text.chars().count()))
}

async fn eventbridge(testbed: &Testbed) -> ScenarioResult {
    let recorder = testbed.stack.record_events("hookline.everywhere").await?;
    let result = event_recorded(testbed, &recorder).await;
    recorder.stop().await?;
    result
}

async fn event_recorded(testbed: &Testbed, recorder: &EventRecorder) -> ScenarioResult {
    let webhook = every_kind::send_push(testbed).await?;
    let matches = |event: &Value| event["detail"]["id"] == webhook.event_id.as_str();
    let events = recorder.wait_for_events(matches).await?;
    let matching: Vec<_> = events.iter().filter(|event| matches(event)).collect();
    let [event] = matching.as_slice() else { bail!("the bus received the event {} times", matching.len()) };
    ensure!(event["detail-type"] == "everywhere.push", "the detail type is {}", event["detail-type"]);
    let data: Value = serde_json::from_slice(&webhook.body)?;
    ensure!(event["detail"]["data"] == data, "the payload has changed");
    Ok("received by the other consumer".to_owned())
}
