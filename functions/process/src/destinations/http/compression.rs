//! The content coding of requests.

use std::io::{self, Write as _};

use bytes::Bytes;
use flate2::Compression as Level;
use flate2::write::GzEncoder;
use http::HeaderValue;
use serde::Deserialize;

/// A content coding. Terraform omits the option for bodies as they are.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(super) enum Compression {
    /// The coding that nearly all servers can decode.
    Gzip,
}

impl Compression {
    /// Returns the value of `Content-Encoding`.
    pub(super) fn header(self) -> HeaderValue {
        match self {
            Self::Gzip => HeaderValue::from_static("gzip"),
        }
    }

    /// Compresses a body. Equal bodies have equal results: the header has neither a time nor a file name, so a repeated
    /// attempt sends the same bytes.
    ///
    /// # Errors
    ///
    /// Returns an error only if a vector cannot be written to, which does not happen.
    pub(super) fn apply(self, body: &[u8]) -> io::Result<Bytes> {
        match self {
            Self::Gzip => {
                let mut encoder = GzEncoder::new(Vec::new(), Level::default());
                encoder.write_all(body)?;
                encoder.finish().map(Bytes::from)
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use std::io::Read as _;

    use flate2::read::GzDecoder;

    use super::*;

    #[test]
    fn equal_bodies_have_equal_results() {
        let body = b"{\"a\":1}".repeat(1000);
        let compressed = Compression::Gzip.apply(&body).unwrap();
        assert!(compressed.len() < body.len() / 10 && compressed == Compression::Gzip.apply(&body).unwrap());
        assert_eq!(compressed.get(..10), Some(&b"\x1f\x8b\x08\x00\x00\x00\x00\x00\x00\xff"[..]), "no time and no name");
        let mut decoded = Vec::new();
        GzDecoder::new(&compressed[..]).read_to_end(&mut decoded).unwrap();
        assert_eq!(decoded, body);
    }
}
