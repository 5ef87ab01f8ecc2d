//! The environment variables of a function.
//!
//! `aws-sdk-lambda` takes 56 s to compile for one call, longer than every other dependency. So this file signs the
//! request itself and sends it with the SDK's HTTP client.

use std::collections::BTreeMap;
use std::time::SystemTime;

use anyhow::{Context, Result, bail};
use aws_credential_types::provider::ProvideCredentials;
use aws_sigv4::http_request::{SignableBody, SignableRequest, SigningSettings, sign};
use aws_sigv4::sign::v4::SigningParams;
use aws_smithy_runtime_api::client::http::HttpConnector;
use aws_smithy_runtime_api::client::orchestrator::HttpRequest;
use aws_smithy_types::body::SdkBody;
use aws_smithy_types::byte_stream::ByteStream;
use aws_types::SdkConfig;
use serde::Deserialize;
use tokio::time::timeout;

use super::deployment::TIMEOUTS;
use crate::aws;

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

/// Returns the environment variables of the latest version of a function.
pub(super) async fn read(sdk: &SdkConfig, function: &str) -> Result<BTreeMap<String, String>> {
    let read = async {
        let request = signed_request(sdk, function).await?;
        let response = aws::connector(TIMEOUTS).call(request).await?;
        let status = response.status().as_u16();
        let body = ByteStream::new(response.into_body()).collect().await?.to_vec();
        environment(status, &body)
    };
    let environment =
        timeout(TIMEOUTS.attempt, read).await.context("Lambda does not respond").and_then(|result| result);
    environment.with_context(|| format!("cannot read the configuration of function `{function}`"))
}

/// Returns `GET /2015-03-31/functions/{function}/configuration` with its signature.
async fn signed_request(sdk: &SdkConfig, function: &str) -> Result<HttpRequest> {
    let region = sdk.region().context("no AWS region")?.as_ref();
    let provider = sdk.credentials_provider().context("no credentials provider")?;
    let identity = provider.provide_credentials().await?.into();
    let url = url(sdk.endpoint_url(), region, function);
    let parameters = SigningParams::builder()
        .identity(&identity)
        .region(region)
        .name("lambda")
        .time(SystemTime::now())
        .settings(SigningSettings::default())
        .build()?;
    let signable = SignableRequest::new("GET", &url, std::iter::empty(), SignableBody::Bytes(&[]))?;
    let (instructions, _) = sign(signable, &parameters.into())?.into_parts();
    let mut request = http::Request::get(&url).body(SdkBody::empty())?;
    instructions.apply_to_request_http1x(&mut request);
    Ok(request.try_into()?)
}

fn url(endpoint: Option<&str>, region: &str, function: &str) -> String {
    let domain = if region.starts_with("cn-") { "amazonaws.com.cn" } else { "amazonaws.com" };
    let aws = format!("https://lambda.{region}.{domain}");
    let endpoint = endpoint.map_or(aws.as_str(), |endpoint| endpoint.trim_end_matches('/'));
    format!("{endpoint}/2015-03-31/functions/{function}/configuration")
}

fn environment(status: u16, body: &[u8]) -> Result<BTreeMap<String, String>> {
    match status {
        200 => {
            let configuration: Configuration =
                serde_json::from_slice(body).context("Lambda's response is malformed")?;
            Ok(configuration.environment.variables)
        }
        403 => {
            bail!("access denied: the command needs the permission lambda:GetFunctionConfiguration")
        }
        404 => bail!("there is no such function"),
        _ => bail!("Lambda responds {status}: {}", String::from_utf8_lossy(body)),
    }
}

#[cfg(test)]
mod tests {
    use aws_credential_types::Credentials;

    use super::*;

    #[tokio::test]
    async fn request_is_signed() {
        let credentials = Credentials::new("AKID", "not-a-real-key", None, None, "test");
        let sdk = aws::config("eu-west-1", credentials, None, TIMEOUTS);
        let request = signed_request(&sdk, "hookline-test-ingest").await.unwrap();
        let expected = "https://lambda.eu-west-1.amazonaws.com/2015-03-31/functions/hookline-test-ingest/configuration";
        assert_eq!((request.method(), request.uri()), ("GET", expected));
        let authorization = request.headers().get("authorization").unwrap();
        assert!(authorization.starts_with("AWS4-HMAC-SHA256 Credential=AKID/"), "{authorization}");
        assert!(authorization.contains("/eu-west-1/lambda/aws4_request"), "{authorization}");
        assert!(request.headers().contains_key("x-amz-date"));
    }

    #[test]
    fn endpoint_is_that_of_the_partition_or_of_the_emulator() {
        let host = |endpoint, region| url(endpoint, region, "f").replace("/2015-03-31/functions/f/configuration", "");
        assert_eq!(host(None, "eu-west-1"), "https://lambda.eu-west-1.amazonaws.com");
        assert_eq!(host(None, "us-gov-west-1"), "https://lambda.us-gov-west-1.amazonaws.com");
        assert_eq!(host(None, "cn-north-1"), "https://lambda.cn-north-1.amazonaws.com.cn");
        assert_eq!(host(Some("http://127.0.0.1:4566/"), "eu-west-1"), "http://127.0.0.1:4566");
    }

    #[test]
    fn response_has_the_variables_or_an_error() {
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
