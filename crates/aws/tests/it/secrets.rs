//! Secrets Manager's adapter.

use hookline_aws::{GetSecret as _, GetSecretError, SecretsManager, Stage};

use crate::{Server, TIMEOUTS, plain, sdk};

async fn secret(status: u16, body: &'static str) -> Result<Option<Vec<u8>>, GetSecretError> {
    let server = Server::default();
    server.responses.lock().unwrap().extend([plain(status, body), plain(status, body), plain(status, body)]);
    let sdk = sdk(&[("AWS_ENDPOINT_URL", &server.start().await)]);
    let secret =
        SecretsManager::new(&sdk.config(TIMEOUTS)).get_secret("hookline-test/sources/github", Stage::Previous).await;
    let headers = server.seen.lock().unwrap()[0].clone();
    assert_eq!(headers["x-amz-target"], "secretsmanager.GetSecretValue");
    secret
}

#[tokio::test]
async fn value_is_text_or_bytes_or_missing() {
    assert_eq!(secret(200, r#"{"SecretString":"s3cret"}"#).await.unwrap(), Some(b"s3cret".to_vec()));
    assert_eq!(secret(200, r#"{"SecretBinary":"AP8="}"#).await.unwrap(), Some(vec![0, 255]));
    assert_eq!(secret(200, "{}").await.unwrap(), None);
    let missing = r#"{"__type":"ResourceNotFoundException","Message":"there is none"}"#;
    assert_eq!(secret(400, missing).await.unwrap(), None);
}

#[tokio::test]
async fn refusal_differs_from_a_missing_response() {
    for (status, body, refused) in [
        (400, r#"{"__type":"AccessDeniedException","Message":"no"}"#, true),
        (400, r#"{"__type":"InvalidRequestException","Message":"marked for deletion"}"#, true),
        (400, r#"{"__type":"ThrottlingException","Message":"slow down"}"#, false),
        (500, r#"{"__type":"InternalServiceError","Message":"oh"}"#, false),
        (503, "", false),
        (0, "", false),
    ] {
        let error = secret(status, body).await.unwrap_err();
        assert_eq!(matches!(error, GetSecretError::Rejected { .. }), refused, "{status} {body}: {error}");
    }
}

/// The response may hold what was asked for.
#[tokio::test]
async fn unreadable_response_is_not_quoted() {
    for body in [r#"{"SecretBinary":"s3cret*"}"#, r#"{"SecretString":"s3cret"#, "s3cret"] {
        let error = secret(200, body).await.unwrap_err();
        assert!(!format!("{error:?} {error}").contains("s3cret"), "{error:?}");
    }
}
