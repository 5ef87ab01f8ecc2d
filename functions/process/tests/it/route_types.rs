//! Routes by the types of events.

use hookline_event::Event;
use serde_json::json;

use crate::fixture::{Function, event, message_body, record};

/// Stripe's events of API version 2 have brackets in their types.
#[tokio::test]
async fn routes_tell_types_with_any_character_apart() {
    let delivered = async |pattern: &str, event_type: &str| {
        let routes = json!({ "stripe": { "source": "github", "types": [pattern], "destinations": ["orders"] } });
        let function = Function::with_variable("HOOKLINE_ROUTES", Some(&routes.to_string())).await;
        let event = Event { event_type: event_type.to_owned(), ..event("github") };
        assert!(function.failed_ids(vec![record("m", &message_body(event), 1)]).await.is_empty());
        function.received_requests() == 1
    };
    let types = [
        "stripe.v2.core.account[requirements].updated",
        "stripe.v2.core.account[configuration.merchant].capability_status_updated",
        "stripe.v2.core.account[defaults].updated",
        "stripe.v2.core.account.updated",
        "acme.a/b=c@d+e,f;g:h(i){j}!#$&'~|^\\",
        "acme.Order%20Created",
    ];
    for pattern in types {
        for event_type in types {
            assert_eq!(delivered(pattern, event_type).await, pattern == event_type, "{pattern} {event_type}");
        }
    }
    for (pattern, event_type, expected) in [
        ("stripe.v2.*", types[0], true),
        ("stripe.v2.core.account[*].updated", types[0], true),
        ("stripe.v2.core.account[*].updated", types[1], false),
        ("stripe.v2.core.account[*].updated", types[3], false),
        ("stripe.v2.core.account[requirements]*", types[2], false),
        ("stripe.v2.core.account[?efaults].updated", types[2], true),
        ("*[requirements]*", types[0], true),
    ] {
        assert_eq!(delivered(pattern, event_type).await, expected, "{pattern} {event_type}");
    }
}
