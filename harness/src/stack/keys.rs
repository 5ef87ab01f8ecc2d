//! Keys of senders.

use anyhow::{Context, Result, anyhow};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use hookline_signature::{Algorithm, Description, KeyEncoding, Scheme, Secret};
use ring::rand::SystemRandom;
use ring::signature::{ECDSA_P256_SHA256_ASN1_SIGNING, EcdsaKeyPair};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

/// The key of each RSA sender, and that of a forger. `ring` does not generate RSA keys.
const RSA_KEYS: [&str; 2] = [
    include_str!("../../testdata/keys/development-rsa.pem"),
    include_str!("../../testdata/keys/development-rsa-other.pem"),
];

/// The form of a sender's key.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum KeyKind {
    /// The secret is never stored.
    None,
    /// Any text.
    Text,
    /// Hexadecimal digits.
    Hex,
    /// `whsec_` and base64.
    Whsec,
    /// A random key pair.
    Ed25519,
    /// A random key pair on the curve P-256.
    P256,
    /// A committed key pair.
    Rsa,
}

/// The two sides of a secret: the sender's signing key and the stored value.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct SecretPair {
    pub(crate) sender: String,
    pub(crate) store: String,
}

impl SecretPair {
    /// Returns the pair of a signing key. What the receiver stores depends on the scheme.
    ///
    /// # Errors
    ///
    /// If the scheme has another form of key.
    pub(crate) fn new(sender: String, scheme: &Scheme) -> Result<Self> {
        let stored = scheme.stored_key(&Secret::new(sender.as_str())?)?;
        Ok(Self { store: String::from_utf8(stored.expose().to_vec())?, sender })
    }

    /// Returns a pair in which both sides have the same value.
    pub(crate) fn shared(secret: impl Into<String>) -> Self {
        let sender = secret.into();
        Self { store: sender.clone(), sender }
    }
}

impl KeyKind {
    /// Returns the form that a description needs.
    pub(crate) fn of(description: &Description) -> Self {
        let key = description.key.clone().unwrap_or_default();
        let jwt = description.jwt.as_ref().and_then(|jwt| jwt.algorithms.first()).map_or("", String::as_str);
        match (description.algorithm.unwrap_or_default(), jwt) {
            (Algorithm::Ed25519, _) | (Algorithm::Jwt, "EdDSA") => Self::Ed25519,
            (Algorithm::EcdsaP256Sha256 | Algorithm::EcdsaP256Sha256Raw, _) | (Algorithm::Jwt, "ES256") => Self::P256,
            (
                Algorithm::RsaPkcs1Sha256
                | Algorithm::RsaPkcs1Sha512
                | Algorithm::RsaPssSha256
                | Algorithm::RsaPssSha512,
                _,
            ) => Self::Rsa,
            (Algorithm::Jwt, jwt) if jwt.starts_with("RS") || jwt.starts_with("PS") => Self::Rsa,
            _ if key.prefix.as_deref() == Some("whsec_") => Self::Whsec,
            _ if key.encoding == Some(KeyEncoding::Hex) => Self::Hex,
            _ => Self::Text,
        }
    }

    /// Returns a key of this form for the sender.
    ///
    /// # Errors
    ///
    /// If no key can be generated.
    pub(crate) fn generate(self) -> Result<Option<String>> {
        let random = [Uuid::new_v4().into_bytes(), Uuid::new_v4().into_bytes()].concat();
        Ok(Some(match self {
            Self::None => return Ok(None),
            Self::Text | Self::Hex => hex::encode(random),
            Self::Whsec => format!("whsec_{}", STANDARD.encode(random)),
            Self::Ed25519 => format!("whsk_{}", STANDARD.encode(random)),
            Self::P256 => {
                let key = EcdsaKeyPair::generate_pkcs8(&ECDSA_P256_SHA256_ASN1_SIGNING, &SystemRandom::new());
                STANDARD.encode(key.map_err(|_| anyhow!("cannot generate a key"))?)
            }
            Self::Rsa => RSA_KEYS[0].to_owned(),
        }))
    }

    /// Returns a key of this form that is not the one of a source.
    ///
    /// # Errors
    ///
    /// If no key can be generated, or if there is none.
    pub(crate) fn generate_other(self) -> Result<String> {
        match self {
            Self::Rsa => Ok(RSA_KEYS[1].to_owned()),
            _ => self.generate()?.context("the source has no key"),
        }
    }
}
