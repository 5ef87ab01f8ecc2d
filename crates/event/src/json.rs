use base64_simd::STANDARD;
use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;

use crate::{CowStr, DataHash, DedupKey, Event, ForwardedHeaders, Payload};

/// A message that this version cannot read as an event.
#[derive(Debug, thiserror::Error)]
pub enum ReadError {
    /// The message is not JSON, or an attribute is missing or has the wrong type.
    #[error("not a CloudEvent in JSON")]
    Json {
        /// The parser's error.
        #[from]
        source: serde_json::Error,
    },
    /// The major version is unknown.
    #[error("specversion `{specversion}` is not 1.x")]
    UnknownVersion {
        /// The version of the message.
        specversion: String,
    },
    /// The message has neither a payload nor its location.
    #[error("no `data_base64` and no `dataref`")]
    MissingData,
    /// The payload is not base64.
    #[error("`data_base64` is not base64")]
    InvalidBase64,
}

/// The JSON object that is written. The order of the members is meant for human readers.
#[derive(Serialize)]
struct OutputJson<'a> {
    specversion: &'static str,
    id: &'a str,
    source: &'a str,
    r#type: &'a str,
    time: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    recordedtime: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    sendersource: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    requestid: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    datacontenttype: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    contentencoding: Option<&'a str>,
    dedupkey: &'a DedupKey,
    #[serde(skip_serializing_if = "Option::is_none")]
    datahash: Option<&'a DataHash>,
    #[serde(skip_serializing_if = "Option::is_none")]
    traceparent: Option<&'a str>,
    /// Omitted for an event from outside.
    #[serde(skip_serializing_if = "Option::is_none")]
    hops: Option<u32>,
    #[serde(skip_serializing_if = "Option::is_none")]
    replay: Option<&'a str>,
    /// Omitted if there are none, and for other consumers.
    #[serde(skip_serializing_if = "Option::is_none")]
    forwardedheaders: Option<&'a ForwardedHeaders>,
    /// Exactly one of `data`, `data_base64` and `dataref` is present.
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

/// The JSON object that is read. Unknown attributes are ignored: during a deployment, a later version may already add
/// some.
#[derive(Deserialize)]
struct InputJson<'a> {
    specversion: String,
    id: String,
    source: String,
    r#type: String,
    time: String,
    recordedtime: Option<String>,
    sendersource: Option<String>,
    requestid: Option<String>,
    datacontenttype: Option<String>,
    contentencoding: Option<String>,
    dedupkey: DedupKey,
    datahash: Option<DataHash>,
    traceparent: Option<String>,
    #[serde(default)]
    hops: u32,
    replay: Option<String>,
    #[serde(default)]
    forwardedheaders: ForwardedHeaders,
    /// By far the longest attribute, so it is borrowed.
    #[serde(borrow)]
    data_base64: Option<CowStr<'a>>,
    dataref: Option<String>,
}

fn check_version(specversion: &str) -> Result<(), ReadError> {
    match specversion.split('.').next() {
        Some("1") => Ok(()),
        _ => Err(ReadError::UnknownVersion { specversion: specversion.to_owned() }),
    }
}

/// Prefers the error for an unknown version over the parser's error: another version may have other attributes, and its
/// number explains more than the name of a missing attribute.
fn read_error(message: &str, source: serde_json::Error) -> ReadError {
    let version = serde_json::from_str::<Version>(message).ok();
    version.and_then(|version| check_version(&version.specversion).err()).unwrap_or(ReadError::Json { source })
}

impl<D> Event<D> {
    /// Returns all members of the message for the queue except the payload.
    fn queue_message(&self) -> OutputJson<'_> {
        let forwardedheaders = Some(&self.forwarded).filter(|forwarded| !forwarded.is_empty());
        OutputJson { forwardedheaders, ..self.without_payload() }
    }

    /// Writes the message for the queue without its payload, for the event log. An offloaded payload is its location.
    ///
    /// # Errors
    ///
    /// The same as [`Event::to_json`].
    pub fn to_stored_json(&self, payload: &Payload) -> Result<String, serde_json::Error> {
        let dataref = match payload {
            Payload::Inline(_) => None,
            Payload::Offloaded { uri } => Some(uri.as_str()),
        };
        serde_json::to_string(&OutputJson { dataref, ..self.queue_message() })
    }

    /// Returns all members except the payload and those that are only on the queue.
    fn without_payload(&self) -> OutputJson<'_> {
        OutputJson {
            specversion: "1.0",
            id: &self.id,
            source: &self.source,
            r#type: &self.event_type,
            time: &self.time,
            recordedtime: self.recorded_time.as_deref(),
            sendersource: self.sender_source.as_deref(),
            requestid: self.request_id.as_deref(),
            datacontenttype: self.content_type.as_deref(),
            contentencoding: self.content_encoding.as_deref(),
            dedupkey: &self.dedup_key,
            datahash: self.data_hash.as_ref(),
            traceparent: self.traceparent.as_deref(),
            hops: Some(self.hops).filter(|hops| *hops > 0),
            replay: self.replay.as_deref(),
            forwardedheaders: None,
            data: None,
            data_base64: None,
            dataref: None,
        }
    }
}

impl Event {
    /// Writes the event for other consumers, which can read a JSON payload without decoding it: `data` has a JSON
    /// payload exactly as the sender sent it, `data_base64` has any other payload. `is_accepted` returns whether the
    /// consumer can read a JSON payload.
    ///
    /// # Errors
    ///
    /// The same as [`Event::to_json`].
    pub fn to_readable_json(&self, is_accepted: impl FnOnce(&str) -> bool) -> Result<String, serde_json::Error> {
        let text = std::str::from_utf8(&self.data).ok();
        let data = text.and_then(|text| serde_json::from_str::<&RawValue>(text).ok());
        let data = data.filter(|data| is_accepted(data.get()));
        let data_base64 = data.is_none().then(|| STANDARD.encode_to_string(&self.data));
        // The request id has a meaning only on the queue.
        serde_json::to_string(&OutputJson { data, data_base64, requestid: None, ..self.without_payload() })
    }

    /// Writes the event for other consumers without its payload: `dataref` has the URI of the offloaded payload. Returns
    /// `None` if the payload was not offloaded.
    ///
    /// # Errors
    ///
    /// The same as [`Event::to_json`].
    pub fn to_reference_json(&self) -> Result<Option<String>, serde_json::Error> {
        let write = |uri: &String| {
            serde_json::to_string(&OutputJson { dataref: Some(uri), requestid: None, ..self.without_payload() })
        };
        self.payload_uri.as_ref().map(write).transpose()
    }
}

impl Event<Payload> {
    /// Writes the message for the queue.
    ///
    /// # Errors
    ///
    /// Returns an error only if `serde_json` cannot write a string, which does not happen.
    pub fn to_json(&self) -> Result<String, serde_json::Error> {
        let bytes = match &self.data {
            Payload::Offloaded { uri } => {
                return serde_json::to_string(&OutputJson { dataref: Some(uri), ..self.queue_message() });
            }
            Payload::Inline(bytes) => bytes,
        };
        // The last member is appended without the serializer, which would check each character for escaping.
        let (name, end) = (",\"data_base64\":\"", "\"}");
        let mut json = serde_json::to_string(&self.queue_message())?;
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
    /// Returns [`ReadError`]. The error is permanent: a retry does not help.
    pub fn from_json(message: &str) -> Result<Self, ReadError> {
        let input: InputJson<'_> = serde_json::from_str(message).map_err(|source| read_error(message, source))?;
        check_version(&input.specversion)?;
        let data = match (input.data_base64, input.dataref) {
            (Some(base64), _) => {
                Payload::from(STANDARD.decode_to_vec(base64.as_bytes()).map_err(|_| ReadError::InvalidBase64)?)
            }
            (None, Some(uri)) => Payload::Offloaded { uri },
            (None, None) => return Err(ReadError::MissingData),
        };
        Ok(Self {
            id: input.id,
            source: input.source,
            event_type: input.r#type,
            time: input.time,
            recorded_time: input.recordedtime,
            sender_source: input.sendersource,
            request_id: input.requestid,
            content_type: input.datacontenttype,
            content_encoding: input.contentencoding,
            dedup_key: input.dedupkey,
            data_hash: input.datahash,
            traceparent: input.traceparent,
            hops: input.hops,
            forwarded: input.forwardedheaders,
            payload_uri: None,
            replay: input.replay,
            data,
        })
    }
}
