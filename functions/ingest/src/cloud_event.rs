//! The CloudEvents that a caller of `POST /events` sends: in binary mode (the attributes are headers and the body is the
//! data) or in structured mode (the body is a JSON object with attributes and data).
//!
//! <https://github.com/cloudevents/spec/blob/v1.0.2/cloudevents/bindings/http-protocol-binding.md>,
//! <https://github.com/cloudevents/spec/blob/v1.0.2/cloudevents/formats/json-format.md>

use base64_simd::STANDARD;
use hookline_event::{CowStr, name};
use hookline_signature::{Headers, without_bom};
use serde::Deserialize;
use serde_json::value::RawValue;
use time::OffsetDateTime;
use time::format_description::well_known::Rfc3339;

use crate::content_labels::{ContentLabels, is_json, media_type};
use crate::event_names::{MAX_ID_BYTES, is_usable_id, usable_id};
use crate::rejection::Rejection;

/// The prefix of the media types of structured mode and of batches.
const MEDIA_TYPE_PREFIX: &str = "application/cloudevents";

/// The media type of structured mode in JSON.
const STRUCTURED_JSON: &str = "application/cloudevents+json";

/// The prefix of the media types of batches, which are not supported: a batch has one response for several events.
const BATCH_PREFIX: &str = "application/cloudevents-batch";

/// A caller's event.
#[derive(Debug, Default, PartialEq, Eq)]
pub(crate) struct CloudEvent {
    pub(crate) id: Option<String>,
    pub(crate) event_type: Option<String>,
    pub(crate) source: Option<String>,
    pub(crate) time: Option<String>,
    pub(crate) content_type: Option<String>,
    pub(crate) content_encoding: Option<String>,
    /// The data, or `None` if it is the complete body.
    pub(crate) data: Option<Vec<u8>>,
}

/// The members of structured mode that are read. Extension attributes, `subject` and `dataschema` are not kept.
#[derive(Deserialize)]
struct Structured<'a> {
    specversion: Option<String>,
    id: Option<String>,
    r#type: Option<String>,
    source: Option<String>,
    time: Option<String>,
    datacontenttype: Option<String>,
    #[serde(borrow)]
    data: Option<&'a RawValue>,
    #[serde(borrow)]
    data_base64: Option<CowStr<'a>>,
}

impl CloudEvent {
    /// Reads the event of an authenticated request in the mode that its content type declares.
    pub(crate) fn read(headers: &Headers, body: &[u8]) -> Result<Self, Rejection> {
        let labels = ContentLabels::read(headers);
        match labels.media_types.iter().find(|media_type| media_type.starts_with(MEDIA_TYPE_PREFIX)) {
            None => Self::read_binary(headers, labels),
            Some(media_type) if media_type.starts_with(BATCH_PREFIX) => Err(Rejection::UnsupportedBatch),
            Some(media_type) if media_type != STRUCTURED_JSON => Err(Rejection::UnsupportedContentType),
            Some(_) if labels.content_encoding.is_some() => Err(Rejection::UnsupportedContentEncoding),
            Some(_) => Self::read_structured(body),
        }
    }

    fn read_binary(headers: &Headers, labels: ContentLabels) -> Result<Self, Rejection> {
        let header = |header| headers.first(header).map(name::decode);
        // All attributes are optional here, but one that is present must be valid.
        let checked = |name, is_valid: fn(&str) -> bool| match header(name) {
            Some(value) if !is_valid(&value) => Err(Rejection::InvalidHeader { header: name }),
            value => Ok(value),
        };
        Ok(Self {
            id: checked("Ce-Id", is_usable_id)?,
            event_type: header("Ce-Type"),
            source: checked("Ce-Source", is_source)?,
            time: checked("Ce-Time", is_time)?,
            content_type: labels.content_type,
            content_encoding: labels.content_encoding,
            data: None,
        })
    }

    fn read_structured(body: &[u8]) -> Result<Self, Rejection> {
        let invalid = |problem| Rejection::InvalidCloudEvent { problem };
        let text = std::str::from_utf8(without_bom(body)).map_err(|_| invalid("The CloudEvent is not UTF-8."))?;
        let event: Structured<'_> =
            serde_json::from_str(text).map_err(|_| invalid("The CloudEvent is not a JSON object with attributes."))?;
        if event.specversion.as_deref().is_none_or(|version| version.split('.').next() != Some("1")) {
            return Err(invalid("The CloudEvent's specversion must be 1.0."));
        }
        let id = event.id.and_then(usable_id);
        let id = id.ok_or_else(|| invalid("The CloudEvent's id is missing, invalid or too long."))?;
        let event_type = event.r#type.filter(|event_type| !event_type.trim().is_empty());
        let event_type = event_type.ok_or_else(|| invalid("The CloudEvent's type is missing."))?;
        let source = event.source.filter(|source| is_source(source));
        let source = source.ok_or_else(|| invalid("The CloudEvent's source is missing, invalid or too long."))?;
        if event.time.as_deref().is_some_and(|time| !is_time(time)) {
            return Err(invalid("The CloudEvent's time is not RFC 3339."));
        }
        let declares_json = event.datacontenttype.as_deref().is_none_or(|declared| is_json(&media_type(declared)));
        let data = match (event.data, event.data_base64) {
            (Some(_), Some(_)) => return Err(invalid("The CloudEvent has both data and data_base64.")),
            (None, Some(base64)) => {
                let data = STANDARD.decode_to_vec(base64.as_bytes());
                data.map_err(|_| invalid("The CloudEvent's data_base64 is not base64."))?
            }
            (Some(data), None) if declares_json => data.get().as_bytes().to_vec(),
            (Some(data), None) => {
                let text = serde_json::from_str::<String>(data.get());
                text.map_err(|_| invalid("The CloudEvent's data is not a string, but not declared as JSON."))?
                    .into_bytes()
            }
            (None, None) => Vec::new(),
        };
        let labels =
            ContentLabels::read(&Headers::from_iter(event.datacontenttype.map(|value| ("Content-Type", value))));
        let content_type = labels.content_type.or_else(|| declares_json.then(|| "application/json".to_owned()));
        let (id, event_type, source) = (Some(id), Some(event_type), Some(source));
        Ok(Self { id, event_type, source, time: event.time, content_type, content_encoding: None, data: Some(data) })
    }
}

/// Whether a text is a time in RFC 3339.
fn is_time(text: &str) -> bool {
    OffsetDateTime::parse(text, &Rfc3339).is_ok()
}

/// Whether a text can be a source. Whether it is a URI is not checked: it is only passed on.
fn is_source(text: &str) -> bool {
    (1..=MAX_ID_BYTES).contains(&text.len()) && !text.contains(char::is_control)
}
