use std::collections::BTreeMap;
use std::time::Duration;

use hookline_event_log::{EventEntry, Outcome};
use serde_json::json;

use crate::console::activity::{Activity, Requests};
use crate::console::fields::Fields;
use crate::console::jobs::Jobs;
use crate::console::pages::destinations::Action;
use crate::console::pages::{
    dead_letter_message, dead_letters, destinations, event, events, job, overview, replay, sources,
};
use crate::console::render::{Frame, Page};
use crate::dead_letter_queue::DeadLetterMessage;
use crate::destinations::{
    Activity as Deliveries, Breaker, DestinationState, DestinationStatus, LastFailure, LogSearch, Pause, QueueDepth,
    Status,
};
use crate::event_log::tests::{event as log_entry, later};
use crate::event_log::{Listed, LoggedEvent, Payload, PayloadError};
use crate::event_trace::LogEntry;
use crate::http_request::Response;
use crate::secrets::SecretFault;
use crate::source_scheme::SourceScheme;
use crate::target::DeliveryConfiguration;

pub(super) const NOW_MS: i64 = 1_767_323_045_678;

fn frame(workspace: &str) -> Frame {
    Frame {
        workspace: workspace.to_owned(),
        service: format!("hookline-{workspace}"),
        is_production: workspace == "prod",
        csrf: "CSRF".to_owned(),
        ..Frame::default()
    }
}

/// Renders a page and checks what all pages must have.
#[track_caller]
fn rendered(page: &Page) -> String {
    let html = page.render(&frame("dev")).unwrap_or_else(|error| panic!("{error:#}")).0;
    assert_eq!(html.matches("<h1>").count(), 1);
    assert!(html.len() < 200_000, "{} bytes", html.len());
    assert!(!html.contains(" style=") && !html.contains(" onclick="), "the policy does not allow it");
    assert_eq!(
        html.matches("<form method=\"post\"").count() + html.matches("id=\"confirm\" method").count(),
        html.matches("name=\"csrf\" value=\"CSRF\"").count()
    );
    html
}

/// Returns the content without the frame.
#[track_caller]
pub(super) fn content(page: &Page) -> String {
    let html = rendered(page);
    let start = html.find("<main").unwrap();
    let end = html.find("</main>").unwrap();
    html[start..end].to_owned()
}

fn view(messages: &[DeadLetterMessage], job: Option<u64>) -> Page {
    Page::new("/dead-letters", "Dead-letter messages", "dead_letters", dead_letters::View::new(messages, None, job))
}

fn status() -> Status {
    let destination = |name: &str, state, activity| DestinationStatus { name: name.to_owned(), state, activity };
    let pause = Pause { since: NOW_MS / 1000 - 600, note: Some("migration <b>".to_owned()) };
    let breaker = Breaker { opened_at: NOW_MS / 1000 - 90, until: NOW_MS / 1000 + 30, reason: "timeout".to_owned() };
    let failing = Deliveries {
        waiting: 3,
        oldest_ms: Some(NOW_MS - 300_000),
        last_failure: Some(LastFailure { time_ms: NOW_MS - 5000, reason: "http_503".to_owned() }),
    };
    Status {
        destinations: vec![
            destination("audit", DestinationState { pause: Some(pause), breaker: None }, Some(Deliveries::default())),
            destination("ci", DestinationState { pause: None, breaker: Some(breaker) }, Some(failing.clone())),
            destination("ledger", DestinationState::default(), Some(failing)),
            destination("orders", DestinationState::default(), None),
        ],
        retry_queue: QueueDepth { visible: 1, in_flight: 2, delayed: 3 },
        log: Some(LogSearch { since_ms: 0, is_complete: true, destinations: BTreeMap::new() }),
        log_level: "info".to_owned(),
    }
}

fn source_rows() -> Vec<sources::Row> {
    let github = SourceScheme::of_sender("github").unwrap();
    let custom = SourceScheme { sender: None, ..github.clone() };
    let requests = Requests {
        accepted_ms: Some(NOW_MS - 4000),
        rejected: Some((NOW_MS - 60_000, "signature_mismatch".to_owned())),
    };
    let url = || Some("https://hooks.example.com/webhooks/github".to_owned());
    vec![
        sources::Row::new("github", &github, url(), Ok(()), (Some(&requests), NOW_MS)),
        sources::Row::new("custom", &custom, None, Err(SecretFault::Missing), (None, NOW_MS)),
    ]
}

#[test]
fn frame_names_the_workspace_and_marks_production() {
    let page = view(&[], None);
    insta::assert_snapshot!(page.render(&Frame { notice: Some("Done.".to_owned()), ..frame("prod") }).unwrap().0);
    let other = rendered(&page);
    assert!(!other.contains("PRODUCTION") && !other.contains("class=\"production\""));
}

#[test]
fn dead_letters_page() {
    let messages = ["orders", "ledger", "orders"].map(DeadLetterMessage::example);
    insta::assert_snapshot!(content(&view(&messages, None)));
    assert!(content(&view(&[], None)).contains("✓ empty"));
    assert!(content(&view(&[], Some(3))).contains("/job?id=3"));
}

#[test]
fn page_of_many_messages_is_small() {
    let messages: Vec<_> = (0..5000).map(|index| DeadLetterMessage::example(&format!("d-{}", index % 100))).collect();
    rendered(&view(&messages, None));
}

#[test]
fn message_page() {
    insta::assert_snapshot!(content(&dead_letter_message::View::new(&DeadLetterMessage::example("orders")).page()));
}

#[test]
fn payload_is_escaped() {
    let mut message = DeadLetterMessage::with_payload(b"{\"a\":\"</pre><script>alert('1')</script>\"}");
    message.reason = "<img src=x onerror=alert(1)>".to_owned();
    let html = rendered(&dead_letter_message::View::new(&message).page());
    assert!(html.contains("&lt;&#x2f;pre&gt;&lt;script&gt;alert(&#x27;1&#x27;)"), "{html}");
    assert!(!html.contains("<script>") && !html.contains("<img"));
    let longest = DeadLetterMessage::with_payload("\"".repeat(1024 * 1024).as_bytes());
    rendered(&dead_letter_message::View::new(&longest).page());
}

#[test]
fn confirmations_name_the_workspace() {
    let fields = |form: &str| crate::console::fields::Fields::parse(form.as_bytes());
    let selection = |form: &str| dead_letters::Selection::parse(&fields(form)).unwrap().page();
    let pages = [
        selection("action=group-redrive&reason=http_503&destination=orders&count=40"),
        selection("action=selected-delete&reason=http_503&destination=orders&message=m-1&message=m-2"),
        destinations::Confirmation::new(Action::Pause, "ledger", &DeliveryConfiguration::example()).page(),
        destinations::Confirmation::new(Action::Resume, "ledger", &DeliveryConfiguration::example()).page(),
        sources::confirmation("github", "github"),
    ];
    insta::assert_snapshot!(pages.each_ref().map(content).join("\n----\n"));
    for page in pages {
        let html = page.render(&frame("prod")).unwrap().0;
        assert!(html.contains("Type <code>prod</code> to confirm"), "{html}");
    }
}

#[test]
fn job_page() {
    let jobs = Jobs::default();
    let progress = jobs.start("/dead-letters", "redrive messages of dev".to_owned());
    let mut pages = vec![content(&job::page(&jobs.get(1).unwrap()))];
    progress.advance(3, 10);
    pages.push(content(&job::page(&jobs.get(1).unwrap())));
    progress.end(Ok("moved 10 messages to the intake queue".to_owned()));
    pages.push(content(&job::page(&jobs.get(1).unwrap())));
    progress.end(Err(anyhow::anyhow!("moved 3 of 10 messages")));
    pages.push(content(&job::page(&jobs.get(1).unwrap())));
    insta::assert_snapshot!(pages.join("\n----\n"));
}

#[test]
fn destinations_page() {
    insta::assert_snapshot!(content(&destinations::View::new(&status(), NOW_MS).page()));
    let silent = Status { log: None, log_level: "warn".to_owned(), ..status() };
    assert!(content(&destinations::View::new(&silent, NOW_MS).page()).contains("The log level is <code>warn</code>"));
}

#[test]
fn sources_page() {
    insta::assert_snapshot!(content(&sources::View { sources: source_rows() }.page()));
}

#[test]
fn form_of_a_test_event() {
    let response = |status, body: &str| Response { status, body: body.to_owned(), duration: Duration::from_millis(12) };
    let pages =
        [response(202, "{\"id\":\"e-1\",\"status\":\"accepted\"}"), response(401, "{\"title\":\"<Unauthorized>\"}")];
    let pages = pages.map(|response| content(&sources::Tested::new("github", &response).page()));
    insta::assert_snapshot!(pages.join("\n----\n"));
}

#[test]
fn overview_page() {
    let mut activity = Activity { is_complete: true, ..Activity::default() };
    activity.intervals[11].accepted = 40;
    activity.intervals[11].delivered = 39;
    activity.intervals[3].failed = 1;
    let depth = |visible| QueueDepth { visible, in_flight: 0, delayed: 0 };
    let status = status();
    let depths = [depth(0), status.retry_queue, depth(7)];
    let view = overview::View::new(depths, &activity, source_rows(), Ok(&status), NOW_MS);
    insta::assert_snapshot!(content(&view.page()));
    let problem = Err("the deployment has no idempotency table".to_owned());
    let view = overview::View::new([depth(0); 3], &activity, source_rows(), problem, NOW_MS);
    assert!(content(&view.page()).contains("no idempotency table"));
}

#[test]
fn event_page() {
    let entry = |offset: i64, component, fields| LogEntry { time_ms: NOW_MS + offset, component, fields };
    let entries = [
        entry(
            0,
            "ingest",
            json!({ "outcome": "accepted", "source": "github", "type": "github.push", "duration_ms": 6 }),
        ),
        entry(
            40,
            "process",
            json!({ "outcome": "retried", "destination": "orders", "reason": "http_503", "attempt": 1 }),
        ),
        entry(12_345, "process", json!({ "outcome": "delivered", "destination": "orders", "attempt": 2 })),
    ];
    let found = content(&event::View::new("e-1", &entries, None).page());
    let missing = content(&event::View::new("\"><script>", &[], None).page());
    let search = content(&event::View::new("", &[], None).page());
    insta::assert_snapshot!([found, missing, search].join("\n----\n"));
}

/// Returns the requests of an event: a replay that waits for its second attempt, and the sender's request.
fn requests() -> Vec<LoggedEvent> {
    let mut first = log_entry("e-1", 1, Outcome::DeadLettered);
    first.r#type = "github.<script>".to_owned();
    let mut second = EventEntry { request_id: "request-2".to_owned(), ..log_entry("e-1", 9, Outcome::Retried) };
    second.replay = Some("0197".to_owned());
    let attempts = vec![later(&second, Outcome::Retried, 2, 20)];
    let complete = |event, attempts| LoggedEvent { event, attempts, is_complete: true };
    vec![complete(second, attempts), complete(first, Vec::new())]
}

#[test]
fn event_page_has_the_requests_attempts_and_payload_of_the_event_log() {
    let requests = requests();
    let payload = Payload {
        message: r#"{"id":"e-1","forwardedheaders":{"x-github-event":"<b>push</b>"}}"#.to_owned(),
        bytes: br#"{"a":"</pre><script>alert(1)</script>"}"#.to_vec(),
    };
    let destinations = vec!["audit".to_owned(), "orders".to_owned()];
    let logged = event::Logged::new(&requests[0], &requests, Ok(&payload), destinations, NOW_MS);
    let page = content(&event::View::new("e-1", &[], Some(logged)).page());
    assert!(!page.contains("<script>") && !page.contains("<b>"), "{page}");
    insta::assert_snapshot!(page);
    let missing = PayloadError::Missing { id: "e-1".to_owned() };
    let logged = event::Logged::new(&requests[1], &requests[1..], Err(&missing), Vec::new(), NOW_MS);
    let page = content(&event::View::new("e-1", &[], Some(logged)).page());
    assert!(page.contains("id=\"no-payload\"") && !page.contains("replay-routes"), "{page}");
}

#[test]
fn events_page_has_a_row_for_each_request() {
    let fields = Fields::parse(b"type=github.*&status=retrying");
    let listed = Listed { events: requests(), has_more: true, ..Listed::default() };
    let view = |fields| events::View::new(fields, &["github".to_owned()], vec!["orders".to_owned()], &listed, NOW_MS);
    let page = content(&view(&fields).page());
    assert!(!page.contains("<script>"), "{page}");
    insta::assert_snapshot!(page);
    let live = view(&Fields::parse(b"live=1")).page();
    assert!(content(&live).contains("Stop following") && !content(&live).contains("Older events"));
    assert!(content(&events::View::off().page()).contains("event_log = { days = 14 }"));
}

#[test]
fn page_of_fifty_events_is_small() {
    let logged = requests().remove(1);
    let listed = Listed { events: vec![logged; 50], has_more: true, ..Listed::default() };
    let names: Vec<_> = (0..500).map(|number| format!("source-{number}")).collect();
    rendered(&events::View::new(&Fields::default(), &names, names.clone(), &listed, NOW_MS).page());
}

#[test]
fn replay_is_confirmed() {
    let fields = Fields::parse(
        b"to=destination&id=e-1&source=github&request=r&destination=%3Cb%3E&once=ONCE&received=2026-01-02&key=ff",
    );
    insta::assert_snapshot!(content(&replay::Confirmation::parse(&fields).unwrap().page()));
}
