//! The environment variables of a function, with those that are an object in S3.

use std::collections::BTreeMap;
use std::time::Duration;

use anyhow::{Context, Error, Result};
use aws_types::SdkConfig;
use hookline_aws::ConfigurationObject;
use serde::Deserialize;

use crate::service_api::{Call, CallError, LAMBDA};

/// The part of the response that is used.
/// <https://docs.aws.amazon.com/lambda/latest/api/API_GetFunctionConfiguration.html>
#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Configuration {
    #[serde(default)]
    environment: Environment,
}

#[derive(Default, Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Environment {
    #[serde(default)]
    variables: BTreeMap<String, String>,
}

/// The time to read a large configuration.
const OBJECT_TIMEOUT: Duration = Duration::from_secs(30);

/// Returns the environment variables of the latest version of a function, and those of its large configuration.
pub(super) async fn read(sdk: &SdkConfig, function: &str) -> Result<BTreeMap<String, String>> {
    variables(sdk, call(function).json(sdk).await.map_err(explained), function).await
}

/// Returns the environment variables of the latest version of a function, or `None` if there is no such function.
pub(super) async fn read_if_exists(sdk: &SdkConfig, function: &str) -> Result<Option<BTreeMap<String, String>>> {
    match call(function).json(sdk).await {
        Err(CallError::NotFound { .. }) => Ok(None),
        configuration => variables(sdk, configuration.map_err(Error::new), function).await.map(Some),
    }
}

async fn variables(
    sdk: &SdkConfig,
    configuration: Result<Configuration>,
    function: &str,
) -> Result<BTreeMap<String, String>> {
    let context = || format!("cannot read the configuration of function `{function}`");
    let mut environment = configuration.with_context(context)?.environment.variables;
    if let Some(object) = environment.get(ConfigurationObject::VARIABLE) {
        let variables = read_object(sdk, object).await.with_context(context)?;
        environment.extend(variables);
    }
    Ok(environment)
}

async fn read_object(sdk: &SdkConfig, object: &str) -> Result<BTreeMap<String, String>> {
    let object: ConfigurationObject = serde_json::from_str(object)?;
    // The text of the error has its causes.
    let variables = object.read(sdk, OBJECT_TIMEOUT).await.map_err(Error::msg)?;
    Ok(variables.into_iter().map(|(name, value)| (name, value.get().to_owned())).collect())
}

fn call(function: &str) -> Call {
    let path = format!("/2015-03-31/functions/{function}/configuration");
    Call::get(LAMBDA, "lambda:GetFunctionConfiguration", path)
}

fn explained(error: CallError) -> Error {
    match error {
        CallError::NotFound { .. } => Error::new(error).context("there is no such function"),
        error => error.into(),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::aws::fake::{FakeAws, unexpected};

    #[tokio::test]
    async fn cause_of_an_unreadable_configuration_is_printed_once() {
        let (_, target) = FakeAws::start(move |call| {
            let response = match call.operation.as_str() {
                "GET /b/k" => (404, b"<Error><Code>NoSuchVersion</Code></Error>".to_vec()),
                _ => unexpected(&call),
            };
            async move { response }
        })
        .await;
        let object = json!({ "bucket": "b", "key": "k", "version": "1", "sha256": "" }).to_string();
        let error = read_object(&target.sdk, &object).await.unwrap_err();
        let expected = r#"there is no `s3://b/k?versionId=1`: s3:GetObjectVersion failed: service error: unhandled error (NoSuchVersion): Error { code: "NoSuchVersion" }; apply and release a new version of the function"#;
        assert_eq!(format!("{error:#}"), expected);
    }

    #[test]
    fn response_has_the_variables_or_an_error() {
        let environment = |status, body: &[u8]| {
            let call = call("f");
            let body = call.check(status, body.to_vec()).map_err(explained)?;
            anyhow::Ok(call.parse::<Configuration>(&body)?.environment.variables)
        };
        let body = br#"{"FunctionName":"f","Environment":{"Variables":{"HOOKLINE_PREFIX":"hookline-test"}}}"#;
        assert_eq!(environment(200, body).unwrap()["HOOKLINE_PREFIX"], "hookline-test");
        assert!(environment(200, br#"{"FunctionName":"f"}"#).unwrap().is_empty());
        let error = |status, body| environment(status, body).unwrap_err().to_string();
        assert!(error(403, b"{}").contains("lambda:GetFunctionConfiguration"));
        assert!(error(404, b"{}").contains("no such function"));
        assert_eq!(error(500, b"failure"), "Lambda responds 500: failure");
        assert_eq!(error(200, b"<html>"), "Lambda's response is malformed");
    }
}
