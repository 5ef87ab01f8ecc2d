use hookline_event::Event;
use serde_json::json;

use crate::fixture::{Function, event, message_body, record};

/// Creates a function with two routes of one source, one of them with a filter.
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
    Function::with_variable("HOOKLINE_ROUTES", Some(&routes.to_string())).await
}

async fn deliveries(event_type: &str, data: &str) -> usize {
    let function = function().await;
    let event = Event { event_type: event_type.to_owned(), data: data.to_owned().into(), ..event("github") };
    assert!(function.failed_ids(vec![record("m", &message_body(event), 1)]).await.is_empty());
    assert!(function.dead_letters().is_empty(), "a filtered event is not a failure");
    function.received_requests()
}

#[tokio::test]
async fn event_is_sent_once_to_each_destination_of_all_matching_routes() {
    assert_eq!(deliveries("github.push", "{\"ref\":\"refs/heads/main\"}").await, 2);
    assert_eq!(deliveries("github.push", "{\"ref\":\"refs/heads/other\"}").await, 1);
    assert_eq!(deliveries("github.pull_request", "not json").await, 1);
    assert_eq!(deliveries("github.release", "{\"ref\":\"refs/heads/main\"}").await, 2);
}

#[tokio::test]
async fn event_that_matches_no_route_of_its_source_is_filtered() {
    assert_eq!(deliveries("github.release", "{\"ref\":\"refs/heads/main\",\"deleted\":true}").await, 0);
    assert_eq!(deliveries("github.release", "not json").await, 0);
    assert_eq!(deliveries("github.pushed", "{}").await, 0);
}
