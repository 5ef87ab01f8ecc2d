//! Explanations: which routes match an event and why, and what each destination would receive.

use hookline_aws::Variables;
use hookline_event::Event;
use process::DeliveryConfig;
use process::explain::{Explanation, Outcome, explain};
use serde_json::{Value, json};

use crate::fixture::{Function, environment, event, message_body, record};

const ROUTES: &str = r#"{
    "all": { "source": "github", "destinations": ["ledger"] },
    "main": {
        "source": "github", "types": ["github.push"], "destinations": ["ledger", "team"],
        "filter": [
            { "pointer": "/ref", "equals": "refs/heads/main" }, { "pointer": "/commits", "exists": true },
            { "pointer": "/size", "in": ["1", "2"] }
        ]
    },
    "other-branch": {
        "source": "github", "filter": [{ "pointer": "/ref", "prefix": "refs/heads/release/" }], "destinations": ["team"]
    },
    "pulls": { "source": "github", "types": ["github.pull_request*", "github.issue*"], "destinations": ["team"] },
    "strict": {
        "source": "strict", "filter": [{ "pointer": "/a", "exists": true }], "on_unreadable": "dead_letter",
        "destinations": ["team"]
    },
    "stripe": "ledger"
}"#;

fn destinations() -> Value {
    json!({
        "ledger": { "kind": "http", "url": "https://ledger.example/", "headers": { "X-Type": "{{ event.type }}" } },
        "team": { "kind": "slack", "template": "{{ payload.ref }}" },
    })
}

fn config() -> DeliveryConfig {
    let destinations = destinations().to_string();
    let lookup = |name: &str| match name {
        "HOOKLINE_ROUTES" => Some(ROUTES.to_owned()),
        "HOOKLINE_DESTINATIONS" => Some(destinations.clone()),
        "HOOKLINE_PRIVATE_NETWORKS" => Some("[]".to_owned()),
        _ => None,
    };
    DeliveryConfig::read(Variables::new(&lookup)).unwrap_or_else(|errors| panic!("{errors}"))
}

fn of(source: &str, data: &str) -> Explanation {
    explain(&config(), &Event { data: data.to_owned().into(), ..event(source) })
}

#[test]
fn each_route_has_its_result_and_the_values_that_it_found() {
    let push = json!({ "ref": "refs/heads/main", "commits": [], "size": 1.0 }).to_string();
    insta::assert_debug_snapshot!(of("github", &push));
}

#[test]
fn event_without_a_delivery_is_explained() {
    let filtered =
        explain(&config(), &Event { event_type: "strict.x".to_owned(), data: "{}".into(), ..event("strict") });
    assert_eq!((filtered.outcome, filtered.deliveries.len()), (Outcome::Filtered, 0));
    let unreadable = of("strict", "not json");
    assert_eq!(unreadable.outcome, Outcome::Routed { is_dead_lettered: true });
    assert_eq!(of("unknown", "{}").outcome, Outcome::DeadLettered { reason: "no_route" });
    let loops = explain(&config(), &Event { hops: 9, ..event("github") });
    assert_eq!(loops.outcome, Outcome::DeadLettered { reason: "too_many_hops" });
}

/// The explanation shows what the function sends.
#[tokio::test]
async fn explained_request_is_the_request_of_the_function() {
    let options = json!({
        "kind": "http", "url": "RECEIVER/orders", "timeout_ms": 4000, "method": "PUT", "compression": "gzip",
        "headers": { "X-Type": "{{ event.type }}" }, "body": "{\"data\": {{ payload }} }",
    });
    let function = Function::with_destination(options.clone()).await;
    assert!(function.failed_ids(vec![record("m", &message_body(event("github")), 1)]).await.is_empty());
    let (sent, _) = function.receiver.requests.lock().unwrap().pop().unwrap();
    let destinations = json!({ "orders": options, "audit": options, "hangs": options }).to_string();
    let lookup = environment(&function.receiver_url, "HOOKLINE_DESTINATIONS", Some(&destinations));
    let config = DeliveryConfig::read(Variables::new(&lookup)).unwrap();
    let explained = explain(&config, &event("github")).deliveries.remove(0).preview.unwrap();
    assert_eq!(explained.target, format!("PUT {}/orders", function.receiver_url));
    for (name, value) in &explained.headers {
        assert_eq!(sent[name.as_str()], value.as_str(), "{name}");
    }
    let data: Value = serde_json::from_slice(&event("github").data).unwrap();
    assert_eq!(serde_json::from_slice::<Value>(&explained.body).unwrap(), json!({ "data": data }));
}
