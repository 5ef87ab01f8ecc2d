use std::fmt;

use subtle::ConstantTimeEq as _;
use zeroize::Zeroizing;

/// A secret shared with a sender. It is never blank and never printed. It is erased when dropped and compared only in
/// constant time.
///
/// ```compile_fail,E0369
/// let secret = hookline_signature::Secret::new("s").unwrap();
/// let _ = secret == secret.clone();
/// ```
#[derive(Clone)]
pub struct Secret(Zeroizing<Vec<u8>>);

/// The secret is empty or white space. An attacker could sign with it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("the secret is empty or blank")]
pub struct BlankSecret;

impl Secret {
    /// Creates a secret from bytes. Nothing is trimmed, because the sender signs with the same bytes.
    ///
    /// # Errors
    ///
    /// Returns [`BlankSecret`] if the bytes are only spaces, tabs and line breaks.
    pub fn new(bytes: impl Into<Vec<u8>>) -> Result<Self, BlankSecret> {
        let bytes = Zeroizing::new(bytes.into());
        if bytes.iter().all(|byte| b" \t\r\n".contains(byte)) { Err(BlankSecret) } else { Ok(Self(bytes)) }
    }

    /// Whether both secrets are equal. The duration depends only on their lengths.
    #[must_use]
    pub fn matches(&self, other: &Self) -> bool {
        self.matches_bytes(other.expose())
    }

    pub(crate) fn matches_bytes(&self, other: &[u8]) -> bool {
        self.0.as_slice().ct_eq(other).into()
    }

    /// Returns the bytes, to send them or to sign with them. They must never be logged.
    #[must_use]
    pub fn expose(&self) -> &[u8] {
        &self.0
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Secret(redacted)")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn debug_output_is_redacted() {
        let secret = Secret::new("hunter2").map(|secret| format!("{secret:?}"));
        assert_eq!(secret.as_deref(), Ok("Secret(redacted)"));
    }

    #[test]
    fn rejects_blank_secrets() {
        for blank in ["", " ", "\n", " \t\r\n"] {
            assert_eq!(Secret::new(blank).err(), Some(BlankSecret), "{blank:?}");
        }
    }

    #[test]
    fn secret_matches_only_equal_bytes() {
        let secret = |text: &str| Secret::new(text);
        let same =
            |one: &str, other: &str| secret(one).is_ok_and(|one| secret(other).is_ok_and(|other| one.matches(&other)));
        assert!(same("key", "key"));
        assert!(!same("key", "kez"));
        assert!(!same("key", "ke"));
    }
}
