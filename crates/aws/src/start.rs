use hookline_telemetry::Level;
use lambda_runtime::{Diagnostic, Error};
use lambda_runtime_api_client::body::Body;
use lambda_runtime_api_client::{PooledClient, build_request};

use crate::variables::InvalidConfiguration;

/// Sets up the logs and returns the configuration. If it is invalid, all its errors are logged and reported to Lambda at
/// once.
///
/// # Errors
///
/// Returns [`InvalidConfiguration`]; the function must exit.
pub(crate) async fn checked<C>(
    function: &'static str,
    lookup: &dyn Fn(&str) -> Option<String>,
    config: Result<C, InvalidConfiguration>,
) -> Result<C, Error> {
    let config = hookline_telemetry::start(function, config, |_| log_settings(lookup));
    if let (Err(error), Some(runtime_api)) = (&config, lookup("AWS_LAMBDA_RUNTIME_API")) {
        report_init_error(&runtime_api, error).await?;
    }
    Ok(config?)
}

/// Returns the lowest level that is logged and the prefix of all resource names. Both are always in the environment, so
/// that a function without its configuration writes lines and metrics too.
fn log_settings(lookup: &dyn Fn(&str) -> Option<String>) -> (Level, String) {
    let level = lookup("HOOKLINE_LOG_LEVEL").and_then(|level| level.parse().ok()).unwrap_or_default();
    (level, lookup("HOOKLINE_PREFIX").unwrap_or_default())
}

/// Reports a failed initialization to Lambda, which returns the message to the invoker of the function.
///
/// `lambda_runtime` makes this call only for its own failures.
///
/// <https://docs.aws.amazon.com/lambda/latest/dg/runtimes-api.html#runtimes-api-initerror>
async fn report_init_error(runtime_api: &str, error: &InvalidConfiguration) -> Result<(), Error> {
    const ERROR_TYPE: &str = "InvalidConfiguration";
    let client = PooledClient::builder().with_endpoint(runtime_api.parse()?).build();
    let diagnostic = Diagnostic { error_type: ERROR_TYPE.to_owned(), error_message: error.to_string() };
    let request = build_request()
        .method("POST")
        .uri("/2018-06-01/runtime/init/error")
        .header("lambda-runtime-function-error-type", format!("Runtime.{ERROR_TYPE}"))
        .body(Body::from(serde_json::to_vec(&diagnostic)?))?;
    client.call(request).await?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use std::sync::{Arc, Mutex};

    use axum::Router;
    use axum::http::{HeaderMap, Uri};

    use super::*;
    use crate::variables::InvalidVariable;

    #[tokio::test]
    async fn all_configuration_errors_are_reported_to_the_runtime_api() {
        let requests = Arc::new(Mutex::new(Vec::new()));
        let recorder = Arc::clone(&requests);
        let app = Router::new().fallback(async move |uri: Uri, headers: HeaderMap, body: String| {
            let error_type = headers["lambda-runtime-function-error-type"].to_str().unwrap().to_owned();
            recorder.lock().unwrap().push((uri.path().to_owned(), error_type, body));
        });
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap().to_string();
        tokio::spawn(async { axum::serve(listener, app).await });
        let missing =
            |variable: &str| InvalidVariable { variable: variable.to_owned(), problem: "is missing".to_owned() };
        report_init_error(&address, &InvalidConfiguration(vec![missing("A"), missing("B")])).await.unwrap();
        let requests = requests.lock().unwrap();
        let (path, error_type, body) = &requests[0];
        assert_eq!(
            (path.as_str(), error_type.as_str()),
            ("/2018-06-01/runtime/init/error", "Runtime.InvalidConfiguration")
        );
        let message = "the configuration has 2 error(s); A: is missing; B: is missing";
        assert_eq!(*body, format!(r#"{{"errorType":"InvalidConfiguration","errorMessage":"{message}"}}"#));
    }
}
