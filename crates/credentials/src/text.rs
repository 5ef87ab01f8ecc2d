use std::fmt;

use zeroize::Zeroizing;

/// A text that is never printed and that is erased when dropped.
#[derive(Clone)]
pub struct ConfidentialText(Zeroizing<String>);

impl ConfidentialText {
    /// Returns the text, to send it. It must never be logged.
    #[must_use]
    pub fn expose(&self) -> &str {
        &self.0
    }
}

impl From<&str> for ConfidentialText {
    fn from(text: &str) -> Self {
        Self(Zeroizing::new(text.to_owned()))
    }
}

impl fmt::Debug for ConfidentialText {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("ConfidentialText(redacted)")
    }
}
