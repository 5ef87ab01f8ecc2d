//! Tokens of an authorization server: requested once, used until they expire, renewed after a rejection.

use std::time::Duration;

use hookline_telemetry::{Level, Settings, capture};
use serde_json::{Value, json};

use crate::fixture::{AuthorizationServer, Function, TokenResponse, unique_record};

const SECRET: &str = "{\"client_id\":\"team:1\",\"client_secret\":\"hunter2 & hunter2\"}";

struct Deployment {
    server: AuthorizationServer,
    function: Function,
}

impl Deployment {
    async fn new() -> Self {
        Self::with_options(json!({})).await
    }

    async fn with_options(options: Value) -> Self {
        let server = AuthorizationServer::default();
        let url = server.start().await;
        let mut destination = json!({
            "kind": "http", "url": format!("{url}/hooks"), "timeout_ms": 400,
            "auth": "oauth2_client_credentials", "token_url": format!("{url}/token"),
        });
        destination.as_object_mut().unwrap().extend(options.as_object().unwrap().clone());
        let function = Function::with_destination(destination).await;
        function.aws.put_secret("orders", SECRET);
        Self { server, function }
    }

    async fn result(&self, id: &str) -> String {
        self.function.delivery_result(id.as_bytes()).await
    }

    /// The reason with which the only delivery is retried.
    async fn retry_reason(&self) -> String {
        assert_eq!(self.result("{}").await, "retry");
        self.function.retries()[0]["reason"].as_str().unwrap().to_owned()
    }

    fn token_requests(&self) -> usize {
        self.server.requests.lock().unwrap().len()
    }

    fn received(&self) -> Vec<String> {
        self.server.received.lock().unwrap().clone()
    }
}

/// Lets time pass without waiting for it.
async fn pass(time: Duration) {
    tokio::time::pause();
    tokio::time::advance(time).await;
    tokio::time::resume();
}

/// Identifier and secret are encoded as in a form: <https://www.rfc-editor.org/rfc/rfc6749#section-2.3.1>
#[tokio::test]
async fn token_request_is_that_of_the_standard() {
    let deployment =
        Deployment::with_options(json!({ "scope": "events:write x", "audience": "https://a.example/" })).await;
    assert_eq!(deployment.result("{}").await, "");
    let requests = deployment.server.requests.lock().unwrap();
    let credentials = base64_simd::STANDARD.encode_to_string("team%3A1:hunter2+%26+hunter2");
    let form = "grant_type=client_credentials&scope=events%3Awrite+x&audience=https%3A%2F%2Fa.example%2F";
    assert_eq!(requests[..], [(format!("Basic {credentials}"), form.to_owned())]);
}

/// Some servers accept the credentials only in the body.
#[tokio::test]
async fn credentials_can_be_fields_of_the_token_request() {
    let post = json!({ "scope": "x", "token_endpoint_auth_method": "client_secret_post" });
    let deployment = Deployment::with_options(post).await;
    assert_eq!(deployment.result("{}").await, "");
    let requests = deployment.server.requests.lock().unwrap();
    let form = "grant_type=client_credentials&scope=x&client_id=team%3A1&client_secret=hunter2+%26+hunter2";
    assert_eq!(requests[..], [(String::new(), form.to_owned())]);
}

#[tokio::test]
async fn token_is_used_until_shortly_before_it_expires() {
    let deployment = Deployment::new().await;
    assert_eq!(deployment.result("[1]").await, "");
    pass(Duration::from_secs(3560)).await;
    assert_eq!(deployment.result("[2]").await, "");
    assert_eq!(deployment.token_requests(), 1);
    pass(Duration::from_secs(20)).await;
    assert_eq!(deployment.result("[3]").await, "");
    assert_eq!(deployment.received(), ["token-1", "token-1", "token-2"]);
}

#[tokio::test]
async fn token_without_a_lifetime_is_requested_for_each_delivery() {
    let deployment = Deployment::new().await;
    deployment.server.respond_with(TokenResponse::Token(0));
    assert_eq!(deployment.result("[1]").await, "");
    assert_eq!(deployment.result("[2]").await, "");
    assert_eq!(deployment.received(), ["token-1", "token-2"]);
}

#[tokio::test]
async fn deliveries_of_a_batch_share_one_token_request() {
    let deployment = Deployment::new().await;
    let records = ["a", "b", "c", "d", "e"].map(|id| unique_record(id, "github", 1)).to_vec();
    assert!(deployment.function.failed_ids(records).await.is_empty());
    assert_eq!(deployment.token_requests(), 1);
    assert_eq!(deployment.received(), ["token-1"; 5]);
}

#[tokio::test]
async fn rejected_token_is_renewed_once_for_all_deliveries_of_a_batch() {
    let deployment = Deployment::new().await;
    deployment.server.revoked.lock().unwrap().push("token-1".to_owned());
    let records = ["a", "b", "c"].map(|id| unique_record(id, "github", 1)).to_vec();
    assert!(deployment.function.failed_ids(records).await.is_empty());
    assert!(deployment.function.retries().is_empty() && deployment.function.dead_letters().is_empty());
    assert_eq!(deployment.token_requests(), 2);
    assert_eq!(deployment.received().iter().filter(|token| *token == "token-2").count(), 3);
}

#[tokio::test]
async fn receiver_that_rejects_every_token_gets_two_requests() {
    let deployment = Deployment::new().await;
    deployment.server.revoked.lock().unwrap().extend(["token-1", "token-2"].map(str::to_owned));
    assert_eq!(deployment.result("{}").await, "http_401");
    assert_eq!(deployment.received(), ["token-1", "token-2"]);
    assert_eq!(deployment.token_requests(), 2);
}

/// A rotated client secret invalidates the token.
#[tokio::test]
async fn rotated_secret_gets_a_new_token() {
    let deployment = Deployment::new().await;
    assert_eq!(deployment.result("[1]").await, "");
    let rotated = json!({ "client_id": "team:1", "client_secret": "other-secret" }).to_string();
    deployment.function.aws.put_secret("orders", &rotated);
    pass(Duration::from_secs(301)).await;
    assert_eq!(deployment.result("[2]").await, "");
    let authorization = |index: usize| deployment.server.requests.lock().unwrap()[index].0.clone();
    let credentials = base64_simd::STANDARD.encode_to_string("team%3A1:other-secret");
    assert_eq!(authorization(1), format!("Basic {credentials}"));
    assert_ne!(authorization(0), authorization(1));
}

/// The secret is read again after a rejection, not after its time in the cache.
#[tokio::test]
async fn rejected_client_is_retried_with_a_replaced_secret() {
    let deployment = Deployment::new().await;
    deployment.server.respond_with(TokenResponse::Token(0));
    assert_eq!(deployment.result("[1]").await, "");
    let rotated = json!({ "client_id": "team:1", "client_secret": "other-secret" }).to_string();
    deployment.function.aws.put_secret("orders", &rotated);
    deployment.server.respond_with(TokenResponse::Other(401, "{\"error\":\"invalid_client\"}".to_owned()));
    assert_eq!(deployment.result("[2]").await, "");
    assert_eq!(deployment.token_requests(), 3);
}

#[tokio::test]
async fn rejected_client_is_retried_and_logged_with_the_error_code() {
    for (body, code) in [
        ("{\"error\":\"invalid_client\",\"error_description\":\"hunter2\"}", "invalid_client"),
        ("{\"error\":\"hunter2\"}", ""),
        ("hunter2", ""),
    ] {
        let log = capture(Settings { level: Level::Info, service: "hookline-test".into(), function: "process" });
        let deployment = Deployment::new().await;
        deployment.server.respond_with(TokenResponse::Other(400, body.to_owned()));
        assert_eq!(deployment.retry_reason().await, "token_rejected");
        assert!(deployment.received().is_empty());
        let lines = log.lines();
        let line = lines.iter().find(|line| line["outcome"] == "token_unavailable").unwrap();
        assert_eq!(line["detail"], format!("the authorization server rejected the request: http_400 {code}").trim());
        assert!(!format!("{lines:?}").contains("hunter2"), "{lines:?}");
    }
}

#[tokio::test]
async fn unavailable_or_unreadable_token_is_retried() {
    let token = |token: &str, kind: &str| json!({ "access_token": token, "token_type": kind }).to_string();
    for response in [
        TokenResponse::Never,
        TokenResponse::Other(500, String::new()),
        TokenResponse::Other(429, String::new()),
        TokenResponse::Other(200, String::new()),
        TokenResponse::Other(200, "<html>hunter2</html>".to_owned()),
        TokenResponse::Other(200, json!({ "token_type": "Bearer" }).to_string()),
        TokenResponse::Other(200, token("a", "mac")),
        TokenResponse::Other(200, token("a", "DPoP")),
        TokenResponse::Other(200, token("a", "dpop")),
        TokenResponse::Other(200, token("a", "pop")),
        TokenResponse::Other(200, token("a", "N_A")),
        TokenResponse::Other(200, token("", "Bearer")),
        TokenResponse::Other(200, token("a\r\nX-Other: b", "Bearer")),
        TokenResponse::Other(200, token(&"a".repeat(64 * 1024), "Bearer")),
    ] {
        let deployment = Deployment::new().await;
        deployment.server.respond_with(response);
        assert_eq!(deployment.retry_reason().await, "token_unavailable");
        assert!(deployment.received().is_empty());
    }
}

/// Servers use other names for the type of a bearer token.
#[tokio::test]
async fn token_of_an_unknown_type_is_a_bearer_token() {
    for token_type in [json!("bearer"), json!("BearerToken"), json!("jwt-bearer"), json!(""), json!(null)] {
        let deployment = Deployment::new().await;
        let token = json!({ "access_token": "a", "token_type": token_type });
        deployment.server.respond_with(TokenResponse::Other(200, token.to_string()));
        assert_eq!(deployment.result("{}").await, "", "{token_type}");
        assert_eq!(deployment.received(), ["a"]);
    }
    let deployment = Deployment::new().await;
    deployment.server.respond_with(TokenResponse::Other(200, json!({ "access_token": "a" }).to_string()));
    assert_eq!(deployment.result("{}").await, "");
    assert_eq!(deployment.received(), ["a"]);
}

/// Otherwise each delivery of a batch would repeat a request that has just failed.
#[tokio::test]
async fn failed_token_request_counts_for_the_batch() {
    let deployment = Deployment::new().await;
    deployment.server.respond_with(TokenResponse::Other(503, String::new()));
    let records = ["a", "b", "c"].map(|id| unique_record(id, "github", 1)).to_vec();
    assert_eq!(deployment.function.retried_destinations(records).await, ["orders"; 3]);
    assert_eq!(deployment.token_requests(), 1);
    deployment.function.queue.retries.lock().unwrap().clear();
    pass(Duration::from_secs(3)).await;
    assert_eq!(deployment.result("[4]").await, "");
}

#[tokio::test]
async fn token_endpoint_at_a_private_address_is_blocked() {
    let deployment = Deployment::with_options(json!({ "token_url": "https://127.0.0.2/token" })).await;
    assert_eq!(deployment.result("{}").await, "blocked_address");
}

#[tokio::test]
async fn lifetimes_can_be_texts_or_missing() {
    for lifetime in [json!("3600"), json!(3600.5), json!(null), json!(u64::MAX), json!(-1)] {
        let deployment = Deployment::new().await;
        let token = json!({ "access_token": "a", "token_type": "bearer", "expires_in": lifetime });
        deployment.server.respond_with(TokenResponse::Other(200, token.to_string()));
        assert_eq!(deployment.result("[1]").await, "");
        assert_eq!(deployment.result("[2]").await, "");
        assert_eq!(deployment.token_requests(), 1, "{lifetime}");
    }
}
