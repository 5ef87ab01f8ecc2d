use std::time::SystemTime;

use aws_sigv4::http_request::{
    PayloadChecksumKind, PercentEncodingMode, SignableBody, SignableRequest, SigningSettings, UriPathNormalizationMode,
    sign,
};
use aws_sigv4::sign::v4;
use bytes::Bytes;
use http::{HeaderValue, Request};
use http_body_util::Full;

use crate::error::AwsError;
use crate::operation::{Operation, S3};
use crate::settings::AwsSettings;

const USER_AGENT: &str = concat!("hookline/", env!("CARGO_PKG_VERSION"));

/// The request of an operation, without a signature.
fn unsigned(operation: &Operation, url: &str) -> Result<Request<Full<Bytes>>, http::Error> {
    let mut request = Request::builder().method(&operation.method).uri(url);
    request = request.header("content-type", &operation.content_type).header("user-agent", USER_AGENT);
    if let Some(target) = &operation.target {
        request = request.header("x-amz-target", target);
    }
    request.body(Full::new(operation.body.clone()))
}

/// The request of an operation at a time.
pub(crate) fn request(
    operation: &Operation,
    settings: &AwsSettings,
    now: SystemTime,
) -> Result<Request<Full<Bytes>>, AwsError> {
    let cannot = |detail: &dyn std::fmt::Display| AwsError::Request { detail: detail.to_string() };
    let url = operation.url(settings);
    let mut request = unsigned(operation, &url).map_err(|error| cannot(&error))?;

    let mut how = SigningSettings::default();
    if operation.service == S3 {
        // S3 takes a path as it stands, and wants the body's hash as a header.
        how.percent_encoding_mode = PercentEncodingMode::Single;
        how.uri_path_normalization_mode = UriPathNormalizationMode::Disabled;
        how.payload_checksum_kind = PayloadChecksumKind::XAmzSha256;
    }
    let identity = settings.credentials.clone().into();
    let parameters = v4::SigningParams::builder()
        .identity(&identity)
        .region(&settings.region)
        .name(operation.service.signing_name)
        .time(now)
        .settings(how)
        .build()
        .map_err(|error| cannot(&error))?
        .into();
    let headers = request.headers().iter().filter_map(|(name, value)| Some((name.as_str(), value.to_str().ok()?)));
    let body = SignableBody::Bytes(&operation.body);
    let signable =
        SignableRequest::new(operation.method.as_str(), &url, headers, body).map_err(|error| cannot(&error))?;
    let (instructions, _) = sign(signable, &parameters).map_err(|error| cannot(&error))?.into_parts();
    for (name, value) in instructions.headers() {
        let value = HeaderValue::from_str(value).map_err(|error| cannot(&error))?;
        let name = http::HeaderName::try_from(name).map_err(|error| cannot(&error))?;
        request.headers_mut().insert(name, value);
    }
    Ok(request)
}
