//! The objects with the events.
//!
//! An object has one gzip member for each event, so that a reader can fetch one event by its bytes, and any gzip program
//! can read the whole object. A member has one line, the queue message without its payload, and then the exact payload.

use std::io::{self, Read, Write};

use flate2::read::GzDecoder;
use flate2::write::ZlibEncoder;
use flate2::{Compress, Compression};
use hookline_event::{Event, Payload};
use time::OffsetDateTime;
use time::format_description::StaticFormatDescription;
use time::macros::format_description;
use uuid::Uuid;

use crate::entry::ObjectLocation;
use crate::position::format;

const HOUR: StaticFormatDescription = format_description!("[year]-[month]-[day]/[hour]");

/// The largest member that is read, decompressed: more than the largest message of a queue.
const MAX_MEMBER_BYTES: u64 = 8 * 1024 * 1024;

/// Why a stored event cannot be read.
#[derive(Debug, thiserror::Error)]
pub enum StoredEventError {
    /// The bytes are no complete gzip member.
    #[error("the stored event cannot be decompressed: {source}")]
    Compression {
        /// The error of the decoder.
        #[from]
        source: io::Error,
    },
    /// The member is larger than any event.
    #[error("the stored event has more than {MAX_MEMBER_BYTES} bytes")]
    TooLarge,
    /// The member has no line with the message.
    #[error("the stored event has no message")]
    NoMessage,
    /// The event was deleted: its bytes are zero.
    #[error("the stored event was deleted")]
    Deleted,
}

/// Returns a key for a new object: `log/<source>/<day>/<hour>/<unique>.gz`, with the hour in UTC.
#[must_use]
pub fn new_object_key(source: &str, at: OffsetDateTime) -> String {
    format!("log/{source}/{}/{}.gz", format(at, HOUR), Uuid::now_v7())
}

/// The window of the compression, as a power of two in bytes. Each gzip program supports it.
const WINDOW_BITS: u8 = 15;

/// Writes events into the bytes of an object.
#[derive(Debug)]
pub struct ObjectWriter {
    /// Writes one member after the other. They share the state of the compression, which has some hundred kilobytes. A
    /// `GzEncoder` cannot be reset, and this encoder writes the format of its [`Compress`].
    encoder: ZlibEncoder<Vec<u8>>,
    bytes: Vec<u8>,
}

impl Default for ObjectWriter {
    fn default() -> Self {
        let gzip = Compress::new_gzip(Compression::fast(), WINDOW_BITS);
        Self { encoder: ZlibEncoder::new_with_compress(Vec::new(), gzip), bytes: Vec::new() }
    }
}

impl ObjectWriter {
    /// Adds an event. Returns where it is in the object `key`.
    ///
    /// # Errors
    ///
    /// Only if the message cannot be written as JSON or the compression fails, which does not happen.
    pub fn add<D>(&mut self, key: &str, event: &Event<D>, payload: &Payload) -> io::Result<ObjectLocation> {
        self.encoder.write_all(event.to_stored_json(payload)?.as_bytes())?;
        self.encoder.write_all(b"\n")?;
        if let Payload::Inline(bytes) = payload {
            self.encoder.write_all(bytes)?;
        }
        let member = self.encoder.reset(Vec::new())?;
        let offset = self.bytes.len() as u64;
        self.bytes.extend_from_slice(&member);
        Ok(ObjectLocation { key: key.to_owned(), offset, length: member.len() as u64 })
    }

    /// Returns the bytes of the object.
    #[must_use]
    pub fn finish(self) -> Vec<u8> {
        self.bytes
    }
}

/// An event of the log.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StoredEvent {
    /// The queue message without its payload, in JSON. An offloaded payload has its location there, as `dataref`.
    pub message: String,
    /// The exact payload; empty if it was offloaded.
    pub payload: Vec<u8>,
}

impl StoredEvent {
    /// Reads the bytes of a member.
    ///
    /// # Errors
    ///
    /// [`StoredEventError`].
    pub fn read(member: &[u8]) -> Result<Self, StoredEventError> {
        if member.iter().all(|byte| *byte == 0) {
            return Err(StoredEventError::Deleted);
        }
        let mut bytes = Vec::new();
        let mut decoder = GzDecoder::new(member);
        decoder.by_ref().take(MAX_MEMBER_BYTES + 1).read_to_end(&mut bytes)?;
        if bytes.len() as u64 > MAX_MEMBER_BYTES {
            return Err(StoredEventError::TooLarge);
        }
        let end = bytes.iter().position(|byte| *byte == b'\n').ok_or(StoredEventError::NoMessage)?;
        let payload = bytes.split_off(end + 1);
        bytes.truncate(end);
        let message = String::from_utf8(bytes).map_err(|_| StoredEventError::NoMessage)?;
        Ok(Self { message, payload })
    }
}

#[cfg(test)]
mod tests {
    use flate2::write::GzEncoder;

    use super::*;

    fn event(id: &str) -> Event<Payload> {
        Event::from_json(&format!(
            r#"{{"specversion":"1.0","id":"{id}","source":"/webhooks/github","type":"github.push",
                "time":"2026-01-01T00:00:00Z","dedupkey":"4cb24aeed275","data_base64":""}}"#
        ))
        .unwrap()
    }

    /// Bytes that cannot be compressed (xorshift).
    fn noise(length: usize) -> Vec<u8> {
        let next = |state: &u64| {
            let state = state ^ (state << 13);
            let state = state ^ (state >> 7);
            Some(state ^ (state << 17))
        };
        std::iter::successors(Some(1_u64), next).map(|state| (state >> 32) as u8).take(length).collect()
    }

    #[test]
    fn each_event_is_read_by_its_location() {
        // The second payload has line ends and bytes that are no text. The third one does not become smaller.
        let noise = noise(200_000);
        let payloads = [b"{\"a\":1}".to_vec(), b"\n\xff\0\n".to_vec(), noise, Vec::new()];
        let mut writer = ObjectWriter::default();
        let key = new_object_key("github", OffsetDateTime::from_unix_timestamp(1_767_323_045).unwrap());
        assert!(key.starts_with("log/github/2026-01-02/03/") && key.ends_with(".gz"), "{key}");
        let mut locations = Vec::new();
        for (id, payload) in ["1", "2", "3", "4"].iter().zip(&payloads) {
            let payload = Payload::from(payload.clone());
            locations.push(writer.add(&key, &event(id), &payload).unwrap());
        }
        let bytes = writer.finish();
        for (location, payload) in locations.iter().zip(&payloads) {
            let range = location.offset as usize..(location.offset + location.length) as usize;
            let stored = StoredEvent::read(&bytes[range]).unwrap();
            assert_eq!(stored.payload, *payload);
            assert!(stored.message.contains("\"type\":\"github.push\"") && !stored.message.contains("data_base64"));
        }
        assert_eq!(locations[3].offset + locations[3].length, bytes.len() as u64);
        assert!(locations[2].length > 150_000, "{}", locations[2].length);
    }

    #[test]
    fn an_offloaded_payload_is_stored_as_its_location() {
        let payload = Payload::offloaded("payloads", "k/1");
        let mut writer = ObjectWriter::default();
        writer.add("k", &event("1"), &payload).unwrap();
        let stored = StoredEvent::read(&writer.finish()).unwrap();
        assert!(stored.payload.is_empty() && stored.message.contains(r#""dataref":"s3://payloads/k/1""#));
    }

    #[test]
    fn damaged_members_are_errors() {
        let payload = Payload::from(b"{}".to_vec());
        let mut writer = ObjectWriter::default();
        writer.add("k", &event("1"), &payload).unwrap();
        let bytes = writer.finish();
        for damaged in [&bytes[..bytes.len() - 9], b"no gzip".as_slice()] {
            assert!(matches!(StoredEvent::read(damaged), Err(StoredEventError::Compression { .. })));
        }
        assert!(matches!(StoredEvent::read(&vec![0; bytes.len()]), Err(StoredEventError::Deleted)));
        let mut encoder = GzEncoder::new(Vec::new(), Compression::fast());
        encoder.write_all(b"no line end").unwrap();
        assert!(matches!(StoredEvent::read(&encoder.finish().unwrap()), Err(StoredEventError::NoMessage)));
        let mut encoder = GzEncoder::new(Vec::new(), Compression::fast());
        encoder.write_all(&vec![0; MAX_MEMBER_BYTES as usize + 1]).unwrap();
        assert!(matches!(StoredEvent::read(&encoder.finish().unwrap()), Err(StoredEventError::TooLarge)));
    }
}
