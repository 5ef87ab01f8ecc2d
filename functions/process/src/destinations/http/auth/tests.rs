use http::HeaderValue;
use serde_json::json;

use super::*;
use crate::destinations::http::Http;
use crate::destinations::kind::Kind as _;
use crate::egress::SsrfGuard;

fn destination(auth: &str) -> Http {
    let options = json!({ "url": "https://a.example/", "auth": auth, "token_url": "https://login.example/token" });
    let setup = Setup { name: "team", guard: &SsrfGuard::new(Vec::new()) };
    Http::new(serde_json::from_value(options).unwrap(), &setup).unwrap()
}

#[test]
fn preview_names_the_credential_and_does_not_contain_it() {
    let preview = |auth| destination(auth).auth.preview().map(|(name, value)| format!("{name}: {value}"));
    let previews = ["none", "bearer", "basic", "header", "oauth2_client_credentials", "sigv4", "mtls"]
        .map(|auth| format!("{auth} {}", preview(auth).unwrap_or_default()));
    insta::assert_snapshot!(previews.join("\n"), @r"
    none 
    bearer authorization: Bearer (the token in the secret)
    basic authorization: Basic (user name and password in the secret)
    header x-api-key: (the value in the secret)
    oauth2_client_credentials authorization: Bearer (a token of the authorization server)
    sigv4 authorization: AWS4-HMAC-SHA256 (a signature with the function's role)
    mtls 
    ");
}

/// A destination keeps the credentials that it used last.
#[test]
fn debug_output_contains_no_credential() {
    for (auth, secret) in [
        ("bearer", json!({ "token": "hunter2" })),
        ("basic", json!({ "username": "hunter2", "password": "hunter2" })),
        ("header", json!({ "value": "hunter2" })),
        ("oauth2_client_credentials", json!({ "client_id": "hunter2", "client_secret": "hunter2" })),
    ] {
        let destination = destination(auth);
        let secrets = [Secret::new(secret.to_string()).unwrap()];
        let format = destination.auth.format.unwrap();
        let credentials = destination.auth.credentials.parse(format, "team", &secrets).unwrap();
        let output = format!("{destination:?} {credentials:?}");
        assert!(output.contains("redacted") && !output.contains("hunter2"), "{output}");
    }
    let headers = [
        bearer::value(&"hunter2".into()),
        basic::value(&"hunter2".into(), &"hunter2".into()),
        header::value(&"hunter2".into()),
    ];
    assert!(headers.iter().flatten().all(HeaderValue::is_sensitive));
    assert_eq!(headers.iter().flatten().count(), 3);
}

#[test]
fn credentials_are_parsed_once_for_each_secret() {
    let auth = destination("bearer").auth;
    let parse = |token: &str| {
        auth.credentials.parse(auth.format.unwrap(), "team", &[Secret::new(token).unwrap()]).unwrap().remove(0)
    };
    let (first, second) = (parse("first"), parse("second"));
    assert!(std::sync::Arc::ptr_eq(&first, &parse("first")) && std::sync::Arc::ptr_eq(&second, &parse("second")));
    parse("third");
    parse("fourth");
    assert!(!std::sync::Arc::ptr_eq(&first, &parse("first")), "old secrets are not kept");
}
