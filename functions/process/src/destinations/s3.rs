//! Archives the event as an object in an S3 bucket: the exact bytes of the payload, or the CloudEvent in JSON.
//!
//! API: <https://docs.aws.amazon.com/AmazonS3/latest/API/API_PutObject.html>.

use aws_sdk_s3::primitives::ByteStream;
use base64_simd::STANDARD;
use bytes::Bytes;
use flate2::Crc;
use hookline_event::{Event, name};
use serde::Deserialize;
use time::format_description::well_known::Rfc3339;
use time::{OffsetDateTime, UtcOffset};

use super::arn::{Arn, ArnFormat};
use super::attempt::{Attempt, before_deadline};
use super::cloud_event::{self, JsonFormat, MAX_IDENTIFIER_BYTES};
use super::error::DestinationError;
use super::kind::{Kind, Preview, Setup};
use super::{aws, limits};
use crate::failure::Failure;

const BUCKET: ArnFormat = ArnFormat {
    service: "s3",
    prefix: "",
    expected: "a bucket, such as arn:aws:s3:::example-events",
    is_regional: false,
};

const DEFAULT_PREFIX: &str = "events/";

/// The longest part of a key after the prefix: the source, the hour, the deduplication key and the extension.
const MAX_KEY_END: usize = 2 * MAX_IDENTIFIER_BYTES + "/YYYY/MM/DD/HH/".len() + ".ndjson".len();

/// The longest prefix, in bytes.
const MAX_PREFIX: usize = limits::S3_KEY_BYTES - MAX_KEY_END;

const NDJSON: JsonFormat =
    JsonFormat { inline_bytes: usize::MAX, max_bytes: usize::MAX, is_readable: |_| true, rewrite: cloud_event::ndjson };

/// The configuration of an S3 destination, as Terraform writes it.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Config {
    /// The ARN of the bucket, which is in the region of the function.
    bucket: String,
    /// The beginning of all keys; `events/` by default.
    prefix: Option<String>,
    #[serde(default)]
    format: ObjectFormat,
}

/// What an object contains.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
enum ObjectFormat {
    /// The exact bytes of the payload.
    #[default]
    Exact,
    /// The CloudEvent in JSON, in one line that ends with a line break.
    Ndjson,
}

/// A bucket and the format of its objects.
#[derive(Debug)]
pub(crate) struct S3 {
    bucket: Arn,
    prefix: String,
    format: ObjectFormat,
}

/// The parts of an object.
struct Object {
    key: String,
    content_type: Option<String>,
    content_encoding: Option<String>,
    metadata: Vec<(&'static str, String)>,
    body: Bytes,
}

impl Kind for S3 {
    const NAME: &'static str = "s3";
    type Config = Config;

    fn new(config: Config, _: &Setup<'_>) -> Result<Self, DestinationError> {
        let prefix = config.prefix.unwrap_or_else(|| DEFAULT_PREFIX.to_owned());
        if !is_prefix(&prefix) {
            return Err(DestinationError::InvalidPrefix { prefix, max: MAX_PREFIX });
        }
        Ok(Self { bucket: Arn::parse(&config.bucket, BUCKET)?, prefix, format: config.format })
    }

    fn preview(&self, event: &Event) -> Result<Preview, Failure> {
        let Object { key, content_type, content_encoding, metadata, body } = self.object(event)?;
        let content = [("content-type", content_type), ("content-encoding", content_encoding)];
        let content = content.into_iter().filter_map(|(name, value)| Some((name.to_owned(), value?)));
        let metadata = metadata.into_iter().map(|(name, value)| (format!("x-amz-meta-{name}"), value));
        let target = format!("{}/{key}", self.bucket.text);
        Ok(Preview { target, headers: content.chain(metadata).collect(), body })
    }

    async fn deliver(&self, event: &Event, attempt: Attempt<'_>) -> Result<(), Failure> {
        let Object { key, content_type, content_encoding, metadata, body } = self.object(event)?;
        // A bucket with Object Lock accepts only objects with a checksum, which the SDK is configured not to add.
        let checksum = crc32(&body);
        let put = attempt.clients.s3().put_object().bucket(&self.bucket.name).key(key).body(ByteStream::from(body));
        let put = put.set_content_type(content_type).set_content_encoding(content_encoding);
        let put = metadata.into_iter().fold(put, |put, (name, value)| put.metadata(name, value));
        let put = Box::pin(put.checksum_crc32(checksum).send());
        let failure = |error| aws::call_failure("s3", hookline_aws::Failure::from_sdk_error(&error));
        before_deadline(attempt.deadline, async { put.await.map(|_| ()).map_err(failure) }).await
    }
}

impl S3 {
    fn object(&self, event: &Event) -> Result<Object, Failure> {
        let metadata = metadata(event);
        if self.format == ObjectFormat::Ndjson {
            let (body, content_type) = (NDJSON.write(event, 0)?.into(), Some("application/x-ndjson".to_owned()));
            return Ok(Object { key: self.key(event, "ndjson"), content_type, content_encoding: None, metadata, body });
        }
        let content_type = header(event.content_type.as_deref());
        let key = self.key(event, extension(content_type.as_deref()));
        let content_encoding = header(event.content_encoding.as_deref());
        Ok(Object { key, content_type, content_encoding, metadata, body: event.data.clone() })
    }

    /// Returns the key of an event: the same for each attempt and each redrive of one message.
    fn key(&self, event: &Event, extension: &str) -> String {
        let source = cloud_event::safe_name(event.source_name());
        let (hour, identifier) = (hour(event), cloud_event::identifier(event));
        format!("{}{source}/{hour}/{identifier}.{extension}", self.prefix)
    }
}

/// Returns the hour of an event in UTC as a path, for instance `2026/01/02/03`.
fn hour(event: &Event) -> String {
    let parse = |time: &str| OffsetDateTime::parse(time, &Rfc3339).ok()?.checked_to_offset(UtcOffset::UTC);
    match parse(&event.time).or_else(|| parse(event.accepted_at())) {
        Some(time) => {
            format!("{:04}/{:02}/{:02}/{:02}", time.year(), u8::from(time.month()), time.day(), time.hour())
        }
        // Ingest writes a valid time. A message from elsewhere may have none.
        None => "undated".to_owned(),
    }
}

/// Returns the attributes of an event as metadata. Longer values are shortened and end with a hash, so that all of them
/// fit into [`limits::S3_METADATA_BYTES`].
fn metadata(event: &Event) -> Vec<(&'static str, String)> {
    let mut metadata = cloud_event::attributes(event);
    metadata.push(("ce-time", cloud_event::ascii(&event.time)));
    metadata.retain(|(_, value)| !value.is_empty());
    for (name, value) in &mut metadata {
        let max = match *name {
            "ce-id" => 1024,
            "ce-type" => 256,
            _ => 128,
        };
        *value = name::shorten(value, max).into_owned();
    }
    metadata
}

// The longest metadata: the six names, and the longest values.
const _: () = assert!(64 + 1024 + 256 + 4 * 128 <= limits::S3_METADATA_BYTES);

/// Returns the checksum as S3 expects it: base64 of the CRC-32 in big-endian order.
/// <https://docs.aws.amazon.com/AmazonS3/latest/userguide/checking-object-integrity.html>
fn crc32(body: &[u8]) -> String {
    let mut crc = Crc::new();
    crc.update(body);
    STANDARD.encode_to_string(crc.sum().to_be_bytes())
}

/// Returns the text of a header if a header can have it.
fn header(text: Option<&str>) -> Option<String> {
    text.filter(|text| text.bytes().all(|byte| matches!(byte, b' '..=b'~'))).map(str::to_owned)
}

/// Returns the extension for a media type.
fn extension(content_type: Option<&str>) -> &'static str {
    let media_type = content_type.and_then(|text| text.split(';').next()).unwrap_or_default().trim();
    match media_type.to_ascii_lowercase().as_str() {
        json if json.ends_with("/json") || json.ends_with("+json") => "json",
        xml if xml.ends_with("/xml") || xml.ends_with("+xml") => "xml",
        text if text.starts_with("text/") => "txt",
        _ => "bin",
    }
}

/// Whether keys can begin with the text: characters that need no encoding, and no segment that a path resolves.
/// <https://docs.aws.amazon.com/AmazonS3/latest/userguide/object-keys.html>
fn is_prefix(text: &str) -> bool {
    let is_safe = |byte: u8| byte.is_ascii_alphanumeric() || b"!-_.'()/=".contains(&byte);
    let is_segment = |segment: &str| !matches!(segment, "." | "..");
    let has_empty_segment = text.starts_with('/') || text.contains("//");
    text.len() <= MAX_PREFIX && text.bytes().all(is_safe) && text.split('/').all(is_segment) && !has_empty_segment
}
