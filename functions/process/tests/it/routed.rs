use hookline_event::Event;
use serde_json::json;

use crate::fixture::{Function, event, queued, record};

/// Routes of one source, by what they ask.
async fn function() -> Function {
    let routes = json!({
        "github": { "types": ["github.push", "github.pull_*"], "destinations": ["orders"] },
        "main": {
            "source": "github", "destinations": ["audit", "orders"],
            "filter": [
                { "pointer": "/ref", "equals": "refs/heads/main" },
                { "pointer": "/deleted", "exists": false },
            ],
        },
    });
    Function::with("HOOKLINE_ROUTES", Some(&routes.to_string())).await
}

async fn deliveries(event_type: &str, data: &str) -> usize {
    let function = function().await;
    let event = Event { event_type: event_type.to_owned(), data: data.to_owned().into(), ..event("github") };
    assert!(function.failures(vec![record("m", &queued(event), 1)]).await.is_empty());
    assert!(function.letters().is_empty(), "what nobody wants is no failure");
    function.received()
}

#[tokio::test]
async fn every_route_that_matches_counts_and_each_destination_once() {
    assert_eq!(deliveries("github.push", "{\"ref\":\"refs/heads/main\"}").await, 2);
    assert_eq!(deliveries("github.push", "{\"ref\":\"refs/heads/other\"}").await, 1);
    assert_eq!(deliveries("github.pull_request", "not json").await, 1);
    assert_eq!(deliveries("github.release", "{\"ref\":\"refs/heads/main\"}").await, 2);
}

#[tokio::test]
async fn what_the_routes_of_its_source_filter_out_is_done_with() {
    assert_eq!(deliveries("github.release", "{\"ref\":\"refs/heads/main\",\"deleted\":true}").await, 0);
    assert_eq!(deliveries("github.release", "not json").await, 0);
    assert_eq!(deliveries("github.pushed", "{}").await, 0);
}
