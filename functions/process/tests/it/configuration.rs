use hookline_aws::Variables;
use process::Config;
use serde_json::json;

use crate::fixture::environment;

#[track_caller]
fn errors(name: &str, replaced: Option<&str>) -> String {
    let lookup = environment("http://127.0.0.1:1", name, replaced);
    Config::read(Variables::new(&lookup)).err().map(|errors| errors.to_string()).unwrap_or_default()
}

#[test]
fn each_missing_variable_is_reported() {
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
        "HOOKLINE_RETRY_QUEUE_URL",
        "HOOKLINE_RETRY",
        "HOOKLINE_BREAKER",
        "HOOKLINE_IDEMPOTENCY_MODE",
        "HOOKLINE_LOG_LEVEL",
        "AWS_LAMBDA_RUNTIME_API",
        "AWS_REGION",
    ] {
        assert!(errors(name, None).contains(name), "{name}");
    }
}

#[test]
fn every_invalid_destination_is_reported() {
    let http = |url: &str| json!({ "kind": "http", "url": url, "timeout_ms": 1000 });
    let destinations = json!({
        "orders": http("http://example.com/"),
        "audit": http("http://127.0.0.2/"),
        "hangs": http("ftp://127.0.0.1/"),
        "none": http("orders"),
    });
    insta::assert_snapshot!(errors("HOOKLINE_DESTINATIONS", Some(&destinations.to_string())).replace("; ", "\n"));
}

/// The credentials would be a secret in the configuration, so the error must not log them.
#[test]
fn url_with_credentials_is_reported_without_quoting_it() {
    for url in ["https://user:s3cret@a.example/", "https://s3cret@a.example/", "https://:s3cret@a.example/"] {
        let http = json!({ "kind": "http", "url": url, "timeout_ms": 1000 });
        let destinations = json!({ "orders": http, "audit": http, "hangs": http }).to_string();
        let errors = errors("HOOKLINE_DESTINATIONS", Some(&destinations));
        assert!(errors.contains("the URL contains a user or a password") && !errors.contains("s3cret"), "{errors}");
    }
}

#[test]
fn reserved_header_is_reported() {
    for name in ["Ce-Id", "content-type", "Authorization", "Cookie", "Host", "Webhook-Id", "X Y", ""] {
        let http = json!({ "kind": "http", "url": "https://a.example/", "timeout_ms": 1000, "headers": { name: "x" } });
        let destinations = json!({ "orders": http, "audit": http, "hangs": http }).to_string();
        let errors = errors("HOOKLINE_DESTINATIONS", Some(&destinations));
        assert!(errors.contains(&format!("the header `{name}` cannot be set")), "{errors}");
    }
}

/// The kinds and their options are the same in the function and in Terraform's table.
#[test]
fn kinds_and_options_match_terraform() {
    let terraform = include_str!("../../../../terraform/modules/hookline/destination_kinds.tf");
    let table = terraform.split("kind_options = {").nth(1).unwrap().split("\n  }").next().unwrap();
    let value = |option: &str| match option {
        "auth" => json!("oauth2_client_credentials"),
        "blocks" | "signed" => json!(true),
        "body" => json!("{}"),
        "bucket" => json!("arn:aws:s3:::example-archive"),
        "chat" => json!("@orders"),
        "compression" => json!("gzip"),
        "format" => json!("ndjson"),
        "forward_headers" => json!(["X-GitHub-Event"]),
        "from" => json!("b@example.com"),
        "function" => json!("arn:aws:lambda:eu-west-1:123456789012:function:orders:live"),
        "headers" => json!({ "X-A": "b" }),
        "method" => json!("PUT"),
        "queue" => json!("arn:aws:sqs:eu-west-1:123456789012:orders.fifo"),
        "state_machine" => json!("arn:aws:states:eu-west-1:123456789012:stateMachine:orders"),
        "stream" => json!("arn:aws:firehose:eu-west-1:123456789012:deliverystream/orders"),
        "success" => json!(["409"]),
        "thread" => json!(7),
        "to" => json!(["a@example.com"]),
        "token_endpoint_auth_method" => json!("client_secret_post"),
        "token_url" => json!("https://login.example/"),
        "topic" => json!("arn:aws:sns:eu-west-1:123456789012:orders.fifo"),
        "url" => json!("https://a.example/"),
        _ => json!("text"),
    };
    let rows: Vec<(&str, Vec<&str>)> = table
        .split(']')
        .filter_map(|row| row.split_once('='))
        .map(|(kind, options)| (kind.trim(), options.split('"').skip(1).step_by(2).collect()))
        .collect();
    let unknown = json!({ "orders": { "kind": "none" } }).to_string();
    let known: Vec<_> = rows.iter().map(|(kind, _)| format!("`{kind}`")).collect();
    let expected = format!("`none` is not a kind of destination (the kinds are {})", known.join(", "));
    let reported = errors("HOOKLINE_DESTINATIONS", Some(&unknown));
    assert!(reported.contains(&expected), "{reported}");
    let all: std::collections::BTreeSet<_> = rows.iter().flat_map(|(_, options)| options).collect();
    for (kind, options) in &rows {
        let mut config = json!({ "kind": kind, "timeout_ms": 1000 });
        options.iter().for_each(|option| config[option] = value(option));
        let errors = |config: &serde_json::Value| {
            let destinations = json!({ "orders": config, "audit": config, "hangs": config }).to_string();
            errors("HOOKLINE_DESTINATIONS", Some(&destinations))
        };
        assert_eq!(errors(&config), "", "{kind}");
        for other in all.iter().filter(|option| !options.contains(option)) {
            let mut with = config.clone();
            with[**other] = value(other);
            assert!(errors(&with).contains(&format!("unknown field `{other}`")), "{kind} with {other}");
        }
    }
}

#[test]
fn invalid_template_and_address_are_reported() {
    let error = |more: serde_json::Value| {
        let mut config =
            json!({ "kind": "email", "timeout_ms": 1000, "from": "a@example.com", "to": ["b@example.com"] });
        config.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        let destinations = json!({ "orders": config, "audit": config, "hangs": config }).to_string();
        errors("HOOKLINE_DESTINATIONS", Some(&destinations))
    };
    assert_eq!(error(json!({ "template": "{{ payload.a.b|line }}", "subject": "{{ event.type }}" })), "");
    for template in ["{{ payload", "{% if %}", "{{ payload|safe }}", "{{ payload|nosuch }}", "{% include 'x' %}"] {
        assert!(error(json!({ "template": template })).contains("the template is invalid"), "{template}");
    }
    for template in ["<{{ payload.a }}>", "<!{{ payload.a }}>", "< @{{ payload.a }}", "<https://a/{{ payload.a }}|b>"] {
        assert!(error(json!({ "template": template })).contains("could become a mention"), "{template}");
    }
    assert_eq!(error(json!({ "template": "<!here> {{ payload.a }}{% if payload.n > 1 %}s{% endif %}" })), "");
    for address in
        ["", "a", "a@b", "a@example.com,b@example.com", "A <a@example.com>", "a@example.com\r\nBcc: x@example.com"]
    {
        assert!(error(json!({ "to": ["b@example.com", address] })).contains("is not an e-mail address"), "{address}");
        assert!(error(json!({ "from": address })).contains("is not an e-mail address"), "{address}");
    }
}

#[test]
fn invalid_route_is_reported() {
    let route = |more: serde_json::Value| {
        let mut route = json!({ "source": "github", "destinations": ["orders"] });
        route.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        errors("HOOKLINE_ROUTES", Some(&json!({ "r": route }).to_string()))
    };
    assert_eq!(route(json!({ "types": ["github.*"], "filter": [{ "pointer": "/a", "in": ["b"] }] })), "");
    assert!(route(json!({ "filter": [{ "pointer": "a", "exists": true }] })).contains("`a` is not a JSON Pointer"));
    assert!(
        route(json!({ "filter": [{ "pointer": "/a" }] }))
            .contains("exactly one of `equals`, `in`, `prefix` and `exists`")
    );
    assert!(route(json!({ "filters": [] })).contains("unknown field `filters`"));
}

#[test]
fn route_can_be_the_names_of_its_destinations() {
    let route = |route: serde_json::Value| errors("HOOKLINE_ROUTES", Some(&json!({ "r": route }).to_string()));
    assert_eq!(route(json!("orders")), "");
    assert_eq!(route(json!(["orders"])), "");
    assert_eq!(route(json!({})), route(json!("r")), "the route's name is the default");
    assert!(route(json!(1)).contains("a route or the names of destinations"), "{}", route(json!(1)));
}

#[test]
fn route_with_unknown_destination_is_reported() {
    for destinations in
        [json!({ "source": "github", "destinations": ["orders", "odrers"] }), json!(["odrers"]), json!("odrers")]
    {
        let errors = errors("HOOKLINE_ROUTES", Some(&json!({ "r": destinations }).to_string()));
        assert!(errors.contains("route `r` names the unknown destination `odrers`"), "{errors}");
    }
}
