use hookline_event::Event;
use hookline_telemetry::{CapturedOutput, Level, Settings, capture};
use serde_json::{Value, json};

use crate::fixture::{Function, event, message_body, record};

/// Creates a function with two routes of one source, one of them with a filter.
async fn function(on_unreadable: Option<&str>) -> Function {
    let mut routes = json!({
        "github": { "types": ["github.push", "github.pull_*"], "destinations": ["orders"] },
        "main": {
            "source": "github", "destinations": ["audit", "orders"],
            "filter": [
                { "pointer": "/ref", "equals": "refs/heads/main" },
                { "pointer": "/deleted", "exists": false },
            ],
        },
    });
    on_unreadable.iter().for_each(|value| routes["main"]["on_unreadable"] = json!(value));
    Function::with_variable("HOOKLINE_ROUTES", Some(&routes.to_string())).await
}

async fn deliveries_of(event: Event) -> usize {
    let function = function(None).await;
    assert!(function.failed_ids(vec![record("m", &message_body(event), 1)]).await.is_empty());
    assert!(function.dead_letters().is_empty(), "a filtered event is not a failure");
    function.received_requests()
}

async fn deliveries(event_type: &str, data: &str) -> usize {
    deliveries_of(Event { event_type: event_type.to_owned(), data: data.to_owned().into(), ..event("github") }).await
}

/// Returns the number of deliveries if the only route has this condition.
async fn deliveries_with(condition: Value, event: Event) -> usize {
    let routes = json!({ "github": { "destinations": ["orders"], "filter": [condition] } }).to_string();
    let function = Function::with_variable("HOOKLINE_ROUTES", Some(&routes)).await;
    assert!(function.failed_ids(vec![record("m", &message_body(event), 1)]).await.is_empty());
    assert!(function.dead_letters().is_empty());
    function.received_requests()
}

fn json_event(data: impl Into<Vec<u8>>) -> Event {
    Event { data: data.into().into(), ..event("github") }
}

fn form_event(data: &'static str) -> Event {
    let content_type = Some("application/x-www-form-urlencoded".to_owned());
    Event { content_type, data: data.into(), ..event("github") }
}

fn capture_output() -> CapturedOutput {
    capture(Settings { level: Level::Info, service: "hookline-test".into(), function: "process" })
}

#[track_caller]
fn line_with(log: &CapturedOutput, outcome: &str) -> Value {
    let lines = log.lines();
    let found = lines.iter().find(|line| line["outcome"] == outcome);
    found.unwrap_or_else(|| panic!("no line `{outcome}`: {lines:?}")).clone()
}

#[tokio::test]
async fn event_is_sent_once_to_each_destination_of_all_matching_routes() {
    assert_eq!(deliveries("github.push", "{\"ref\":\"refs/heads/main\"}").await, 2);
    assert_eq!(deliveries("github.push", "{\"ref\":\"refs/heads/other\"}").await, 1);
    assert_eq!(deliveries("github.release", "{\"ref\":\"refs/heads/main\"}").await, 2);
}

#[tokio::test]
async fn event_that_matches_no_route_of_its_source_is_filtered() {
    assert_eq!(deliveries("github.release", "{\"ref\":\"refs/heads/main\",\"deleted\":true}").await, 0);
    assert_eq!(deliveries("github.pushed", "{}").await, 0);
}

/// A filter that cannot read a payload does not show that the event is unwanted.
#[tokio::test]
async fn event_with_an_unreadable_payload_is_delivered() {
    assert_eq!(deliveries("github.pull_request", "not json").await, 2);
    assert_eq!(deliveries("github.release", "not json").await, 2);
    let gzip_label = Event { content_encoding: Some("gzip".into()), ..json_event("not gzip") };
    assert_eq!(deliveries_of(gzip_label).await, 2);
    assert_eq!(deliveries("github.release", "{\"ref\":\"\\ud800\"}").await, 2);
    // One condition that does not match decides.
    assert_eq!(deliveries("github.release", "{\"ref\":\"\\ud800\",\"deleted\":1}").await, 0);
}

#[tokio::test]
async fn unreadable_payload_is_logged_and_counted() {
    let log = capture_output();
    let function = function(None).await;
    assert!(function.failed_ids(vec![record("m", &message_body(json_event("not json")), 1)]).await.is_empty());
    let line = line_with(&log, "filter_unreadable");
    assert_eq!((&line["level"], &line["source"]), (&json!("WARN"), &json!("github")));
    assert_eq!(line["detail"], "route `main`: the payload is neither JSON nor a form");
    assert_eq!(line["FilterUnreadable"], 1);
}

#[tokio::test]
async fn unreadable_payload_is_dead_lettered_if_the_route_says_so() {
    let function = function(Some("dead_letter")).await;
    let release = Event { event_type: "github.release".into(), ..json_event("not json") };
    assert!(function.failed_ids(vec![record("m", &message_body(release), 1)]).await.is_empty());
    let dead_letter = function.dead_letters().remove(0);
    assert_eq!((&dead_letter["reason"], &dead_letter["destination"]), (&json!("filter_unreadable"), &json!("")));
    assert_eq!((function.received_requests(), function.dead_letters().len()), (0, 1));
}

/// The event also reaches the destinations of the other routes.
#[tokio::test]
async fn dead_lettered_event_is_delivered_by_other_routes() {
    let function = function(Some("dead_letter")).await;
    assert!(function.failed_ids(vec![record("m", &message_body(json_event("not json")), 1)]).await.is_empty());
    assert_eq!((function.received_requests(), function.dead_letters().len()), (1, 1));
}

#[tokio::test]
async fn filtered_event_is_logged_and_counted() {
    let log = capture_output();
    let function = function(None).await;
    let other = Event { event_type: "github.release".into(), ..json_event("{}") };
    assert!(function.failed_ids(vec![record("m", &message_body(other), 1)]).await.is_empty());
    let line = line_with(&log, "filtered");
    assert_eq!((&line["level"], &line["source"], &line["FilteredOut"]), (&json!("INFO"), &json!("github"), &json!(1)));
    assert_eq!(line["detail"], "no route matches: `github` (types), `main` (filter)");
}

/// GitHub sends a form unless the operator selects JSON.
#[tokio::test]
async fn filter_reads_the_json_in_a_form() {
    let condition = json!({ "pointer": "/ref", "equals": "refs/heads/main" });
    let payload = |text| deliveries_with(condition.clone(), form_event(text));
    assert_eq!(payload("payload=%7B%22ref%22%3A%22refs%2Fheads%2Fmain%22%7D").await, 1);
    assert_eq!(payload("payload=%7B%22ref%22%3A%22refs%2Fheads%2Fother%22%7D").await, 0);
    assert_eq!(payload("payload=%7B%22ref%22").await, 1, "unreadable");
    assert_eq!(payload("x=1&payload=%7B%22ref%22%3A%22refs%2Fheads%2Fmain%22%7D&y=2").await, 1);
    assert_eq!(payload("payload=%EF%BB%BF%7B%22ref%22%3A%22refs%2Fheads%2Fmain%22%7D").await, 1, "a byte order mark");
    assert_eq!(
        payload("payload=%7B%22ref%22%3A%22a%22%7D&payload=%7B%22ref%22%3A%22refs%2Fheads%2Fmain%22%7D").await,
        1
    );
    assert_eq!(
        payload("payload=%7B%22ref%22%3A%22refs%2Fheads%2Fmain%22%7D&payload=%7B%22ref%22%3A%22a%22%7D").await,
        0
    );
    assert_eq!(payload("{\"ref\":\"refs/heads/main\"}").await, 1, "JSON that is declared as a form");
}

/// Slack's interactions are forms with JSON too. Content types have parameters or are repeated.
#[tokio::test]
async fn form_is_recognized_by_its_content_type() {
    let condition = json!({ "pointer": "/type", "equals": "block_actions" });
    for content_type in [
        "application/x-www-form-urlencoded",
        "application/x-www-form-urlencoded; charset=utf-8",
        "Application/X-WWW-Form-Urlencoded",
        "application/x-www-form-urlencoded;",
        "application/x-www-form-urlencoded, application/x-www-form-urlencoded",
    ] {
        for (data, expected) in
            [("payload=%7B%22type%22%3A%22block_actions%22%7D", 1), ("payload=%7B%22type%22%3A%22shortcut%22%7D", 0)]
        {
            let event = Event { content_type: Some(content_type.to_owned()), ..form_event(data) };
            assert_eq!(deliveries_with(condition.clone(), event).await, expected, "{content_type} {data}");
        }
    }
}

/// No operator has decided that these events are unwanted.
#[tokio::test]
async fn event_that_a_filter_cannot_read_is_delivered() {
    let condition = json!({ "pointer": "/ref", "equals": "refs/heads/main" });
    for (content_type, data) in [
        ("application/xml", &b"<ref>refs/heads/other</ref>"[..]),
        ("application/x-ndjson", b"{\"ref\":\"a\"}\n{\"ref\":\"b\"}\n"),
        ("application/json", b"{\"ref\":\"a\",}"),
        ("application/json", b"{'ref':'a'}"),
        ("application/json", b"{\"ref\":NaN}"),
        ("application/json; charset=iso-8859-1", b"{\"ref\":\"\xfc\"}"),
        ("application/json; charset=utf-16", b"\xff\xfe{\0}\0"),
        ("multipart/form-data; boundary=x", b"--x\r\nContent-Disposition: form-data; name=\"ref\"\r\n\r\na\r\n--x--"),
        ("application/x-www-form-urlencoded", b"payload=%7B%22ref%22%3A"),
        ("application/x-www-form-urlencoded", b"ref=%FF"),
        ("application/msgpack", b"\x81\xa3ref\xa1a"),
        ("application/json", b" "),
    ] {
        let event = Event { content_type: Some(content_type.to_owned()), ..json_event(data) };
        assert_eq!(deliveries_with(condition.clone(), event).await, 1, "{content_type}");
    }
}

#[tokio::test]
async fn filter_reads_the_fields_of_a_form() {
    let command = |text| deliveries_with(json!({ "pointer": "/command", "equals": "/deploy" }), form_event(text));
    assert_eq!(command("command=%2Fdeploy&text=prod").await, 1);
    assert_eq!(command("command=%2Fstatus&text=prod").await, 0);
    assert_eq!(command("text=prod").await, 0);
    assert_eq!(command("command=%2fdeploy").await, 1, "lower-case digits");
    assert_eq!(command("c%6fmmand=/deploy\r\n").await, 1, "an encoded name, and a line end");
    assert_eq!(command("command=%2Fstatus&command=%2Fdeploy").await, 1, "the last field with a name counts");
    assert_eq!(command("command=%2Fdeploy&command=%2Fstatus").await, 0);
    let field = |pointer: &str, expected: &str, text| {
        deliveries_with(json!({ "pointer": pointer, "equals": expected }), form_event(text))
    };
    assert_eq!(field("/payload", "", "payload=&a=1").await, 1, "an empty field is a text");
    assert_eq!(field("/ref", "main", "payload=&ref=main").await, 1);
    assert_eq!(field("/payload", "text", "payload=text").await, 1, "a text that is not JSON");
    assert_eq!(field("/amount", "19.90", "amount=19.90").await, 1);
    assert_eq!(field("/a[b]", "1", "a%5Bb%5D=1").await, 1);
    assert_eq!(field("/a~1b", "x y", "a%2Fb=x+y").await, 1);
}

#[tokio::test]
async fn filter_reads_json_of_any_form() {
    let event_with = |content_type: Option<&str>, data: &str| Event {
        content_type: content_type.map(str::to_owned),
        ..json_event(data)
    };
    let wanted = |event| deliveries_with(json!({ "pointer": "/a", "equals": "b" }), event);
    for content_type in [None, Some("text/plain"), Some("application/vnd.github.v3+json")] {
        assert_eq!(wanted(event_with(content_type, "{\"a\":\"b\"}")).await, 1);
        assert_eq!(wanted(event_with(content_type, "{\"a\":\"c\"}")).await, 0);
    }
    assert_eq!(wanted(json_event("\u{feff}{\"a\":\"c\"}")).await, 0, "a byte order mark");
    let nested = format!("{{\"x\":{}{},\"a\":\"c\"}}", "[".repeat(100_000), "]".repeat(100_000));
    assert_eq!(wanted(json_event(nested.clone())).await, 0, "deeper than 127 levels");
    assert_eq!(wanted(json_event(nested.replace("\"c\"", "\"b\""))).await, 1);
}

#[tokio::test]
async fn filter_reads_an_encoded_payload() {
    /// `{"a":"b"}`.
    const GZIP: &[u8] =
        b"\x1f\x8b\x08\x00\x00\x00\x00\x00\x02\x03\xabVJT\xb2RJR\xaa\x05\x00\x9c\x5c\xf6k\x09\x00\x00\x00";
    let encoded = || Event { content_encoding: Some("gzip".into()), ..json_event(GZIP) };
    assert_eq!(deliveries_with(json!({ "pointer": "/a", "equals": "b" }), encoded()).await, 1);
    assert_eq!(deliveries_with(json!({ "pointer": "/a", "equals": "c" }), encoded()).await, 0);
}

#[tokio::test]
async fn numbers_are_compared_exactly() {
    for (payload, expected, deliveries) in [
        ("19.90", "19.90", 1),
        ("19.90", "19.9", 1),
        ("1e2", "100", 1),
        ("12345678901234567890123", "12345678901234567890123", 1),
        ("12345678901234567890123", "12345678901234567890124", 0),
        ("12345678901234567890123", "12345678901234567890123.0", 1),
        ("12345678901234567890123", "1.2345678901234567890123e22", 1),
        ("1.0", "1", 1),
        ("100", "1E2", 1),
        ("1.5E+3", "1500", 1),
        ("0.000001", "1e-6", 1),
        ("9007199254740993", "9007199254740992", 0),
        ("18446744073709551616", "18446744073709551616", 1),
        ("0.1", "0.1000000000000000055511151231257827", 0),
        ("-19.90", "19.90", 0),
        ("-0", "0", 1),
        ("1e99999999999999999999", "1e99999999999999999999", 1),
        ("1e99999999999999999999", "1e99999999999999999998", 0),
    ] {
        let event = json_event(format!("{{\"n\":{payload}}}"));
        let condition = json!({ "pointer": "/n", "equals": expected });
        assert_eq!(deliveries_with(condition, event).await, deliveries, "{payload} {expected}");
    }
}
