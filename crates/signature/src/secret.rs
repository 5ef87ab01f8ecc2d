use std::fmt;

use subtle::ConstantTimeEq as _;
use zeroize::Zeroizing;

/// A key shared with a sender: never empty, never printed, wiped when dropped, and compared only in constant time.
///
/// ```compile_fail,E0369
/// let secret = hookline_signature::Secret::new("s").unwrap();
/// let _ = secret == secret.clone();
/// ```
#[derive(Clone)]
pub struct Secret(Zeroizing<Vec<u8>>);

/// The secret is empty or white space: with it, anybody could sign.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("the secret is empty or blank")]
pub struct BlankSecret;

impl Secret {
    /// Takes the bytes as they are: nothing is trimmed, since a sender signs with exactly what it was given.
    ///
    /// # Errors
    ///
    /// [`BlankSecret`] if there is nothing but spaces, tabs and line ends.
    pub fn new(bytes: impl Into<Vec<u8>>) -> Result<Self, BlankSecret> {
        let bytes = Zeroizing::new(bytes.into());
        if bytes.iter().all(|byte| b" \t\r\n".contains(byte)) { Err(BlankSecret) } else { Ok(Self(bytes)) }
    }

    /// Whether both are the same, in a time that depends on their lengths only.
    #[must_use]
    pub fn matches(&self, other: &Self) -> bool {
        self.matches_bytes(other.expose())
    }

    pub(crate) fn matches_bytes(&self, other: &[u8]) -> bool {
        self.0.as_slice().ct_eq(other).into()
    }

    /// The bytes themselves, for whoever has to send or sign with them: never for a log.
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
    fn debug_shows_nothing_of_the_key() {
        let secret = Secret::new("hunter2").map(|secret| format!("{secret:?}"));
        assert_eq!(secret.as_deref(), Ok("Secret(redacted)"));
    }

    #[test]
    fn blank_secrets_are_refused() {
        for blank in ["", " ", "\n", " \t\r\n"] {
            assert_eq!(Secret::new(blank).err(), Some(BlankSecret), "{blank:?}");
        }
    }

    #[test]
    fn a_secret_matches_itself_only() {
        let secret = |text: &str| Secret::new(text);
        let same =
            |one: &str, other: &str| secret(one).is_ok_and(|it| secret(other).is_ok_and(|other| it.matches(&other)));
        assert!(same("key", "key"));
        assert!(!same("key", "kez"));
        assert!(!same("key", "ke"));
    }
}
