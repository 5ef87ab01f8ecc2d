//! Content codings (<https://www.rfc-editor.org/rfc/rfc9110#section-8.4.1>).

use std::borrow::Cow;
use std::io::{self, Read};
use std::panic::catch_unwind;

use flate2::bufread::{DeflateDecoder, MultiGzDecoder, ZlibDecoder};
use ruzstd::decoding::StreamingDecoder;

use super::unreadable::Unreadable;

/// The maximum size of a decoded payload. A small payload can decode to gigabytes, and filters and templates need the
/// decoded bytes in memory.
pub(super) const MAX_DECODED_BYTES: usize = 16 * 1024 * 1024;

/// The maximum number of codings of one payload.
const MAX_CODINGS: usize = 2;

/// A content coding that can be decoded.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Coding {
    Brotli,
    Deflate,
    Gzip,
    Zstd,
}

impl Coding {
    /// Parses a name. Returns `None` for all other values, such as `identity`, and `UTF-8`, which some senders confuse
    /// with a content coding.
    fn parse(name: &str) -> Option<Self> {
        match name.trim().to_ascii_lowercase().as_str() {
            "br" => Some(Self::Brotli),
            "deflate" => Some(Self::Deflate),
            "gzip" | "x-gzip" => Some(Self::Gzip),
            "zstd" => Some(Self::Zstd),
            _ => None,
        }
    }

    fn decode(self, bytes: &[u8]) -> io::Result<Vec<u8>> {
        match self {
            Self::Brotli => read_bounded(brotli_decompressor::Decompressor::new(bytes, 4096)),
            Self::Deflate if is_zlib(bytes) => read_bounded(ZlibDecoder::new(bytes)),
            // Some senders omit the zlib format that the coding requires.
            Self::Deflate => read_bounded(DeflateDecoder::new(bytes)),
            Self::Gzip => read_bounded(MultiGzDecoder::new(bytes)),
            Self::Zstd => decode_zstd(bytes),
        }
    }
}

/// Decodes a payload with the codings of a `Content-Encoding` header. Unknown names are ignored.
pub(super) fn decode<'a>(bytes: &'a [u8], content_encoding: &str) -> Result<Cow<'a, [u8]>, Unreadable> {
    let codings: Vec<_> = content_encoding.split(',').filter_map(Coding::parse).collect();
    if codings.len() > MAX_CODINGS {
        return Err(Unreadable::Coding);
    }
    let mut decoded = Cow::Borrowed(bytes);
    // The header lists the codings in the order in which the sender applied them.
    for coding in codings.into_iter().rev() {
        // The decoders do not panic by design. A panic here must not make SQS deliver the message again and again.
        let result = catch_unwind(|| coding.decode(&decoded)).unwrap_or_else(|_| Err(io::Error::other("panic")));
        let bytes = result.map_err(|_| Unreadable::Coding)?;
        if bytes.len() > MAX_DECODED_BYTES {
            return Err(Unreadable::TooLarge);
        }
        decoded = Cow::Owned(bytes);
    }
    Ok(decoded)
}

fn read_bounded(reader: impl Read) -> io::Result<Vec<u8>> {
    let mut decoded = Vec::new();
    append_bounded(&mut decoded, reader)?;
    Ok(decoded)
}

/// Decodes all frames.
fn decode_zstd(mut bytes: &[u8]) -> io::Result<Vec<u8>> {
    let mut decoded = Vec::new();
    loop {
        append_bounded(&mut decoded, StreamingDecoder::new(&mut bytes).map_err(io::Error::other)?)?;
        if bytes.is_empty() || decoded.len() > MAX_DECODED_BYTES {
            return Ok(decoded);
        }
    }
}

/// Reads until the buffer has one byte more than the limit.
fn append_bounded(decoded: &mut Vec<u8>, reader: impl Read) -> io::Result<()> {
    let limit = (MAX_DECODED_BYTES + 1).saturating_sub(decoded.len());
    reader.take(limit as u64).read_to_end(decoded)?;
    Ok(())
}

/// Whether the bytes begin with a zlib header (<https://www.rfc-editor.org/rfc/rfc1950#section-2.2>).
fn is_zlib(bytes: &[u8]) -> bool {
    matches!(bytes, [method, flags, ..]
        if method & 0x0f == 8 && u16::from_be_bytes([*method, *flags]).is_multiple_of(31))
}

#[cfg(test)]
mod tests {
    use std::io::Write as _;

    use super::*;

    /// `{"a":"b"}` in each coding.
    const GZIP: &[u8] =
        b"\x1f\x8b\x08\x00\x00\x00\x00\x00\x02\x03\xabVJT\xb2RJR\xaa\x05\x00\x9c\x5c\xf6k\x09\x00\x00\x00";
    const ZLIB: &[u8] = b"x\x9c\xabVJT\xb2RJR\xaa\x05\x00\x0cp\x02~";
    const DEFLATE: &[u8] = b"\xabVJT\xb2RJR\xaa\x05\x00";
    const BROTLI: &[u8] = b"\x0b\x04\x80{\x22a\x22:\x22b\x22}\x03";
    const ZSTD: &[u8] = b"(\xb5/\xfd$\x09I\x00\x00{\x22a\x22:\x22b\x22}\xf7\xbc\xd50";
    const TEXT: &[u8] = b"{\"a\":\"b\"}";

    #[test]
    fn each_coding_is_decoded() {
        for (content_encoding, bytes) in [
            ("gzip", GZIP),
            ("x-gzip", GZIP),
            (" GZip ", GZIP),
            ("deflate", ZLIB),
            ("deflate", DEFLATE),
            ("br", BROTLI),
            ("zstd", ZSTD),
            ("identity", TEXT),
            ("UTF-8", TEXT),
            ("8bit", TEXT),
            ("", TEXT),
            ("identity, gzip", GZIP),
        ] {
            assert_eq!(decode(bytes, content_encoding).as_deref(), Ok(TEXT), "{content_encoding}");
        }
    }

    #[test]
    fn broken_coding_is_unreadable() {
        for (content_encoding, bytes) in [("gzip", GZIP), ("deflate", ZLIB), ("br", BROTLI), ("zstd", ZSTD)] {
            assert_eq!(decode(&bytes[..bytes.len() - 5], content_encoding), Err(Unreadable::Coding));
            assert_eq!(decode(TEXT, content_encoding), Err(Unreadable::Coding), "{content_encoding}");
        }
        assert_eq!(decode(GZIP, "gzip, gzip, gzip"), Err(Unreadable::Coding));
    }

    #[test]
    fn decoded_size_is_bounded() {
        let gzip = |bytes: &[u8]| {
            let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
            encoder.write_all(bytes).unwrap();
            encoder.finish().unwrap()
        };
        let zeros = vec![0; MAX_DECODED_BYTES + 1];
        let largest = gzip(&zeros[1..]);
        assert_eq!(decode(&largest, "gzip").map(|bytes| bytes.len()), Ok(MAX_DECODED_BYTES));
        let bomb = gzip(&zeros);
        assert!(bomb.len() < 200_000, "{}", bomb.len());
        assert_eq!(decode(&bomb, "gzip"), Err(Unreadable::TooLarge));
        let twice = gzip(&bomb);
        assert_eq!(decode(&twice, "gzip, gzip"), Err(Unreadable::TooLarge));
    }
}
