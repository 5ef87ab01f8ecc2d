use base64_simd::STANDARD;
use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;

use crate::{CowStr, DedupKey, Event, Payload};

/// Why a message is not an event that this version can read.
#[derive(Debug, thiserror::Error)]
pub enum ReadError {
    /// Not JSON, or an attribute is missing or of the wrong type.
    #[error("not a CloudEvent in JSON")]
    Json {
        /// What the parser found.
        #[from]
        source: serde_json::Error,
    },
    /// Written by a version that this one does not know.
    #[error("specversion `{specversion}` is not 1.x")]
    UnknownVersion {
        /// The version that was found.
        specversion: String,
    },
    /// Neither a payload nor where it is kept.
    #[error("neither data_base64 nor dataref")]
    NoData,
    /// The payload is not base64.
    #[error("data_base64 is not base64")]
    Data,
}

/// The event's members in the order in which a person reads them.
#[derive(Serialize)]
struct Written<'a> {
    specversion: &'static str,
    id: &'a str,
    source: &'a str,
    r#type: &'a str,
    time: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    datacontenttype: Option<&'a str>,
    dedupkey: &'a DedupKey,
    #[serde(skip_serializing_if = "Option::is_none")]
    traceparent: Option<&'a str>,
    /// One of these three.
    #[serde(skip_serializing_if = "Option::is_none")]
    data: Option<&'a RawValue>,
    #[serde(skip_serializing_if = "Option::is_none")]
    data_base64: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    dataref: Option<&'a str>,
}

#[derive(Deserialize)]
struct Version {
    specversion: String,
}

/// Attributes that are not here are ignored: a later version may add some while both run.
#[derive(Deserialize)]
struct Read<'a> {
    specversion: String,
    id: String,
    source: String,
    r#type: String,
    time: String,
    datacontenttype: Option<String>,
    dedupkey: DedupKey,
    traceparent: Option<String>,
    /// The longest of them by far.
    #[serde(borrow)]
    data_base64: Option<CowStr<'a>>,
    dataref: Option<String>,
}

fn known(specversion: &str) -> Result<(), ReadError> {
    match specversion.split('.').next() {
        Some("1") => Ok(()),
        _ => Err(ReadError::UnknownVersion { specversion: specversion.to_owned() }),
    }
}

/// Another version may have another shape: then its number says more than what is missing.
fn unreadable(message: &str, source: serde_json::Error) -> ReadError {
    let version = serde_json::from_str::<Version>(message).ok();
    version.and_then(|it| known(&it.specversion).err()).unwrap_or(ReadError::Json { source })
}

impl<D> Event<D> {
    /// Everything but the payload.
    fn written(&self) -> Written<'_> {
        Written {
            specversion: "1.0",
            id: &self.id,
            source: &self.source,
            r#type: &self.event_type,
            time: &self.time,
            datacontenttype: self.content_type.as_deref(),
            dedupkey: &self.dedup_key,
            traceparent: self.traceparent.as_deref(),
            data: None,
            data_base64: None,
            dataref: None,
        }
    }
}

impl Event {
    /// For another consumer, who is to read the payload without decoding it: `data` where it is JSON, exactly as it was
    /// sent, `data_base64` where it is not.
    ///
    /// # Errors
    ///
    /// As [`Event::to_json`].
    pub fn to_readable_json(&self) -> Result<String, serde_json::Error> {
        let text = std::str::from_utf8(&self.data).ok();
        let data = text.and_then(|text| serde_json::from_str(text).ok());
        let data_base64 = data.is_none().then(|| STANDARD.encode_to_string(&self.data));
        serde_json::to_string(&Written { data, data_base64, ..self.written() })
    }
}

impl Event<Payload> {
    /// The message for the queue.
    ///
    /// # Errors
    ///
    /// Only if `serde_json` fails to write strings, which it does not.
    pub fn to_json(&self) -> Result<String, serde_json::Error> {
        let bytes = match &self.data {
            Payload::Offloaded { uri } => {
                return serde_json::to_string(&Written { dataref: Some(uri), ..self.written() });
            }
            Payload::Inline(bytes) => bytes,
        };
        // The last member, put behind the others: a serializer would look at each of its digits for what to escape.
        let (name, end) = (",\"data_base64\":\"", "\"}");
        let mut json = serde_json::to_string(&self.written())?;
        json.pop();
        json.reserve_exact(name.len() + STANDARD.encoded_length(bytes.len()) + end.len());
        json.push_str(name);
        STANDARD.encode_append(bytes, &mut json);
        json.push_str(end);
        Ok(json)
    }

    /// Reads a message from the queue.
    ///
    /// # Errors
    ///
    /// [`ReadError`]: reading it once more will not help.
    pub fn from_json(message: &str) -> Result<Self, ReadError> {
        let read: Read<'_> = serde_json::from_str(message).map_err(|source| unreadable(message, source))?;
        known(&read.specversion)?;
        let data = match (read.data_base64, read.dataref) {
            (Some(base64), _) => Payload::from(STANDARD.decode_to_vec(base64.as_bytes()).map_err(|_| ReadError::Data)?),
            (None, Some(uri)) => Payload::Offloaded { uri },
            (None, None) => return Err(ReadError::NoData),
        };
        Ok(Self {
            id: read.id,
            source: read.source,
            event_type: read.r#type,
            time: read.time,
            content_type: read.datacontenttype,
            dedup_key: read.dedupkey,
            traceparent: read.traceparent,
            data,
        })
    }
}
