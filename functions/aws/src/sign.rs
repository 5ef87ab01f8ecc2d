//! AWS's signature, version 4, of the requests that the functions make: their paths are of plain characters, they have no query
//! and few headers. A test holds it against AWS's own signer.
//!
//! <https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_sigv-create-signed-request.html>

use std::time::SystemTime;

use bytes::Bytes;
use hmac::{Hmac, KeyInit as _, Mac as _};
use http::header::{AUTHORIZATION, CONTENT_TYPE, HOST, USER_AGENT};
use http::{HeaderName, HeaderValue, Request, Uri};
use http_body_util::Full;
use sha2::{Digest as _, Sha256};
use time::OffsetDateTime;

use crate::error::AwsError;
use crate::operation::{Operation, S3};
use crate::settings::{AwsSettings, Credentials};

const NAME: HeaderValue = HeaderValue::from_static(concat!("hookline/", env!("CARGO_PKG_VERSION")));
const CONTENT_SHA256: HeaderName = HeaderName::from_static("x-amz-content-sha256");
const DATE: HeaderName = HeaderName::from_static("x-amz-date");
const TOKEN: HeaderName = HeaderName::from_static("x-amz-security-token");
const TARGET: HeaderName = HeaderName::from_static("x-amz-target");

/// The request of an operation at a URL and a time. A connection leads to one host only: the path is all of the URL that a
/// request on it has.
pub(crate) fn request(
    operation: &Operation,
    url: &Uri,
    settings: &AwsSettings,
    now: SystemTime,
) -> Result<Request<Full<Bytes>>, AwsError> {
    let now = OffsetDateTime::from(now);
    let day = format!("{:04}{:02}{:02}", now.year(), u8::from(now.month()), now.day());
    let date = format!("{day}T{:02}{:02}{:02}Z", now.hour(), now.minute(), now.second());
    let hash = hex::encode(Sha256::digest(&operation.body));
    let host = url.authority().map_or("", |authority| authority.as_str());

    let mut headers = headers(operation, &settings.credentials, host, &date, &hash)?;
    let authorization = authorization(operation, url.path(), settings, (&day, &date), &hash, &headers)?;
    headers.extend([(AUTHORIZATION, authorization), (USER_AGENT, NAME)]);
    let mut request = Request::builder().method(&operation.method).uri(url.path());
    if let Some(map) = request.headers_mut() {
        map.extend(headers);
    }
    request.body(Full::new(operation.body.clone())).map_err(|error| AwsError::Request { detail: error.to_string() })
}

/// Those that are signed, in the order in which they are.
fn headers(
    operation: &Operation,
    credentials: &Credentials,
    host: &str,
    date: &str,
    hash: &str,
) -> Result<Vec<(HeaderName, HeaderValue)>, AwsError> {
    let all = [
        (CONTENT_TYPE, Some(operation.content_type.as_str())),
        (HOST, Some(host)),
        // S3 wants it said.
        (CONTENT_SHA256, (operation.service == S3).then_some(hash)),
        (DATE, Some(date)),
        (TOKEN, credentials.token.as_deref()),
        (TARGET, operation.target.as_deref()),
    ];
    let had = all.into_iter().filter_map(|(name, value)| Some((name, value?)));
    had.map(|(name, value)| Ok((name, self::value(value)?))).collect()
}

/// The header that proves the others, and the body.
fn authorization(
    operation: &Operation,
    path: &str,
    settings: &AwsSettings,
    (day, date): (&str, &str),
    hash: &str,
    headers: &[(HeaderName, HeaderValue)],
) -> Result<HeaderValue, AwsError> {
    let AwsSettings { region, credentials: Credentials { key_id, secret, .. }, .. } = settings;
    let service = operation.service.signing_name;
    let names: Vec<_> = headers.iter().map(|(name, _)| name.as_str()).collect();
    let names = names.join(";");
    let mut canonical = format!("{}\n{path}\n\n", operation.method);
    for (name, value) in headers {
        canonical.extend([name.as_str(), ":", value.to_str().unwrap_or_default(), "\n"]);
    }
    canonical.extend(["\n", &names, "\n", hash]);

    let scope = format!("{day}/{region}/{service}/aws4_request");
    let canonical = hex::encode(Sha256::digest(canonical));
    let text = format!("AWS4-HMAC-SHA256\n{date}\n{scope}\n{canonical}");
    let key = mac(format!("AWS4{}", **secret).as_bytes(), day);
    let key = [region, service, "aws4_request"].into_iter().fold(key, |key, part| mac(&key, part));
    let signature = hex::encode(mac(&key, &text));
    let whole = format!("AWS4-HMAC-SHA256 Credential={key_id}/{scope}, SignedHeaders={names}, Signature={signature}");
    value(&whole)
}

fn mac(key: &[u8], text: &str) -> [u8; 32] {
    // HMAC takes a key of any length: the error type is there for the algorithms that do not.
    #[expect(clippy::expect_used, reason = "cannot fail for HMAC")]
    let mac = Hmac::<Sha256>::new_from_slice(key).expect("HMAC takes any key");
    mac.chain_update(text).finalize().into_bytes().into()
}

fn value(text: &str) -> Result<HeaderValue, AwsError> {
    HeaderValue::from_str(text).map_err(|error| AwsError::Request { detail: error.to_string() })
}

#[cfg(test)]
mod tests {
    use std::time::{Duration, UNIX_EPOCH};

    use aws_sigv4::http_request::{
        PayloadChecksumKind, PercentEncodingMode, SignableBody, SignableRequest, SigningSettings,
        UriPathNormalizationMode, sign,
    };
    use aws_sigv4::sign::v4::SigningParams;
    use proptest::prelude::*;

    use super::*;
    use crate::operation::{DYNAMODB, SES, SQS};

    /// What AWS's own signer writes, of the same request.
    fn by_aws(operation: &Operation, url: &str, settings: &AwsSettings, now: SystemTime) -> String {
        let Credentials { key_id, secret, token } = &settings.credentials;
        let credentials = aws_credential_types::Credentials::new(key_id, &**secret, token.clone(), None, "test").into();
        let mut how = SigningSettings::default();
        if operation.service == S3 {
            how.percent_encoding_mode = PercentEncodingMode::Single;
            how.uri_path_normalization_mode = UriPathNormalizationMode::Disabled;
            how.payload_checksum_kind = PayloadChecksumKind::XAmzSha256;
        }
        let parameters = SigningParams::builder().identity(&credentials).region(&settings.region);
        let parameters = parameters.name(operation.service.signing_name).time(now).settings(how).build().unwrap();
        let headers =
            [("content-type", Some(operation.content_type.as_str())), ("x-amz-target", operation.target.as_deref())];
        let headers = headers.into_iter().filter_map(|(name, value)| Some((name, value?)));
        let body = SignableBody::Bytes(&operation.body);
        let signable = SignableRequest::new(operation.method.as_str(), url, headers, body).unwrap();
        let (instructions, _) = sign(signable, &parameters.into()).unwrap().into_parts();
        let found = instructions.headers().find(|(name, _)| *name == "authorization");
        found.unwrap().1.to_owned()
    }

    fn operations(body: &str) -> [Operation; 5] {
        [
            Operation::json(SQS, "SendMessage", body.to_owned()),
            Operation::json(DYNAMODB, "PutItem", body.to_owned()),
            Operation::form(SES, &[("Action", "SendEmail"), ("Message.Subject.Data", body)]),
            Operation::object("bucket", "payloads/0198c6f0-7b61", Some(Bytes::copy_from_slice(body.as_bytes()))),
            Operation::object("bucket", "payloads/0198c6f0-7b61", None),
        ]
    }

    proptest! {
        #[test]
        fn requests_are_signed_as_aws_signs_them(
            body in any::<String>(),
            secret in "[!-~]{1,80}",
            token in proptest::option::of("[!-~]{1,200}"),
            seconds in 0_u64..7_000_000_000,
            endpoint in proptest::option::of(Just("http://127.0.0.1:4566".to_owned())),
        ) {
            let credentials = Credentials { key_id: "AKIAIOSFODNN7EXAMPLE".into(), secret: secret.into(), token };
            let settings = AwsSettings { region: "eu-central-1".into(), credentials, endpoint_url: endpoint };
            let now = UNIX_EPOCH + Duration::from_secs(seconds);
            for operation in operations(&body) {
                let url = operation.url(&settings);
                let request = request(&operation, &url.parse().unwrap(), &settings, now).unwrap();
                let ours = request.headers()[AUTHORIZATION].to_str().unwrap();
                prop_assert_eq!(ours, by_aws(&operation, &url, &settings, now));
            }
        }
    }
}
