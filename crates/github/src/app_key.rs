use std::fmt;

use base64::Engine as _;
use base64::prelude::BASE64_URL_SAFE_NO_PAD;
use ring::error::{KeyRejected, Unspecified};
use ring::rand::SystemRandom;
use ring::rsa::KeyPair;
use ring::signature::RSA_PKCS1_SHA256;
use rustls_pki_types::PrivateKeyDer;
use rustls_pki_types::pem::{self, PemObject as _};
use serde::Serialize;
use zeroize::Zeroizing;

/// How far the time of issue is in the past, which allows for a clock that differs from GitHub's. Both values are from
/// <https://docs.github.com/en/apps/creating-github-apps/authenticating-with-a-github-app/generating-a-json-web-token-jwt-for-a-github-app>.
const BACKDATED_SECONDS: u64 = 60;

/// The lifetime of a token from now on. GitHub accepts at most 600 s; the rest allows for a clock that is fast.
const LIFETIME_SECONDS: u64 = 540;

/// `{"alg":"RS256","typ":"JWT"}`.
const HEADER: &str = "eyJhbGciOiJSUzI1NiIsInR5cCI6IkpXVCJ9";

/// The private key of a GitHub App: an RSA key of 2,048 bits or more. It is never printed.
pub struct AppKey(KeyPair);

/// The reason why a value is not the private key of an App. It never contains the value.
#[derive(Debug, thiserror::Error)]
pub enum InvalidAppKey {
    /// The value has no complete private key in PEM.
    #[error(
        "it is no private key in PEM: store the complete file that GitHub generates, from its first line `-----BEGIN RSA \
         PRIVATE KEY-----` to its last one"
    )]
    NotPem {
        /// The error of the parser.
        source: Box<pem::Error>,
    },
    /// The key has a format for other algorithms than RSA.
    #[error("it is a private key, but no RSA key in PKCS#1 or PKCS#8; the keys of GitHub Apps are RSA keys")]
    NotRsa,
    /// The key is damaged, too short, or has another algorithm.
    #[error("it cannot be used as an RSA key: {problem}")]
    Unusable {
        /// The error of `ring`, which is no [`std::error::Error`] without its feature `std`.
        problem: KeyRejected,
    },
}

/// A token could not be signed.
#[derive(Debug, thiserror::Error)]
pub enum SignError {
    /// The key cannot sign. `ring` returns no details.
    #[error("the private key cannot sign")]
    Key,
    /// The claims cannot be written.
    #[error("the claims cannot be written: {source}")]
    Claims {
        /// The error of the serializer.
        source: serde_json::Error,
    },
}

#[derive(Serialize)]
struct Claims<'a> {
    iat: u64,
    exp: u64,
    iss: &'a str,
}

impl AppKey {
    /// Reads a key from PEM: PKCS#1, which GitHub generates, or PKCS#8.
    ///
    /// # Errors
    ///
    /// Returns [`InvalidAppKey`] if the text has no such key.
    pub fn from_pem(pem: &[u8]) -> Result<Self, InvalidAppKey> {
        let key =
            PrivateKeyDer::from_pem_slice(pem).map_err(|source| InvalidAppKey::NotPem { source: Box::new(source) })?;
        let pair = match &key {
            PrivateKeyDer::Pkcs1(key) => KeyPair::from_der(key.secret_pkcs1_der()),
            PrivateKeyDer::Pkcs8(key) => KeyPair::from_pkcs8(key.secret_pkcs8_der()),
            _ => return Err(InvalidAppKey::NotRsa),
        };
        pair.map(Self).map_err(|problem| InvalidAppKey::Unusable { problem })
    }

    /// Signs a JSON Web Token with which the App authenticates for the next nine minutes.
    ///
    /// `issuer` is the App's client ID or its ID. `now` is in seconds since 1970.
    ///
    /// # Errors
    ///
    /// Returns [`SignError`] if the key cannot sign.
    pub fn sign_jwt(&self, issuer: &str, now: u64) -> Result<Zeroizing<String>, SignError> {
        let claims = Claims {
            iat: now.saturating_sub(BACKDATED_SECONDS),
            exp: now.saturating_add(LIFETIME_SECONDS),
            iss: issuer,
        };
        let claims = serde_json::to_vec(&claims).map_err(|source| SignError::Claims { source })?;
        let mut token = Zeroizing::new(format!("{HEADER}.{}", BASE64_URL_SAFE_NO_PAD.encode(claims)));
        let mut signature = vec![0; self.0.public().modulus_len()];
        let signed = self.0.sign(&RSA_PKCS1_SHA256, &SystemRandom::new(), token.as_bytes(), &mut signature);
        signed.map_err(|Unspecified| SignError::Key)?;
        token.push('.');
        BASE64_URL_SAFE_NO_PAD.encode_string(signature, &mut token);
        Ok(token)
    }

    /// Returns the public key in DER (`RSAPublicKey` of PKCS#1), which verifies the tokens.
    #[must_use]
    pub fn public_key(&self) -> &[u8] {
        self.0.public().as_ref()
    }
}

impl fmt::Debug for AppKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("AppKey(redacted)")
    }
}

#[cfg(test)]
mod tests {
    use ring::signature::{RSA_PKCS1_2048_8192_SHA256, UnparsedPublicKey};
    use serde_json::{Value, json};

    use super::*;

    const PKCS1: &str = include_str!("../tests/keys/app-pkcs1.pem");
    const PKCS8: &str = include_str!("../tests/keys/app-pkcs8.pem");
    const EC_PKCS8: &str = include_str!("../tests/keys/ec-pkcs8.pem");
    const EC_SEC1: &str = "-----BEGIN EC PRIVATE KEY-----\nAAAA\n-----END EC PRIVATE KEY-----\n";

    fn key(pem: &str) -> AppKey {
        AppKey::from_pem(pem.as_bytes()).unwrap_or_else(|error| panic!("{error}"))
    }

    fn decode(part: &str) -> Vec<u8> {
        BASE64_URL_SAFE_NO_PAD.decode(part).unwrap_or_else(|error| panic!("{error}"))
    }

    #[test]
    fn both_formats_sign_the_claims_with_rs256() {
        for pem in [PKCS1, PKCS8, &format!("Comment\n{PKCS1}\n")] {
            let key = key(pem);
            let token = key.sign_jwt("Iv23liExample", 1_700_000_000).unwrap_or_else(|error| panic!("{error}"));
            let parts: Vec<_> = token.split('.').collect();
            let [header, claims, signature] = parts[..] else { panic!("three parts") };
            let json = |part| serde_json::from_slice::<Value>(&decode(part)).unwrap_or_default();
            assert_eq!(json(header), json!({ "alg": "RS256", "typ": "JWT" }));
            assert_eq!(json(claims), json!({ "iat": 1_699_999_940, "exp": 1_700_000_540, "iss": "Iv23liExample" }));
            let public = UnparsedPublicKey::new(&RSA_PKCS1_2048_8192_SHA256, key.public_key());
            let signed = format!("{header}.{claims}");
            assert!(public.verify(signed.as_bytes(), &decode(signature)).is_ok());
            assert!(public.verify(b"other", &decode(signature)).is_err());
        }
        assert_eq!(key(PKCS1).public_key(), key(PKCS8).public_key());
    }

    #[track_caller]
    fn invalid(pem: &str, expected: &str) {
        let error = AppKey::from_pem(pem.as_bytes()).err().map(|error| error.to_string()).unwrap_or_default();
        assert!(error.contains(expected) && !error.contains("MII"), "{error}");
    }

    #[test]
    fn error_says_what_to_store_and_never_quotes_the_value() {
        for incomplete in ["", "github_pat_not_a_real_token", "-----BEGIN RSA PRIVATE KEY-----", &PKCS1[..200]] {
            invalid(incomplete, "store the complete file that GitHub generates");
        }
        invalid(EC_PKCS8, "it cannot be used as an RSA key: WrongAlgorithm");
        invalid(EC_SEC1, "the keys of GitHub Apps are RSA keys");
        invalid(&PKCS1.replacen("MII", "MIJ", 1), "it cannot be used as an RSA key");
        invalid("-----BEGIN RSA PRIVATE KEY-----\nAAAA\n-----END RSA PRIVATE KEY-----\n", "cannot be used");
    }

    #[test]
    fn debug_output_is_redacted() {
        assert_eq!(format!("{:?}", key(PKCS1)), "AppKey(redacted)");
    }
}
