//! What the function sends to authenticate, for each kind of credential.

use axum::http::StatusCode;
use base64::Engine as _;
use base64::prelude::BASE64_URL_SAFE_NO_PAD;
use hookline_github::AppKey;
use ring::signature::{RSA_PKCS1_2048_8192_SHA256, UnparsedPublicKey};
use serde_json::{Value, json};

use crate::fixture::{APP_KEY, APP_KEY_PKCS8, Override, RecordedRequest, Setup, TOKEN, metrics, now, result};

fn bearer(request: &RecordedRequest) -> &str {
    request.headers["authorization"].to_str().unwrap().strip_prefix("Bearer ").unwrap()
}

/// Verifies a token of the App and returns its claims.
#[track_caller]
fn verified_claims(token: &str) -> Value {
    let decode = |part: &str| BASE64_URL_SAFE_NO_PAD.decode(part).unwrap();
    let (signed, signature) = token.rsplit_once('.').unwrap();
    let (header, claims) = signed.split_once('.').unwrap();
    assert_eq!(serde_json::from_slice::<Value>(&decode(header)).unwrap(), json!({ "alg": "RS256", "typ": "JWT" }));
    let key = AppKey::from_pem(APP_KEY.as_bytes()).unwrap();
    let key = UnparsedPublicKey::new(&RSA_PKCS1_2048_8192_SHA256, key.public_key());
    key.verify(signed.as_bytes(), &decode(signature)).unwrap();
    serde_json::from_slice(&decode(claims)).unwrap()
}

#[track_caller]
fn assert_claims(token: &str) {
    let claims = verified_claims(token);
    let time = |name: &str| claims[name].as_u64().unwrap();
    assert_eq!(claims["iss"], "Iv23liExample");
    assert!(time("iat") < now() && time("exp") > now() && time("exp") <= now() + 600, "{claims}");
}

#[tokio::test]
async fn token_is_sent_with_the_headers_that_github_requires() {
    let setup = Setup::new().await;
    setup.secrets.set(&format!("{TOKEN}\n"));
    setup.github.add_failed(1);
    assert_eq!(result(&setup.run().await), ("recovery_completed", ""));
    let requests = setup.github.requests();
    assert_eq!(requests.len(), 2);
    for request in requests {
        assert_eq!(bearer(&request), TOKEN);
        let header = |name: &str| request.headers[name].to_str().unwrap();
        assert_eq!(header("x-github-api-version"), "2022-11-28");
        assert_eq!(header("accept"), "application/vnd.github+json");
        assert!(header("user-agent").starts_with("hookline/"));
    }
}

#[tokio::test]
async fn app_signs_a_token_for_its_own_webhook() {
    for key in [APP_KEY, APP_KEY_PKCS8] {
        let setup = Setup::with_options(json!({ "webhook": "app", "app_id": "Iv23liExample" })).await;
        setup.secrets.set(key);
        setup.github.respond_next([Override::Response(StatusCode::OK, Vec::new(), b"[]".to_vec())]);
        assert_eq!(result(&setup.run().await), ("recovery_completed", ""));
        let requests = setup.github.requests();
        assert_eq!(requests[0].uri, "/api/v3/app/hook/deliveries?per_page=100");
        assert_claims(bearer(&requests[0]));
    }
}

#[tokio::test]
async fn installation_gets_a_token_for_the_webhook_of_a_repository() {
    let setup = Setup::with_options(json!({ "app_id": "Iv23liExample", "installation_id": 123 })).await;
    setup.secrets.set(APP_KEY);
    setup.github.add_failed(1);
    setup.github.accept_tokens(&["ghs_installation"]);
    let body = json!({ "token": "ghs_installation", "expires_at": "2026-01-01T00:00:00Z", "permissions": {} });
    setup.github.respond_next([Override::Response(StatusCode::CREATED, Vec::new(), body.to_string().into_bytes())]);
    let line = setup.run().await;
    assert_eq!((result(&line), metrics(&line)), (("recovery_completed", ""), [1, 1, 0, 0]));
    let requests = setup.github.requests();
    assert_eq!(requests[0].uri, "/api/v3/app/installations/123/access_tokens");
    assert_claims(bearer(&requests[0]));
    assert_eq!(requests.iter().skip(1).map(bearer).collect::<Vec<_>>(), ["ghs_installation"; 2]);
}

#[tokio::test]
async fn unknown_installation_and_unusable_token_fail_the_run() {
    let created = |body: &str| Override::Response(StatusCode::CREATED, Vec::new(), body.as_bytes().to_vec());
    for (response, reason) in [
        (Override::Response(StatusCode::NOT_FOUND, Vec::new(), Vec::new()), "webhook_not_found"),
        (Override::Response(StatusCode::UNAUTHORIZED, Vec::new(), Vec::new()), "credentials_rejected"),
        (created("{}"), "response_unreadable"),
        (created(r#"{"token":7}"#), "response_unreadable"),
        (created("{\"token\":\"a\\nb\"}"), "response_unreadable"),
    ] {
        let setup = Setup::with_options(json!({ "app_id": "1", "installation_id": 123 })).await;
        setup.secrets.set(APP_KEY);
        setup.github.respond_next([response]);
        let line = setup.run().await;
        assert_eq!((result(&line), metrics(&line)), (("recovery_failed", reason), [0, 0, 0, 1]));
    }
}

#[tokio::test]
async fn secret_of_the_wrong_kind_is_reported_without_its_value() {
    let setup = Setup::new().await;
    setup.secrets.set(APP_KEY);
    let line = setup.run().await;
    assert_eq!(result(&line), ("recovery_failed", "secret_unusable"));
    assert!(line["detail"].as_str().unwrap().contains("it is a private key"), "{line}");

    let setup = Setup::with_options(json!({ "webhook": "app", "app_id": "1" })).await;
    let line = setup.run().await;
    assert_eq!(result(&line), ("recovery_failed", "secret_unusable"));
    assert!(line["detail"].as_str().unwrap().contains("store the complete file"), "{line}");
    assert!(!line.to_string().contains(TOKEN));

    setup.secrets.remove();
    assert_eq!(result(&setup.run().await), ("recovery_failed", "secret_missing"));
    setup.secrets.set(" ");
    assert_eq!(result(&setup.run().await), ("recovery_failed", "secret_blank"));
    assert_eq!(setup.github.requests().len(), 0);
}

/// An operator who stores a new token must not wait for a cache.
#[tokio::test]
async fn new_secret_has_effect_at_the_next_run() {
    let setup = Setup::new().await;
    setup.secrets.set("expired-token");
    assert_eq!(result(&setup.run().await), ("recovery_failed", "credentials_rejected"));
    setup.secrets.set(TOKEN);
    assert_eq!(result(&setup.run().await), ("recovery_completed", ""));
}
