//! Tests of the adapter for Secrets Manager.

use hookline_aws::{GetSecret as _, GetSecretError, SecretsManager, Stage};

use crate::{Server, TIMEOUTS, response, sdk};

/// Reads a secret from a server with this response to each attempt.
async fn get_secret(status: u16, body: &'static str) -> Result<Option<Vec<u8>>, GetSecretError> {
    let server = Server::default();
    server.responses.lock().unwrap().extend([response(status, body), response(status, body), response(status, body)]);
    let sdk = sdk(&[("AWS_ENDPOINT_URL", &server.start().await)]);
    let secret =
        SecretsManager::new(&sdk.config(TIMEOUTS)).get_secret("hookline-test/sources/github", Stage::Previous).await;
    let headers = server.received_headers.lock().unwrap()[0].clone();
    assert_eq!(headers["x-amz-target"], "secretsmanager.GetSecretValue");
    secret
}

#[tokio::test]
async fn reads_text_and_binary_values_and_reports_a_missing_secret() {
    assert_eq!(get_secret(200, r#"{"SecretString":"s3cret"}"#).await.unwrap(), Some(b"s3cret".to_vec()));
    assert_eq!(get_secret(200, r#"{"SecretBinary":"AP8="}"#).await.unwrap(), Some(vec![0, 255]));
    assert_eq!(get_secret(200, "{}").await.unwrap(), None);
    let missing = r#"{"__type":"ResourceNotFoundException","Message":"there is none"}"#;
    assert_eq!(get_secret(400, missing).await.unwrap(), None);
}

#[tokio::test]
async fn rejection_differs_from_a_failed_call() {
    for (status, body, is_rejected) in [
        (400, r#"{"__type":"AccessDeniedException","Message":"no"}"#, true),
        (400, r#"{"__type":"InvalidRequestException","Message":"marked for deletion"}"#, true),
        (400, r#"{"__type":"ThrottlingException","Message":"slow down"}"#, false),
        (500, r#"{"__type":"InternalServiceError","Message":"oh"}"#, false),
        (503, "", false),
        (0, "", false),
    ] {
        let error = get_secret(status, body).await.unwrap_err();
        assert_eq!(matches!(error, GetSecretError::Rejected { .. }), is_rejected, "{status} {body}: {error}");
    }
}

/// The response may contain the secret.
#[tokio::test]
async fn error_for_malformed_response_does_not_quote_it() {
    for body in [r#"{"SecretBinary":"s3cret*"}"#, r#"{"SecretString":"s3cret"#, "s3cret"] {
        let error = get_secret(200, body).await.unwrap_err();
        assert!(!format!("{error:?} {error}").contains("s3cret"), "{error:?}");
    }
}
