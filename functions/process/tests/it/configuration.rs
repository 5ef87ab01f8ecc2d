use hookline_aws::Variables;
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
        "HOOKLINE_PAYLOAD_BUCKET",
        "HOOKLINE_PREFIX",
        "HOOKLINE_SECRET_TTL_SECONDS",
        "HOOKLINE_SECRET_REFRESH_SECONDS",
        "HOOKLINE_RETRY_BASE_SECONDS",
        "HOOKLINE_RETRY_MAX_SECONDS",
        "HOOKLINE_LOG_LEVEL",
        "AWS_LAMBDA_RUNTIME_API",
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

/// It would be a secret in the configuration, and stands in no log.
#[test]
fn a_url_with_a_user_or_a_password_is_reported_and_not_quoted() {
    for url in ["https://user:s3cret@a.example/", "https://s3cret@a.example/", "https://:s3cret@a.example/"] {
        let http = json!({ "kind": "http", "url": url, "timeout_ms": 1000 });
        let destinations = json!({ "orders": http, "audit": http, "hangs": http }).to_string();
        let faults = faults("HOOKLINE_DESTINATIONS", Some(&destinations));
        assert!(faults.contains("the URL has a user or a password") && !faults.contains("s3cret"), "{faults}");
    }
}

#[test]
fn a_header_that_is_not_its_owners_is_reported() {
    for name in ["Ce-Id", "content-type", "Authorization", "Cookie", "Host", "Webhook-Id", "X Y", ""] {
        let http = json!({ "kind": "http", "url": "https://a.example/", "timeout_ms": 1000, "headers": { name: "x" } });
        let destinations = json!({ "orders": http, "audit": http, "hangs": http }).to_string();
        let faults = faults("HOOKLINE_DESTINATIONS", Some(&destinations));
        assert!(faults.contains(&format!("`{name}` is no header that can be set")), "{faults}");
    }
}

/// Every kind takes its own options and no other's, as Terraform has it in its table.
#[test]
fn each_kind_takes_what_terraform_lets_it_have() {
    let terraform = include_str!("../../../../terraform/modules/hookline/variables_destinations.tf");
    let table = terraform.split("kind_options = {").nth(1).unwrap().split("\n  }").next().unwrap();
    let value = |option: &str| match option {
        "headers" => json!({ "X-A": "b" }),
        "signed" => json!(true),
        "to" => json!(["a@example.com"]),
        "from" => json!("b@example.com"),
        "url" => json!("https://a.example/"),
        _ => json!("text"),
    };
    let rows: Vec<(&str, Vec<&str>)> = table
        .lines()
        .filter_map(|line| line.split_once('='))
        .map(|(kind, options)| (kind.trim(), options.split('"').skip(1).step_by(2).collect()))
        .collect();
    let unknown = json!({ "orders": { "kind": "none" } }).to_string();
    let known: Vec<_> = rows.iter().map(|(kind, _)| format!("`{kind}`")).collect();
    let expected = format!("unknown variant `none`, expected one of {}", known.join(", "));
    let told = faults("HOOKLINE_DESTINATIONS", Some(&unknown));
    assert!(told.contains(&expected), "{told}");
    let all: std::collections::BTreeSet<_> = rows.iter().flat_map(|(_, options)| options).collect();
    for (kind, options) in &rows {
        let mut config = json!({ "kind": kind, "timeout_ms": 1000 });
        options.iter().for_each(|option| config[option] = value(option));
        let faults = |config: &serde_json::Value| {
            let destinations = json!({ "orders": config, "audit": config, "hangs": config }).to_string();
            faults("HOOKLINE_DESTINATIONS", Some(&destinations))
        };
        assert_eq!(faults(&config), "", "{kind}");
        for other in all.iter().filter(|option| !options.contains(option)) {
            let mut with = config.clone();
            with[**other] = value(other);
            assert!(faults(&with).contains(&format!("unknown field `{other}`")), "{kind} with {other}");
        }
    }
}

#[test]
fn what_a_message_cannot_be_made_or_sent_with_is_reported() {
    let fault = |more: serde_json::Value| {
        let mut config =
            json!({ "kind": "email", "timeout_ms": 1000, "from": "a@example.com", "to": ["b@example.com"] });
        config.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        let destinations = json!({ "orders": config, "audit": config, "hangs": config }).to_string();
        faults("HOOKLINE_DESTINATIONS", Some(&destinations))
    };
    assert_eq!(fault(json!({ "template": "{{ payload.a.b|line }}", "subject": "{{ event.type }}" })), "");
    for template in ["{{ payload", "{% if %}", "{{ payload|safe }}", "{{ payload|nosuch }}", "{% include 'x' %}"] {
        assert!(fault(json!({ "template": template })).contains("the template cannot be used"), "{template}");
    }
    for template in ["<{{ payload.a }}>", "<!{{ payload.a }}>", "< @{{ payload.a }}", "<https://a/{{ payload.a }}|b>"] {
        assert!(fault(json!({ "template": template })).contains("could become a mention"), "{template}");
    }
    assert_eq!(fault(json!({ "template": "<!here> {{ payload.a }}{% if payload.n > 1 %}s{% endif %}" })), "");
    for address in
        ["", "a", "a@b", "a@example.com,b@example.com", "A <a@example.com>", "a@example.com\r\nBcc: x@example.com"]
    {
        assert!(fault(json!({ "to": ["b@example.com", address] })).contains("is not an e-mail address"), "{address}");
        assert!(fault(json!({ "from": address })).contains("is not an e-mail address"), "{address}");
    }
}

#[test]
fn a_route_that_cannot_be_asked_is_reported() {
    let route = |more: serde_json::Value| {
        let mut route = json!({ "source": "github", "destinations": ["orders"] });
        route.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        faults("HOOKLINE_ROUTES", Some(&json!({ "r": route }).to_string()))
    };
    assert_eq!(route(json!({ "types": ["github.*"], "filter": [{ "pointer": "/a", "in": ["b"] }] })), "");
    assert!(route(json!({ "filter": [{ "pointer": "a", "exists": true }] })).contains("`a` is no JSON Pointer"));
    assert!(route(json!({ "filter": [{ "pointer": "/a" }] })).contains("exactly one of equals, in, prefix and exists"));
    assert!(route(json!({ "filters": [] })).contains("unknown field `filters`"));
}

#[test]
fn routes_name_only_destinations_that_there_are() {
    let routes = json!({ "r": { "source": "github", "destinations": ["orders", "odrers"] } }).to_string();
    let faults = faults("HOOKLINE_ROUTES", Some(&routes));
    assert!(faults.contains("route `r` names unknown destination `odrers`"), "{faults}");
}
