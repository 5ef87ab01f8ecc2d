use std::fmt;

use zeroize::Zeroizing;

/// A key shared with a sender: never empty, never printed, wiped when dropped.
#[derive(Clone, PartialEq, Eq)]
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

    pub(crate) fn as_bytes(&self) -> &[u8] {
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
            assert_eq!(Secret::new(blank), Err(BlankSecret), "{blank:?}");
        }
    }
}
