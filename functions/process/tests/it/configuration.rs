use hookline_environment::Variables;
use process::Config;
use serde_json::json;

use crate::fixture::environment;

#[track_caller]
fn faults(name: &str, replaced: Option<&str>) -> String {
    let lookup = environment("http://127.0.0.1:1", name, replaced);
    Config::read(Variables::new(&lookup)).err().map(|faults| faults.to_string()).unwrap_or_default()
}

#[test]
fn each_missing_variable_is_named() {
    for name in [
        "HOOKLINE_ROUTES",
        "HOOKLINE_DESTINATIONS",
        "HOOKLINE_PRIVATE_NETWORKS",
        "HOOKLINE_QUEUE_URL",
        "HOOKLINE_DLQ_URL",
        "HOOKLINE_MAX_RECEIVE_COUNT",
        "HOOKLINE_RETRY_BASE_SECONDS",
        "HOOKLINE_RETRY_MAX_SECONDS",
        "HOOKLINE_LOG_LEVEL",
        "AWS_REGION",
    ] {
        assert!(faults(name, None).contains(name), "{name}");
    }
}

#[test]
fn every_destination_that_cannot_be_used_is_reported() {
    let http = |url: &str| json!({ "kind": "http", "url": url, "timeout_ms": 1000 });
    let destinations = json!({
        "orders": http("http://example.com/"),
        "audit": http("http://127.0.0.2/"),
        "hangs": http("ftp://127.0.0.1/"),
        "none": http("orders"),
    });
    insta::assert_snapshot!(faults("HOOKLINE_DESTINATIONS", Some(&destinations.to_string())).replace("; ", "\n"));
}

#[test]
fn a_header_that_is_not_its_owners_is_reported() {
    for name in ["Ce-Id", "content-type", "Authorization", "Cookie", "Host", "X Y", ""] {
        let http = json!({ "kind": "http", "url": "https://a.example/", "timeout_ms": 1000, "headers": { name: "x" } });
        let destinations = json!({ "orders": http, "audit": http, "hangs": http }).to_string();
        let faults = faults("HOOKLINE_DESTINATIONS", Some(&destinations));
        assert!(faults.contains(&format!("`{name}` is no header that can be set")), "{faults}");
    }
}

#[test]
fn a_route_that_cannot_be_asked_is_reported() {
    let route = |more: serde_json::Value| {
        let mut route = json!({ "name": "r", "source": "github", "destinations": ["orders"] });
        route.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        faults("HOOKLINE_ROUTES", Some(&json!([route]).to_string()))
    };
    assert_eq!(route(json!({ "types": ["github.*"], "filter": [{ "pointer": "/a", "in": ["b"] }] })), "");
    assert!(route(json!({ "filter": [{ "pointer": "a", "exists": true }] })).contains("`a` is no JSON Pointer"));
    assert!(route(json!({ "filter": [{ "pointer": "/a" }] })).contains("exactly one of equals, in, prefix and exists"));
    assert!(route(json!({ "filters": [] })).contains("unknown field `filters`"));
}

#[test]
fn routes_name_only_destinations_that_there_are() {
    let routes = json!([{ "name": "r", "source": "github", "destinations": ["orders", "odrers"] }]).to_string();
    let faults = faults("HOOKLINE_ROUTES", Some(&routes));
    assert!(faults.contains("route `r` names unknown destination `odrers`"), "{faults}");
}
