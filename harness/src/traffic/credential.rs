//! Credentials that receivers require.

use std::collections::HashMap;

use axum::body::Bytes;
use axum::http::header::AUTHORIZATION;
use axum::http::{HeaderMap, StatusCode};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Value, json};
use uuid::Uuid;

/// Path of the token endpoints, which the name of the destination follows.
pub(super) const TOKEN_PATH: &str = "/token/";

/// The scope that every client has to request.
pub(crate) const SCOPE: &str = "hooks:write";

/// Header of [`Credential::Header`].
pub(crate) const API_KEY: &str = "x-receiver-key";

/// What a path of the sink requires. The value is in the secret of the destination.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Credential {
    /// The secret as a bearer token.
    Bearer,
    /// `username` and `password` of the secret.
    Basic,
    /// The secret in the header [`API_KEY`].
    Header,
    /// A token of the token endpoint that has not expired.
    AccessToken,
    /// A certificate of the harness's authority.
    Certificate,
}

/// What a request proves.
#[derive(Debug, Clone, Copy)]
pub(super) struct Request<'a> {
    pub(super) headers: &'a HeaderMap,
    /// Whether the client has a certificate of the trusted authority.
    pub(super) has_certificate: bool,
}

/// The tokens of the token endpoint.
#[derive(Debug, Default)]
pub(super) struct Tokens {
    issued: Vec<String>,
    expired: Vec<String>,
}

impl Credential {
    /// Returns the URL of a destination's token endpoint.
    pub(crate) fn token_url(sink: &str, destination: &str) -> String {
        format!("{sink}{TOKEN_PATH}{destination}")
    }

    /// Returns whether a request has the credential.
    pub(super) fn is_in(self, request: Request<'_>, secret: &str, tokens: &Tokens) -> bool {
        let Request { headers, has_certificate } = request;
        match self {
            Self::Certificate => has_certificate,
            Self::Bearer => bearer(headers) == Some(secret),
            Self::Basic => basic(headers).is_some_and(|pair| pair == client(secret, ["username", "password"])),
            Self::Header => text(headers, API_KEY) == Some(secret),
            Self::AccessToken => bearer(headers).is_some_and(|token| tokens.is_valid(token)),
        }
    }
}

impl Tokens {
    /// Responds to a request for a token: RFC 6749, sections 4.4 and 5. The client's credentials are in the header
    /// `Authorization` or in the form.
    pub(super) fn respond(&mut self, headers: &HeaderMap, body: &Bytes, secret: &str) -> (StatusCode, Value) {
        let form: HashMap<_, _> = form_urlencoded::parse(body).into_owned().collect();
        let parameter = |name: &str| form.get(name).map(String::as_str).unwrap_or_default();
        let given = basic(headers).unwrap_or_else(|| [parameter("client_id"), parameter("client_secret")].join(":"));
        if given != client(secret, ["client_id", "client_secret"]) {
            return (StatusCode::UNAUTHORIZED, json!({ "error": "invalid_client" }));
        }
        if parameter("grant_type") != "client_credentials" {
            return (StatusCode::BAD_REQUEST, json!({ "error": "unsupported_grant_type" }));
        }
        if parameter("scope") != SCOPE {
            return (StatusCode::BAD_REQUEST, json!({ "error": "invalid_scope" }));
        }
        let token = format!("access-{}", Uuid::new_v4().simple());
        self.issued.push(token.clone());
        (StatusCode::OK, json!({ "access_token": token, "token_type": "Bearer", "expires_in": 3600 }))
    }

    /// Lets the token of a request expire before its time.
    pub(super) fn expire(&mut self, headers: &HeaderMap) {
        self.expired.extend(bearer(headers).map(str::to_owned));
    }

    /// Returns all tokens that were issued.
    pub(super) fn issued(&self) -> &[String] {
        &self.issued
    }

    fn is_valid(&self, token: &str) -> bool {
        let is_in = |tokens: &[String]| tokens.iter().any(|other| other == token);
        is_in(&self.issued) && !is_in(&self.expired)
    }
}

fn text<'h>(headers: &'h HeaderMap, name: &str) -> Option<&'h str> {
    headers.get(name)?.to_str().ok()
}

fn bearer(headers: &HeaderMap) -> Option<&str> {
    text(headers, AUTHORIZATION.as_str())?.strip_prefix("Bearer ")
}

/// Returns user and password of basic authentication, with the colon between them.
fn basic(headers: &HeaderMap) -> Option<String> {
    let encoded = text(headers, AUTHORIZATION.as_str())?.strip_prefix("Basic ")?;
    String::from_utf8(STANDARD.decode(encoded).ok()?).ok()
}

/// Returns two members of a secret, with a colon between them.
fn client(secret: &str, members: [&str; 2]) -> String {
    let secret: Value = serde_json::from_str(secret).unwrap_or_default();
    members.map(|name| secret[name].as_str().unwrap_or_default().to_owned()).join(":")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn headers(name: &'static str, value: &str) -> HeaderMap {
        HeaderMap::from_iter([(name.parse().unwrap(), value.parse().unwrap())])
    }

    #[track_caller]
    fn case(credential: Credential, secret: &str, name: &'static str, value: &str, expected: bool) {
        let headers = headers(name, value);
        let request = Request { headers: &headers, has_certificate: false };
        assert_eq!(credential.is_in(request, secret, &Tokens::default()), expected, "{value}");
    }

    #[test]
    fn credentials_are_compared_with_the_secret() {
        case(Credential::Bearer, "t", "authorization", "Bearer t", true);
        case(Credential::Bearer, "t", "authorization", "Bearer u", false);
        case(Credential::Bearer, "t", "authorization", "t", false);
        case(Credential::Header, "t", API_KEY, "t", true);
        case(Credential::Header, "t", "authorization", "t", false);
        let pair = r#"{"username":"u","password":"p:q"}"#;
        case(Credential::Basic, pair, "authorization", &format!("Basic {}", STANDARD.encode("u:p:q")), true);
        case(Credential::Basic, pair, "authorization", &format!("Basic {}", STANDARD.encode("u:p")), false);
        case(Credential::Certificate, pair, "authorization", "Bearer t", false);
        case(Credential::AccessToken, pair, "authorization", "Bearer t", false);
    }

    #[test]
    fn token_is_valid_until_it_expires() {
        let secret = r#"{"client_id":"c","client_secret":"s"}"#;
        let client = headers("authorization", &format!("Basic {}", STANDARD.encode("c:s")));
        let form = Bytes::from_static(b"grant_type=client_credentials&scope=hooks%3Awrite");
        let mut tokens = Tokens::default();
        let (status, response) = tokens.respond(&client, &form, secret);
        assert_eq!(status, StatusCode::OK);
        let token = headers("authorization", &format!("Bearer {}", response["access_token"].as_str().unwrap()));
        let request = Request { headers: &token, has_certificate: false };
        assert!(Credential::AccessToken.is_in(request, secret, &tokens));
        tokens.expire(&token);
        assert!(!Credential::AccessToken.is_in(request, secret, &tokens));
        let in_form =
            Bytes::from_static(b"grant_type=client_credentials&scope=hooks%3Awrite&client_id=c&client_secret=s");
        assert_eq!(tokens.respond(&HeaderMap::new(), &in_form, secret).0, StatusCode::OK);
        assert_eq!(tokens.respond(&HeaderMap::new(), &form, secret).0, StatusCode::UNAUTHORIZED);
        assert_eq!(tokens.respond(&client, &Bytes::new(), secret).0, StatusCode::BAD_REQUEST);
        assert_eq!(tokens.issued().len(), 2);
    }
}
