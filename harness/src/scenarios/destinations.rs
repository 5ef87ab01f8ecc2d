//! Routes with types and filters, and deliveries to each kind of destination.

mod authenticated;
mod aws;
mod chats;
mod limits;
mod repeats;
mod requests;

use anyhow::{Context, bail, ensure};
use hookline_event::DedupKey;
use hookline_senders::SchemeSource;
use hookline_signature::{Headers, Request, Secret};
use serde_json::json;

use super::support::{Scenario, ScenarioResult, Testbed, every_kind, expect, log, services};
use crate::emulator::Capability;
use crate::stack::{Destination, RECIPIENT, Route, SENDER, Source};
use crate::traffic::script::Script;
use hookline::clock::unix_seconds;

pub(super) fn all() -> Vec<Scenario> {
    [routed(), http_options(), aws_services(), at_limits()].into_iter().flatten().collect()
}

fn routed() -> Vec<Scenario> {
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
        Scenario::new("slack-message-sent", "a push posts one Slack message, without mentions", chats::slack)
            .with(every_kind::resources)
            .concurrent(),
        Scenario::new("discord-message-sent", "a push posts one Discord message, without mentions", chats::discord)
            .with(every_kind::resources)
            .concurrent(),
        Scenario::new(
            "slack-blocks-sent",
            "a push posts one Slack message with blocks, whose text mentions no user",
            chats::slack_blocks,
        )
        .with(every_kind::resources)
        .concurrent(),
        Scenario::new(
            "microsoft-teams-message-sent",
            "a push posts one card to a workflow of Microsoft Teams, as plain text",
            chats::microsoft_teams,
        )
        .with(every_kind::resources)
        .concurrent(),
        Scenario::new("telegram-message-sent", "a push posts one Telegram message, without mentions", chats::telegram)
            .with(every_kind::resources)
            .concurrent(),
        Scenario::new("email-sent", "a push sends one e-mail through SES", email)
            .with(every_kind::resources)
            .needs(&[Capability::Ses])
            .concurrent(),
        Scenario::new(
            "eventbridge-event-put",
            "another consumer of the EventBridge bus receives the complete event once, by its own rule",
            aws::eventbridge,
        )
        .with(every_kind::resources)
        .needs(&[Capability::Eventbridge])
        .concurrent(),
    ]
}

fn http_options() -> Vec<Scenario> {
    vec![
        Scenario::new("bearer-token-sent", "a destination with `bearer` gets its token", authenticated::bearer)
            .with(authenticated::resources)
            .concurrent(),
        Scenario::new("basic-credentials-sent", "a destination with `basic` gets user and password", authenticated::basic)
            .with(authenticated::resources)
            .concurrent(),
        Scenario::new("api-key-sent", "a destination with `header` gets its key in the configured header", authenticated::api_key)
            .with(authenticated::resources)
            .concurrent(),
        Scenario::new(
            "request-signed-for-iam",
            "API Gateway accepts the exact request with the signature of the function's role, and none without it",
            authenticated::signed_api,
        )
        .with(services::signed_api)
        .needs(&[Capability::Iam])
        .concurrent(),
        Scenario::new(
            "oauth2-token-renewed",
            "a receiver rejects an access token that has expired: the same attempt gets a new token and succeeds",
            authenticated::token_renewed,
        )
        .with(authenticated::oauth2)
        .concurrent(),
        Scenario::new(
            "client-certificate-corrected",
            "a receiver rejects a wrong client certificate: the event is delivered after the secret is corrected",
            authenticated::certificate_corrected,
        )
        .with(authenticated::mutual_tls)
        .needs(&[Capability::PrivateAuthority])
        .concurrent(),
        Scenario::new(
            "request-shaped",
            "method, headers and body come from templates and the sender's headers, and a configured status is a success",
            requests::shaped,
        )
        .with(requests::resources)
        .concurrent(),
        Scenario::new(
            "routes-explained",
            "`hookline routes explain` shows the matching route, the destinations and the request that is sent",
            requests::explained,
        )
        .with(requests::resources)
        .concurrent(),
        Scenario::new("request-compressed", "a destination with `compression` gets the bytes as gzip", requests::compressed)
            .with(requests::resources)
            .concurrent(),
    ]
}

fn aws_services() -> Vec<Scenario> {
    vec![
        Scenario::new(
            "sqs-message-sent",
            "a queue of the team has one message with the event and its attributes",
            aws::queue,
        )
        .with(services::resources)
        .concurrent(),
        Scenario::new(
            "sqs-fifo-message-sent",
            "a FIFO queue has one message with its group and deduplication id",
            aws::fifo_queue,
        )
        .with(services::resources)
        .concurrent(),
        Scenario::new("sns-message-published", "a queue that is subscribed to a topic has the event", aws::topic)
            .with(services::resources)
            .concurrent(),
        Scenario::new(
            "lambda-function-invoked",
            "a function of the team is invoked once with the event",
            aws::function,
        )
        .with(services::resources)
        .concurrent(),
        Scenario::new(
            "stepfunctions-execution-started",
            "a state machine has one execution, whose input is the event and whose name is the deduplication key",
            aws::state_machine,
        )
        .with(services::resources)
        .needs(&[Capability::StepFunctions])
        .concurrent(),
        Scenario::new("firehose-record-put", "a stream delivers the event to its bucket as one line", aws::stream)
            .with(services::resources)
            .needs(&[Capability::Firehose])
            .concurrent(),
        Scenario::new(
            "s3-object-archived",
            "the archive has the exact bytes at a key by source and hour, with the attributes as metadata",
            aws::archive,
        )
        .with(services::resources)
        .concurrent(),
        Scenario::new(
            "fifo-duplicate-dropped",
            "an event that is sent to a FIFO queue again, because its claim has expired, is one message",
            repeats::fifo_duplicate,
        )
        .with(services::resources)
        .needs(&[Capability::Dynamodb])
        .concurrent(),
        Scenario::new(
            "execution-repeat-delivered",
            "an event whose execution exists already counts as delivered, and has one execution",
            repeats::execution_repeat,
        )
        .with(services::resources)
        .needs(&[Capability::Dynamodb, Capability::StepFunctions])
        .concurrent(),
        Scenario::new(
            "large-event-referenced",
            "services get the location of a payload of 1.5 MB, and the archive gets its bytes",
            repeats::large_event,
        )
        .with(services::resources)
        .needs(&[Capability::Firehose, Capability::StepFunctions])
        .concurrent(),
        Scenario::new(
            "event-between-limits-delivered",
            "an event of 500 KB is complete for services that accept it, and a reference for a topic and a state machine",
            limits::between_limits,
        )
        .with(services::resources)
        .needs(&[Capability::Firehose, Capability::StepFunctions])
        .concurrent(),
    ]
}

fn at_limits() -> Vec<Scenario> {
    vec![
        Scenario::new(
            "long-messages-shortened",
            "four chats and an e-mail get a long text shortened to their limits",
            limits::chats,
        )
        .with(limits::resources)
        .needs(&[Capability::Ses])
        .concurrent(),
        Scenario::new(
            "oversized-request-dead-lettered",
            "an event that is too large for a body and a bus is dead-lettered with its reason",
            limits::requests,
        )
        .with(limits::resources)
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

async fn email(testbed: &Testbed) -> ScenarioResult {
    let webhook = every_kind::send_push(testbed).await?;
    // After this line the function does not attempt the delivery again.
    let delivered = [("event_id", webhook.event_id.as_str()), ("destination", "mail"), ("outcome", "delivered")];
    log::wait_for_line(testbed, &delivered).await?;
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
