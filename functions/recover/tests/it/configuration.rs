use std::time::Duration;

use recover::Authentication;
use serde_json::{Value, json};

use crate::fixture::{config, environment};

const API: &str = "https://github.example.com/api/v3";

fn error(options: &Value) -> String {
    config(&environment(API, options)).err().unwrap_or_default()
}

#[test]
fn each_missing_variable_is_reported() {
    for name in [
        "HOOKLINE_RECOVER",
        "HOOKLINE_IDEMPOTENCY_TABLE",
        "HOOKLINE_PREFIX",
        "HOOKLINE_SECRET_TTL_SECONDS",
        "HOOKLINE_SECRET_REFRESH_SECONDS",
        "HOOKLINE_LOG_LEVEL",
        "AWS_LAMBDA_RUNTIME_API",
        "AWS_REGION",
    ] {
        let mut environment = environment(API, &json!({}));
        environment.remove(name);
        assert!(config(&environment).unwrap_err().contains(name), "{name}");
    }
}

#[test]
fn omitted_options_have_their_defaults() {
    let source = config(&environment(API, &json!({ "api_url": null }))).unwrap().sources.remove("github").unwrap();
    assert_eq!(source.api_url.as_str(), "https://api.github.com/");
    assert_eq!(source.lookback, Duration::from_secs(72 * 3600));
    assert_eq!((source.authentication, source.events.len()), (Authentication::Token, 0));
}

#[test]
fn authentication_follows_from_the_app_and_the_installation() {
    let authentication = |options| {
        let source = config(&environment(API, &options)).unwrap().sources.remove("github").unwrap();
        source.authentication
    };
    let app_id = "Iv23liExample".to_owned();
    let app = authentication(json!({ "webhook": "app", "app_id": "Iv23liExample" }));
    assert_eq!(app, Authentication::App { app_id: app_id.clone() });
    let installation = authentication(json!({ "app_id": "Iv23liExample", "installation_id": 123 }));
    assert_eq!(installation, Authentication::Installation { app_id, installation_id: 123 });
    for incomplete in [json!({ "app_id": "1" }), json!({ "installation_id": 1 })] {
        assert!(error(&incomplete).contains("`app_id` and `installation_id` belong together"), "{incomplete}");
    }
    for incomplete in [json!({ "webhook": "app" }), json!({ "webhook": "app", "app_id": "1", "installation_id": 1 })] {
        assert!(error(&incomplete).contains("needs `app_id`, and no `installation_id`"), "{incomplete}");
    }
}

#[test]
fn invalid_options_are_reported_with_the_source() {
    for hours in [0, 73] {
        assert!(error(&json!({ "lookback_hours": hours })).contains("source `github`: `lookback_hours` must be"));
    }
    assert_eq!(error(&json!({ "lookback_hours": 1, "events": ["push"] })), "");
    assert!(error(&json!({ "webhook": "repos/octo-org" })).contains("`repos/octo-org` is no webhook"));
    assert!(error(&json!({ "every_minutes": 15 })).contains("unknown field `every_minutes`"));
}

/// The credential is sent to this URL.
#[test]
fn credentials_are_sent_over_tls_or_to_private_addresses_only() {
    for url in [
        "http://127.0.0.1:8080",
        "http://10.1.2.3/api/v3",
        "http://100.64.1.2",
        "http://[::1]:80",
        "https://api.octo.ghe.com",
    ] {
        assert_eq!(error(&json!({ "api_url": url })), "", "{url}");
    }
    for url in [
        "http://api.github.com",
        "http://8.8.8.8",
        "http://100.128.0.1",
        "http://localhost",
        "ftp://127.0.0.1",
        "https://user@api.github.com",
        "https://api.github.com/?x",
        "https://api.github.com/#x",
        "api.github.com",
        "mailto:a@example.com",
    ] {
        assert!(error(&json!({ "api_url": url })).contains("`api_url` must be an https URL"), "{url}");
    }
}
