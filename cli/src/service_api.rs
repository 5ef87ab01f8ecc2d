//! Signed requests to AWS services of which the program needs only a few operations that read. The SDK crate of each
//! of these services takes 20 to 60 s to compile, so this file signs the requests itself and sends them with the SDK's
//! HTTP client. The URLs follow the endpoints of the partitions `aws`, `aws-us-gov` and `aws-cn`, without FIPS.

use std::time::{Duration, SystemTime};

use aws_credential_types::provider::ProvideCredentials;
use aws_sigv4::http_request::{SignableBody, SignableRequest, SigningSettings, sign};
use aws_sigv4::sign::v4::SigningParams;
use aws_smithy_runtime_api::client::http::HttpConnector;
use aws_smithy_runtime_api::client::orchestrator::HttpRequest;
use aws_smithy_types::body::SdkBody;
use aws_smithy_types::byte_stream::ByteStream;
use aws_types::SdkConfig;
use serde::de::DeserializeOwned;
use serde_json::Value;
use tokio::time::{sleep, timeout};

use crate::aws::{self, Timeouts};

const TIMEOUTS: Timeouts = Timeouts {
    connect: Duration::from_secs(5),
    attempt: Duration::from_secs(10),
    call: Duration::from_secs(30),
    attempts: 3,
};
/// Wait before the second attempt of a throttled or failed request. The wait before the third is twice as long.
const WAIT: Duration = Duration::from_millis(500);
/// Error codes of requests that the caller's policies do not allow.
const DENIED_CODES: [&str; 4] =
    ["AccessDenied", "AccessDeniedException", "AuthorizationError", "UnauthorizedOperation"];

type BoxError = Box<dyn std::error::Error + Send + Sync>;

/// An AWS service.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Service {
    /// Name in messages.
    name: &'static str,
    /// First label of the host name.
    host: &'static str,
    /// Name in the scope of a credential.
    scope: &'static str,
}

pub(crate) const LAMBDA: Service = Service { name: "Lambda", host: "lambda", scope: "lambda" };
pub(crate) const API_GATEWAY: Service = Service { name: "API Gateway", host: "apigateway", scope: "apigateway" };
pub(crate) const CLOUDWATCH: Service = Service { name: "CloudWatch", host: "monitoring", scope: "monitoring" };
pub(crate) const SNS: Service = Service { name: "SNS", host: "sns", scope: "sns" };
pub(crate) const SES: Service = Service { name: "SES", host: "email", scope: "ses" };
pub(crate) const ACM: Service = Service { name: "ACM", host: "acm", scope: "acm" };

/// An operation of a service.
#[derive(Debug, Clone)]
pub(crate) struct Call {
    pub(crate) service: Service,
    /// The permission that the caller needs, such as `lambda:GetAlias`.
    pub(crate) permission: &'static str,
    pub(crate) request: Request,
}

/// A request in one of AWS's protocols.
#[derive(Debug, Clone)]
pub(crate) enum Request {
    /// A `GET` of a path with its query.
    Get(String),
    /// The JSON protocol.
    Json {
        /// Value of `X-Amz-Target`.
        target: &'static str,
        /// Media type with the version of the protocol.
        content_type: &'static str,
        body: Value,
    },
    /// The query protocol: form parameters. The response is XML.
    Query(String),
}

/// The reason why a call has no result.
#[derive(Debug, thiserror::Error)]
pub(crate) enum CallError {
    #[error("the AWS configuration has no {missing}")]
    NotConfigured { missing: &'static str },
    #[error("cannot sign the request to {service}")]
    NotSigned { service: &'static str, source: BoxError },
    #[error("{service} does not respond")]
    NoResponse { service: &'static str, source: BoxError },
    #[error("access denied: the command needs the permission {permission}: {body}")]
    Denied { permission: &'static str, body: String },
    #[error("{service} has no such resource: {body}")]
    NotFound { service: &'static str, body: String },
    #[error("{service} responds {status}: {body}")]
    Rejected { service: &'static str, status: u16, body: String },
    #[error("{service}'s response is malformed")]
    Malformed { service: &'static str, source: serde_json::Error },
}

impl CallError {
    fn is_retryable(&self) -> bool {
        matches!(self, Self::NoResponse { .. } | Self::Rejected { status: 429 | 500.., .. })
    }
}

impl Call {
    /// Returns a `GET` of a path.
    pub(crate) fn get(service: Service, permission: &'static str, path: impl Into<String>) -> Self {
        Self { service, permission, request: Request::Get(path.into()) }
    }

    /// Sends the request, at most three times, and returns the response as JSON.
    ///
    /// # Errors
    ///
    /// If the service does not respond, rejects the request, or responds with another format.
    pub(crate) async fn json<T: DeserializeOwned>(&self, sdk: &SdkConfig) -> Result<T, CallError> {
        self.parse(&self.send(sdk).await?)
    }

    /// Sends the request, at most three times, and returns the body of the response.
    ///
    /// # Errors
    ///
    /// If the service does not respond or rejects the request.
    pub(crate) async fn send(&self, sdk: &SdkConfig) -> Result<Vec<u8>, CallError> {
        let mut attempt = 1;
        loop {
            match self.attempt(sdk).await {
                Err(error) if error.is_retryable() && attempt < TIMEOUTS.attempts => {
                    sleep(WAIT * attempt).await;
                    attempt += 1;
                }
                result => return result,
            }
        }
    }

    async fn attempt(&self, sdk: &SdkConfig) -> Result<Vec<u8>, CallError> {
        let service = self.service.name;
        let request = self.signed(sdk).await?;
        let response = async {
            let response = aws::connector(TIMEOUTS).call(request).await?;
            let status = response.status().as_u16();
            Ok::<_, BoxError>((status, ByteStream::new(response.into_body()).collect().await?.to_vec()))
        };
        let response = timeout(TIMEOUTS.attempt, response).await.map_err(BoxError::from).and_then(|result| result);
        let (status, body) = response.map_err(|source| CallError::NoResponse { service, source })?;
        self.check(status, body)
    }

    /// Returns the body of a successful response.
    pub(crate) fn check(&self, status: u16, body: Vec<u8>) -> Result<Vec<u8>, CallError> {
        let (service, permission) = (self.service.name, self.permission);
        if (200..300).contains(&status) {
            return Ok(body);
        }
        let body = String::from_utf8_lossy(&body).trim().to_owned();
        Err(match (status, error_code(&body)) {
            (_, Some(code)) if DENIED_CODES.contains(&code.as_str()) => CallError::Denied { permission, body },
            (403, None) => CallError::Denied { permission, body },
            (404, _) => CallError::NotFound { service, body },
            _ => CallError::Rejected { service, status, body },
        })
    }

    /// Parses a response.
    pub(crate) fn parse<T: DeserializeOwned>(&self, body: &[u8]) -> Result<T, CallError> {
        serde_json::from_slice(body).map_err(|source| CallError::Malformed { service: self.service.name, source })
    }

    async fn signed(&self, sdk: &SdkConfig) -> Result<HttpRequest, CallError> {
        let region = sdk.region().ok_or(CallError::NotConfigured { missing: "region" })?.as_ref();
        let provider =
            sdk.credentials_provider().ok_or(CallError::NotConfigured { missing: "credentials provider" })?;
        let not_signed = |source| CallError::NotSigned { service: self.service.name, source };
        let identity = provider.provide_credentials().await.map_err(|error| not_signed(error.into()))?.into();
        let sign_request = || -> Result<HttpRequest, BoxError> {
            let mut request = self.unsigned(sdk.endpoint_url(), region)?;
            let parameters = SigningParams::builder()
                .identity(&identity)
                .region(region)
                .name(self.service.scope)
                .time(SystemTime::now())
                .settings(SigningSettings::default())
                .build()?;
            let headers = request.headers().iter();
            let headers = headers.filter_map(|(name, value)| Some((name.as_str(), value.to_str().ok()?)));
            let uri = request.uri().to_string();
            let body = SignableBody::Bytes(request.body().bytes().unwrap_or_default());
            let signable = SignableRequest::new(request.method().as_str(), uri, headers, body)?;
            let (instructions, _) = sign(signable, &parameters.into())?.into_parts();
            instructions.apply_to_request_http1x(&mut request);
            Ok(request.try_into()?)
        };
        sign_request().map_err(not_signed)
    }

    fn unsigned(&self, endpoint: Option<&str>, region: &str) -> Result<http::Request<SdkBody>, http::Error> {
        let host = self.endpoint(endpoint, region);
        match &self.request {
            // Without this header, API Gateway responds in the form of HAL.
            Request::Get(path) => {
                http::Request::get(format!("{host}{path}")).header("accept", "application/json").body(SdkBody::empty())
            }
            Request::Json { target, content_type, body } => http::Request::post(format!("{host}/"))
                .header("content-type", *content_type)
                .header("x-amz-target", *target)
                .body(SdkBody::from(body.to_string())),
            Request::Query(form) => http::Request::post(format!("{host}/"))
                .header("content-type", "application/x-www-form-urlencoded")
                .body(SdkBody::from(form.as_str())),
        }
    }

    fn endpoint(&self, endpoint: Option<&str>, region: &str) -> String {
        let domain = match region.split('-').next() {
            Some("cn") => "amazonaws.com.cn",
            Some("eusc") => "amazonaws.eu",
            _ => "amazonaws.com",
        };
        let aws = || format!("https://{}.{region}.{domain}", self.service.host);
        endpoint.map_or_else(aws, |endpoint| endpoint.trim_end_matches('/').to_owned())
    }
}

/// Returns the code of an error: the member `__type` or `Code` of JSON, or the element `Code` of XML.
fn error_code(body: &str) -> Option<String> {
    if let Ok(json) = serde_json::from_str::<Value>(body) {
        let code = ["__type", "Code", "code"].iter().find_map(|name| json[*name].as_str())?;
        return Some(code.rsplit('#').next().unwrap_or(code).to_owned());
    }
    let (_, rest) = body.split_once("<Code>")?;
    rest.split_once("</Code>").map(|(code, _)| code.to_owned())
}

#[cfg(test)]
mod tests;
