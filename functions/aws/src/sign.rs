use std::time::SystemTime;

use aws_sigv4::http_request::{
    PayloadChecksumKind, PercentEncodingMode, SignableBody, SignableRequest, SigningSettings, UriPathNormalizationMode,
    sign,
};
use aws_sigv4::sign::v4;
use aws_smithy_runtime_api::client::identity::Identity;
use bytes::Bytes;
use http::header::{CONTENT_TYPE, HOST, USER_AGENT};
use http::{HeaderName, HeaderValue, Request, Uri};
use http_body_util::Full;

use crate::error::AwsError;
use crate::operation::{Operation, S3};

const NAME: &str = concat!("hookline/", env!("CARGO_PKG_VERSION"));

/// The request of an operation, without a signature. A connection leads to one host only: the path is all of the URL that a
/// request on it has.
fn unsigned(operation: &Operation, url: &Uri) -> Result<Request<Full<Bytes>>, http::Error> {
    let path = url.path_and_query().map_or("/", |path| path.as_str());
    let host = url.authority().map_or("", |authority| authority.as_str());
    let mut request = Request::builder().method(&operation.method).uri(path).header(HOST, host);
    request = request.header(CONTENT_TYPE, &operation.content_type).header(USER_AGENT, NAME);
    if let Some(target) = &operation.target {
        request = request.header("x-amz-target", target);
    }
    request.body(Full::new(operation.body.clone()))
}

/// The request of an operation at a URL and a time.
pub(crate) fn request(
    operation: &Operation,
    url: &Uri,
    region: &str,
    identity: &Identity,
    now: SystemTime,
) -> Result<Request<Full<Bytes>>, AwsError> {
    let cannot = |detail: &dyn std::fmt::Display| AwsError::Request { detail: detail.to_string() };
    let mut request = unsigned(operation, url).map_err(|error| cannot(&error))?;

    let mut how = SigningSettings::default();
    if operation.service == S3 {
        // S3 takes a path as it stands, and wants the body's hash as a header.
        how.percent_encoding_mode = PercentEncodingMode::Single;
        how.uri_path_normalization_mode = UriPathNormalizationMode::Disabled;
        how.payload_checksum_kind = PayloadChecksumKind::XAmzSha256;
    }
    let parameters = v4::SigningParams::builder()
        .identity(identity)
        .region(region)
        .name(operation.service.signing_name)
        .time(now)
        .settings(how)
        .build()
        .map_err(|error| cannot(&error))?
        .into();
    let headers = request.headers().iter().filter_map(|(name, value)| Some((name.as_str(), value.to_str().ok()?)));
    let body = SignableBody::Bytes(&operation.body);
    let signable = SignableRequest::new(operation.method.as_str(), url.to_string(), headers, body);
    let signable = signable.map_err(|error| cannot(&error))?;
    let (instructions, _) = sign(signable, &parameters).map_err(|error| cannot(&error))?.into_parts();
    for (name, value) in instructions.headers() {
        let value = HeaderValue::from_str(value).map_err(|error| cannot(&error))?;
        request.headers_mut().insert(HeaderName::try_from(name).map_err(|error| cannot(&error))?, value);
    }
    Ok(request)
}
