//! The form of `http` requests.

use std::io::Read;
use std::time::Duration;

use anyhow::{Context, ensure};
use flate2::read::GzDecoder;
use hookline::commands::explanation_json;
use hookline::explained_event;
use reqwest::Method;
use serde_json::{Value, json};
use uuid::Uuid;

use super::super::support::{Scenario, ScenarioResult, Testbed, expect, log};
use crate::stack::{Destination, Route, Source};
use crate::system::wait;
use crate::traffic::script::Script;

/// Adds a source with one destination for each group of options.
pub(super) fn resources(scenario: Scenario) -> Scenario {
    let shaped = Destination::http("shaped", Script::Conflicts)
        .option("method", json!("PUT"))
        .option("headers", json!({ "X-Event-Type": "{{ event.type }}" }))
        .option("forward_headers", json!(["X-GitHub-Event", "X-GitHub-Delivery"]))
        .option("body", json!("{\"card\": {{ payload.card }}, \"from\": {{ event.source }}}"))
        .option("success", json!(["409"]));
    scenario
        .source(Source::github("shaped"))
        .destination(shaped)
        .destination(Destination::http("compressed", Script::Succeeds).option("compression", json!("gzip")))
        .route(Route::new("shaped", "shaped", &["compressed", "shaped"]))
}

pub(super) async fn shaped(testbed: &Testbed) -> ScenarioResult {
    // A value that could end the string in which a template puts it.
    let card = format!("\",\"from\":\"evil {}", Uuid::new_v4());
    let webhook = testbed.signed("shaped", json!({ "card": card }).to_string())?;
    expect::accepted(testbed, &webhook).await?;
    let line = [("event_id", webhook.event_id.as_str()), ("destination", "shaped"), ("outcome", "delivered")];
    log::wait_for_line(testbed, &line).await?;
    let attempts = testbed.sink.attempts(&webhook.event_id);
    let request = attempts.iter().find(|attempt| attempt.path == "/shaped").context("no request")?;
    ensure!(request.method == Method::PUT, "the method is {}", request.method);
    let delivery_id = Some(webhook.event_id.as_str());
    let headers = [
        ("x-event-type", Some("shaped.push")),
        ("x-github-event", Some("push")),
        ("x-github-delivery", delivery_id),
        ("x-hub-signature-256", None),
        ("content-type", Some("application/json")),
    ];
    for (name, expected) in headers {
        ensure!(request.header(name) == expected, "the header {name} is {:?}", request.header(name));
    }
    let body: Value = serde_json::from_slice(&request.body).context("the body is not JSON")?;
    ensure!(body["card"] == card.as_str(), "the template changed a value: {body}");
    ensure!(body.as_object().is_some_and(|members| members.len() == 2), "the payload has added a member: {body}");
    testbed.expect_attempts(&webhook.event_id, &[("/compressed", 200), ("/shaped", 409)]);
    Ok("PUT, 5 headers, JSON of a template, 409 as success".to_owned())
}

/// The explanation of an event has the same requests as the function sends.
pub(super) async fn explained(testbed: &Testbed) -> ScenarioResult {
    let event = expect::event("shaped", &Uuid::new_v4().to_string());
    let variables = testbed.stack.target().process_variables().await?;
    let explanation = explanation_json(&variables, &explained_event::from_json(&event.to_json()?)?)?;
    testbed.stack.enqueue_events(std::slice::from_ref(&event)).await?;
    testbed.sink.wait_for_delivery_at(&event.id, "/compressed").await?;
    testbed.expect_attempts(&event.id, &[("/compressed", 200), ("/shaped", 409)]);
    let request = wait::until("the request of the template", Duration::from_secs(20), async || {
        Ok(testbed.sink.attempts(&event.id).into_iter().find(|attempt| attempt.path == "/shaped"))
    })
    .await?;
    let routes = explanation["routes"].as_array().context("no routes")?;
    let matching: Vec<_> = routes.iter().filter(|route| route["result"] == "matches").collect();
    ensure!(matching.len() == 1 && matching[0]["route"] == "shaped", "these routes match: {matching:?}");
    let deliveries = explanation["deliveries"].as_array().context("no deliveries")?;
    let names: Vec<_> = deliveries.iter().filter_map(|delivery| delivery["destination"].as_str()).collect();
    ensure!(names == ["compressed", "shaped"], "the destinations are {names:?}");
    let shaped = &deliveries[1];
    let body = shaped["body"].as_str().unwrap_or_default();
    ensure!(body.as_bytes() == &request.body[..], "the explanation has another body: {shaped}");
    for header in shaped["headers"].as_array().into_iter().flatten() {
        let (name, value) = (header["name"].as_str().unwrap_or_default(), header["value"].as_str());
        ensure!(request.header(name) == value, "the explanation has another header {name}: {shaped}");
    }
    Ok(format!("{} routes, the request as it was sent", routes.len()))
}

pub(super) async fn compressed(testbed: &Testbed) -> ScenarioResult {
    let webhook = testbed.signed("shaped", expect::unique_body(10_000))?;
    expect::accepted(testbed, &webhook).await?;
    let delivery = testbed.sink.wait_for_delivery_at(&webhook.event_id, "/compressed").await?;
    ensure!(delivery.header("content-encoding") == Some("gzip"), "the request is not compressed");
    let mut body = Vec::new();
    GzDecoder::new(&delivery.body[..]).read_to_end(&mut body)?;
    ensure!(body == webhook.body, "the decompressed body differs from the sent body");
    testbed.expect_attempts(&webhook.event_id, &[("/compressed", 200), ("/shaped", 409)]);
    Ok(format!("{} bytes instead of {}", delivery.body.len(), webhook.body.len()))
}
