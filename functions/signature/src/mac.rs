//! HMAC-SHA256 ([RFC 2104](https://www.rfc-editor.org/rfc/rfc2104)), made and compared by the `hmac` crate.

use hmac::{Hmac, KeyInit, Mac};
use sha2::Sha256;

use crate::{Secret, VerifyError};

/// Bytes of a tag.
pub const SHA256_BYTES: usize = 32;

/// The tag of `message`.
#[must_use]
pub fn sha256(secret: &Secret, message: &[u8]) -> [u8; SHA256_BYTES] {
    keyed(secret, message).finalize().into_bytes().into()
}

/// Compares a whole tag in constant time with that of each secret.
///
/// # Errors
///
/// [`VerifyError::NoSecret`] without secrets, [`VerifyError::Mismatch`] if none made the tag, a truncated one included.
pub fn verify_sha256(secrets: &[Secret], message: &[u8], tag: &[u8]) -> Result<(), VerifyError> {
    if secrets.is_empty() {
        return Err(VerifyError::NoSecret);
    }
    if secrets.iter().any(|secret| keyed(secret, message).verify_slice(tag).is_ok()) {
        return Ok(());
    }
    Err(VerifyError::Mismatch { secrets: secrets.len() })
}

fn keyed(secret: &Secret, message: &[u8]) -> Hmac<Sha256> {
    // HMAC takes a key of any length: the error type is there for the algorithms that do not.
    #[expect(clippy::expect_used, reason = "cannot fail for HMAC")]
    let mac = Hmac::<Sha256>::new_from_slice(secret.as_bytes()).expect("HMAC takes any key");
    mac.chain_update(message)
}
