use std::fmt;

use base64::alphabet;
use base64::engine::general_purpose::{
    GeneralPurpose, GeneralPurposeConfig, STANDARD, STANDARD_NO_PAD, URL_SAFE, URL_SAFE_NO_PAD,
};
use base64::engine::{DecodePaddingMode, Engine as _};
use percent_encoding::percent_decode_str;
use serde::{Deserialize, Serialize};

/// Padding is optional, for keys that people copy.
const LENIENT: GeneralPurposeConfig =
    GeneralPurposeConfig::new().with_decode_padding_mode(DecodePaddingMode::Indifferent);
/// RFC 4648 section 4 with optional padding.
pub const BASE64: GeneralPurpose = GeneralPurpose::new(&alphabet::STANDARD, LENIENT);
/// RFC 4648 section 5 with optional padding.
pub const BASE64URL: GeneralPurpose = GeneralPurpose::new(&alphabet::URL_SAFE, LENIENT);

/// The encoding of a signature's bytes. Except for `hex-any`, each signature has only one valid form.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Encoding {
    /// Two lower-case digits per byte.
    #[default]
    Hex,
    /// Two upper-case digits per byte.
    HexUpper,
    /// Two digits per byte in any case, for senders that do not document it.
    HexAny,
    /// RFC 4648 section 4, with padding.
    Base64,
    /// The same without padding.
    Base64Unpadded,
    /// RFC 4648 section 5, with padding.
    Base64url,
    /// The same without padding.
    Base64urlUnpadded,
    /// Base64 of the lower-case hex text.
    Base64Hex,
    /// Base64 whose `+`, `/` and `=` are percent-encoded.
    Base64Percent,
    /// The bytes as they are, for tokens.
    Text,
}

impl Encoding {
    /// Decodes strictly: white space, other alphabets and wrong padding are invalid.
    #[must_use]
    pub fn decode(self, text: &str) -> Option<Vec<u8>> {
        match self {
            Self::Hex if text.bytes().any(|byte| byte.is_ascii_uppercase()) => None,
            Self::HexUpper if text.bytes().any(|byte| byte.is_ascii_lowercase()) => None,
            Self::Hex | Self::HexUpper | Self::HexAny => hex::decode(text).ok(),
            Self::Base64 => STANDARD.decode(text).ok(),
            Self::Base64Unpadded => STANDARD_NO_PAD.decode(text).ok(),
            Self::Base64url => URL_SAFE.decode(text).ok(),
            Self::Base64urlUnpadded => URL_SAFE_NO_PAD.decode(text).ok(),
            Self::Base64Hex => Self::Hex.decode(std::str::from_utf8(&STANDARD.decode(text).ok()?).ok()?),
            Self::Base64Percent => {
                let decoded = STANDARD.decode(percent_decode_str(text).decode_utf8().ok()?.as_ref()).ok();
                decoded.filter(|bytes| self.encode(bytes) == text)
            }
            Self::Text => Some(text.as_bytes().to_vec()),
        }
    }

    /// Encodes bytes.
    #[must_use]
    pub fn encode(self, bytes: &[u8]) -> String {
        match self {
            Self::Hex | Self::HexAny => hex::encode(bytes),
            Self::HexUpper => hex::encode_upper(bytes),
            Self::Base64 => STANDARD.encode(bytes),
            Self::Base64Unpadded => STANDARD_NO_PAD.encode(bytes),
            Self::Base64url => URL_SAFE.encode(bytes),
            Self::Base64urlUnpadded => URL_SAFE_NO_PAD.encode(bytes),
            Self::Base64Hex => STANDARD.encode(hex::encode(bytes)),
            Self::Base64Percent => STANDARD.encode(bytes).replace('+', "%2B").replace('/', "%2F").replace('=', "%3D"),
            Self::Text => String::from_utf8_lossy(bytes).into_owned(),
        }
    }
}

impl fmt::Display for Encoding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Hex => "lower-case hex",
            Self::HexUpper => "upper-case hex",
            Self::HexAny => "hex",
            Self::Base64 => "base64",
            Self::Base64Unpadded => "base64 without padding",
            Self::Base64url => "base64url",
            Self::Base64urlUnpadded => "base64url without padding",
            Self::Base64Hex => "base64 of hex",
            Self::Base64Percent => "percent-encoded base64",
            Self::Text => "text",
        })
    }
}
