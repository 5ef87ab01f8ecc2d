use http::Uri;

use crate::error::AwsError;

/// The other end of a connection.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(crate) struct Address {
    /// Whether it speaks TLS: all but an emulator does.
    pub(crate) secure: bool,
    /// As the certificate has it.
    pub(crate) host: String,
    pub(crate) port: u16,
}

impl Address {
    /// Of a URL.
    pub(crate) fn of(url: &Uri) -> Result<Self, AwsError> {
        let host = url.host().ok_or_else(|| AwsError::Request { detail: format!("{url} has no host") })?;
        let secure = url.scheme_str() != Some("http");
        let port = url.port_u16().unwrap_or(if secure { 443 } else { 80 });
        Ok(Self { secure, host: host.trim_matches(['[', ']']).to_owned(), port })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn case(url: &str, secure: bool, host: &str, port: u16) {
        let address = Address { secure, host: host.to_owned(), port };
        assert_eq!(Address::of(&url.parse().unwrap()), Ok(address));
    }

    #[test]
    fn a_url_has_an_address() {
        case("https://sqs.eu-west-1.amazonaws.com/", true, "sqs.eu-west-1.amazonaws.com", 443);
        case("http://127.0.0.1:4566/b/payloads/1", false, "127.0.0.1", 4566);
        case("https://[::1]:4566/", true, "::1", 4566);
        assert!(Address::of(&"/only/a/path".parse().unwrap()).is_err());
    }
}
