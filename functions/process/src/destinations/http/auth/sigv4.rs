//! A signature with the credentials of the function's role: Signature Version 4.
//!
//! <https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_sigv-create-signed-request.html>

use std::time::SystemTime;

use aws_credential_types::provider::ProvideCredentials as _;
use aws_sigv4::http_request::{PayloadChecksumKind, SignableBody, SignableRequest, SigningSettings, sign};
use aws_sigv4::sign::v4::SigningParams;
use hookline_aws::SdkConfig;
use http::HeaderName;

use super::header::sensitive;
use crate::destinations::error::DestinationError;
use crate::destinations::http::config::Config;
use crate::destinations::secret;
use crate::egress::{HttpRequest, Target};
use crate::failure::Failure;

/// The service in the signatures for an API of API Gateway.
const DEFAULT_SERVICE: &str = "execute-api";

type BoxError = Box<dyn std::error::Error + Send + Sync>;

/// Signs requests for an AWS service.
#[derive(Debug)]
pub(super) struct RequestSigner {
    service: String,
    /// The region of the service, if it is not the function's.
    region: Option<String>,
}

impl RequestSigner {
    pub(super) fn new(config: &Config, target: &Target) -> Result<Self, DestinationError> {
        if !target.is_https() {
            return Err(DestinationError::AuthWithoutTls { auth: "sigv4" });
        }
        let service = config.service.clone().unwrap_or_else(|| DEFAULT_SERVICE.to_owned());
        Ok(Self { service, region: config.region.clone() })
    }

    /// Adds the signature of the method, the URL, the content type and the exact body. Other headers are not signed, so
    /// that a gateway may change them.
    pub(super) async fn sign(
        &self,
        destination: &str,
        request: &mut HttpRequest<'_>,
        sdk: &SdkConfig,
    ) -> Result<(), Failure> {
        let signed = self.signature_headers(request, sdk).await;
        let signed = signed.map_err(|error| secret::unavailable_credentials(destination, &error))?;
        request.headers.extend(signed);
        Ok(())
    }

    async fn signature_headers(&self, request: &HttpRequest<'_>, sdk: &SdkConfig) -> Result<http::HeaderMap, BoxError> {
        let provider = sdk.credentials_provider().ok_or("the function has no credentials")?;
        let identity = provider.provide_credentials().await?.into();
        let region = self.region.as_deref().or(sdk.region().map(AsRef::as_ref)).ok_or("the function has no region")?;
        let parameters = SigningParams::builder()
            .identity(&identity)
            .region(region)
            .name(&self.service)
            .time(SystemTime::now())
            .settings(settings())
            .build()?;
        let content_type = request.headers.get(http::header::CONTENT_TYPE).and_then(|value| value.to_str().ok());
        let headers = content_type.map(|value| (http::header::CONTENT_TYPE.as_str(), value));
        let (method, url) = (request.method.as_str(), request.target.to_string());
        let body = SignableBody::Bytes(&request.body);
        let signable = SignableRequest::new(method, url, headers.into_iter(), body)?;
        let (instructions, _) = sign(signable, &parameters.into())?.into_parts();
        let header = |(name, value): (&str, &str)| {
            Ok((HeaderName::try_from(name)?, sensitive(value).ok_or("a header of the signature is invalid")?))
        };
        instructions.headers().map(header).collect()
    }
}

/// The hash of the body is also a header, which OpenSearch Serverless requires.
/// <https://docs.aws.amazon.com/opensearch-service/latest/developerguide/serverless-clients.html>
fn settings() -> SigningSettings {
    let mut settings = SigningSettings::default();
    settings.payload_checksum_kind = PayloadChecksumKind::XAmzSha256;
    settings
}
