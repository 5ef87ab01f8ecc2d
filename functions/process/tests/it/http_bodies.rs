//! Bodies of `http` destinations from a template: JSON, whatever the payload is.

use hookline_event::Event;
use proptest::prelude::*;
use serde_json::{Value, json};

use crate::fixture::event;
use crate::http_requests::{function, request};

/// Returns the body for a payload.
async fn body(template: &str, payload: &[u8]) -> Value {
    let function = function(json!({ "body": template })).await;
    let (headers, body) = request(&function, Event { data: payload.to_vec().into(), ..event("github") }).await;
    assert_eq!(headers["content-type"], "application/json");
    serde_json::from_slice(&body).unwrap()
}

#[tokio::test]
async fn values_are_json_outside_of_strings_and_text_in_strings() {
    let template = r#"{
        "text": "{{ payload.action }} #{{ payload.number }} by {{ payload.user.login }}{{ payload.none }}",
        "payload": {{ payload }}, "number": {{ payload.number }}, "missing": {{ payload.missing }},
        "object": "{{ payload.user }}", "type": {{ event.type }}
    }"#;
    let payload = json!({ "action": "opened \"x\"\\\n", "number": 7, "user": { "login": "mona" }, "none": null });
    let body = body(template, payload.to_string().as_bytes()).await;
    assert_eq!(body["text"], "opened \"x\"\\\n #7 by mona");
    assert_eq!((&body["payload"], &body["number"], &body["missing"]), (&payload, &json!(7), &Value::Null));
    assert_eq!((&body["object"], &body["type"]), (&json!("{\"login\":\"mona\"}"), &json!("github.push")));
}

#[tokio::test]
async fn loops_and_blocks_render_values() {
    let template = r#"
        {% set title %}Push by {{ payload.by }}{% endset %}
        { "title": "{{ title }}", "commits": [
            {% for commit in payload.commits %}{ "id": {{ commit.id }} }{% if not loop.last %},{% endif %}{% endfor %}
        ] }
    "#;
    let payload = json!({ "by": "\",\"x\":\"", "commits": [{ "id": "1\"" }, { "id": 2 }] });
    let body = body(template, payload.to_string().as_bytes()).await;
    assert_eq!(body, json!({ "title": "Push by \",\"x\":\"", "commits": [{ "id": "1\"" }, { "id": 2 }] }));
}

#[tokio::test]
async fn content_coding_of_the_payload_is_not_that_of_the_body() {
    let function = function(json!({ "body": "{\"id\": {{ event.id }} }" })).await;
    let encoded = Event { content_encoding: Some("gzip".into()), data: b"\x1f\x8b".to_vec().into(), ..event("github") };
    let (headers, body) = request(&function, encoded).await;
    assert!(!headers.contains_key("content-encoding"));
    assert_eq!(body, format!("{{\"id\": \"{}\" }}", event("github").id).into_bytes());
}

#[tokio::test]
async fn event_goes_to_the_dead_letter_queue_if_no_json_is_rendered() {
    let deep = format!("{{\"a\":{}{}}}", "[".repeat(101), "]".repeat(101));
    for (template, payload) in [
        ("{{ payload }}", &*deep),
        ("[{{ payload.a }}]", &deep),
        ("[{{ payload.a[0] }}]", &deep),
        ("{ {{ payload.a }}: 1 }", "{\"a\":1}"),
        ("{% if payload.a %}{}{% endif %}", "{}"),
        ("{{ payload }}", "not json"),
        ("\"\\{{ payload.a }}\"", "{\"a\":\"\\\"\"}"),
        ("{% set text %}{{ payload.a }}{% endset %}\"{{ text[1:] }}\"", "{\"a\":\"x\"}"),
        ("[{% for a in range(9999) %}{% for b in range(9999) %}{% endfor %}{% endfor %}1]", "{}"),
    ] {
        let function = function(json!({ "body": template })).await;
        assert_eq!(function.delivery_result(payload.as_bytes()).await, "template_failed", "{template}");
        assert_eq!(function.received_requests(), 0);
    }
}

#[tokio::test]
async fn body_can_use_other_values_of_a_deep_payload() {
    let deep = format!("{{\"a\":{}{},\"b\":1}}", "[".repeat(101), "]".repeat(101));
    assert_eq!(body("[{{ payload.b }}]", deep.as_bytes()).await, json!([1]));
}

#[tokio::test]
async fn body_can_have_a_large_payload() {
    let payload = json!({ "a": "x".repeat(1_500_000), "b": ["y"] });
    assert_eq!(body("{ \"payload\": {{ payload }} }", payload.to_string().as_bytes()).await["payload"], payload);
}

#[tokio::test]
async fn body_has_a_limit() {
    let payload = json!({ "a": "x".repeat(100_000) }).to_string();
    for template in [
        "[{% for a in range(100) %}{{ payload }},{% endfor %}1]",
        "{% set all %}{% for a in range(1000) %}{{ payload }},{% endfor %}{% endset %}[{{ all }}1]",
    ] {
        let function = function(json!({ "body": template })).await;
        assert_eq!(function.delivery_result(payload.as_bytes()).await, "event_too_large", "{template}");
    }
}

#[tokio::test]
async fn template_that_could_change_the_escaping_is_reported_at_the_start() {
    let lookup = |template: &str| {
        let destination = json!({ "kind": "http", "url": "https://a.example/", "body": template });
        let destinations = json!({ "orders": destination, "audit": destination, "hangs": destination }).to_string();
        let lookup = crate::fixture::environment("http://127.0.0.1:1", "HOOKLINE_DESTINATIONS", Some(&destinations));
        let config = process::Config::read(hookline_aws::Variables::new(&lookup));
        config.err().map(|errors| errors.to_string()).unwrap_or_default()
    };
    assert_eq!(lookup("{{ payload }}"), "");
    for template in [
        "{% autoescape false %}{{ payload }}{% endautoescape %}",
        "{{ payload|safe }}",
        "{{ payload|tojson }}",
        "{{ payload|e }}",
        "{{ payload",
        "\0",
    ] {
        assert!(lookup(template).contains("the template is invalid"), "{template}");
    }
}

/// A text that could end a string, an array or an object.
fn hostile_text() -> impl Strategy<Value = String> {
    prop::collection::vec(
        prop::sample::select(vec!["\"", "\\", ",", ":", "{", "}", "[", "]", "\0", "1", "a", "\n", "u0022", "{{", "}}"]),
        0..12,
    )
    .prop_map(|parts| parts.concat())
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 64, ..ProptestConfig::default() })]

    /// The members of the body are those of the template, and each has exactly the text of the payload.
    #[test]
    fn payload_never_leaves_its_place(text in hostile_text(), key in hostile_text()) {
        let template = r#"[{
            "a": "{{ payload.text }}", "b": {{ payload.text }}, {{ payload.key }}: true,
            "d": ["-{{ payload.text }}-{{ payload.key }}"]
        }]"#;
        let payload = json!({ "text": text, "key": format!("key{key}") });
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        let body = runtime.block_on(body(template, payload.to_string().as_bytes()));
        let key = format!("key{key}");
        let expected = json!([{ "a": text, "b": text, key.clone(): true, "d": [format!("-{text}-{key}")] }]);
        prop_assert_eq!(body, expected);
    }
}
