use http::Uri;

/// The other end of a connection.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Address {
    /// Whether it speaks TLS.
    pub secure: bool,
    /// As the certificate has it: an IPv6 address without its brackets.
    pub host: String,
    /// TCP's.
    pub port: u16,
}

impl Address {
    /// Of a URL; `None` if it has no host.
    #[must_use]
    pub fn of(url: &Uri) -> Option<Self> {
        let secure = url.scheme_str() != Some("http");
        let port = url.port_u16().unwrap_or(if secure { 443 } else { 80 });
        Some(Self { secure, host: url.host()?.trim_matches(['[', ']']).to_owned(), port })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn case(url: &str, secure: bool, host: &str, port: u16) {
        let address = Address { secure, host: host.to_owned(), port };
        assert_eq!(Address::of(&url.parse().unwrap()), Some(address));
    }

    #[test]
    fn a_url_has_an_address() {
        case("https://sqs.eu-west-1.amazonaws.com/", true, "sqs.eu-west-1.amazonaws.com", 443);
        case("http://127.0.0.1:4566/b/payloads/1", false, "127.0.0.1", 4566);
        case("https://[::1]:4566/", true, "::1", 4566);
        assert_eq!(Address::of(&"/only/a/path".parse().unwrap()), None);
    }
}
