use std::fmt;

use zeroize::Zeroizing;

/// The beginning of every PEM text.
const PEM_BEGIN: &str = "-----BEGIN";

/// The longest accepted token. GitHub's tokens have at most 255 characters, and leaves open that they become longer
/// (<https://github.blog/engineering/platform-security/behind-githubs-new-authentication-token-formats/>).
const MAX_BYTES: usize = 1024;

/// An access token of GitHub's API: a fine-grained or classic personal access token, or the token of an installation. It
/// is never printed and erased when dropped.
#[derive(Clone)]
pub struct Token(Zeroizing<String>);

/// The reason why a value is no token. It never contains the value.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum InvalidToken {
    /// The value is a private key.
    #[error("it is a private key, but without `app_id` the API needs an access token")]
    PrivateKey,
    /// The value has characters that no token has, or is too long.
    #[error("it is no access token: it has spaces, line ends or other characters that no token has, or is too long")]
    Malformed,
}

impl Token {
    /// Creates a token from its text, for instance `github_pat_…`. White space around it is removed.
    ///
    /// # Errors
    ///
    /// Returns [`InvalidToken`] if GitHub cannot have issued the text.
    pub fn parse(value: &[u8]) -> Result<Self, InvalidToken> {
        let text = std::str::from_utf8(value).map_err(|_| InvalidToken::Malformed)?.trim();
        if text.starts_with(PEM_BEGIN) {
            return Err(InvalidToken::PrivateKey);
        }
        // GitHub's tokens consist of letters, digits and underscores. Older ones and those of other versions of the
        // server may have more, so that only what a header cannot contain is rejected.
        let is_token = (1..=MAX_BYTES).contains(&text.len()) && text.bytes().all(|byte| byte.is_ascii_graphic());
        if is_token { Ok(Self(Zeroizing::new(text.to_owned()))) } else { Err(InvalidToken::Malformed) }
    }

    /// Returns the text, to send it. It must never be logged.
    #[must_use]
    pub fn expose(&self) -> &str {
        &self.0
    }

    /// Whether the token belongs to an installation of an App. Such a token expires after one hour
    /// (<https://docs.github.com/en/apps/creating-github-apps/authenticating-with-a-github-app/generating-an-installation-access-token-for-a-github-app>).
    #[must_use]
    pub fn is_of_installation(&self) -> bool {
        self.0.starts_with("ghs_")
    }
}

impl fmt::Debug for Token {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Token(redacted)")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn case(value: &str, expected: Result<&str, InvalidToken>) {
        let token = Token::parse(value.as_bytes());
        assert_eq!(token.as_ref().map(Token::expose).map_err(|error| *error), expected, "{value:?}");
    }

    #[test]
    fn token_is_one_text_without_spaces() {
        case("github_pat_not_a_real_token\n", Ok("github_pat_not_a_real_token"));
        case(" ghp_not4real ", Ok("ghp_not4real"));
        case("0123456789abcdef", Ok("0123456789abcdef"));
        for malformed in ["", " \n", "github pat", "token\nX-Header: 1", "t\u{f6}ken", &"x".repeat(MAX_BYTES + 1)] {
            case(malformed, Err(InvalidToken::Malformed));
        }
        case("-----BEGIN RSA PRIVATE KEY-----\nMIIE", Err(InvalidToken::PrivateKey));
        assert!(Token::parse(b"\xff\xfe12345678").is_err());
    }

    #[test]
    fn debug_output_is_redacted() {
        let token = Token::parse(b"ghs_not4real").unwrap_or_else(|error| panic!("{error}"));
        assert!(token.is_of_installation() && !format!("{token:?}").contains("not4real"));
    }
}
