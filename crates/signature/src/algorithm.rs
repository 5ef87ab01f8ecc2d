//! The algorithms: HMAC ([RFC 2104](https://www.rfc-editor.org/rfc/rfc2104)) by the crates `hmac`, `sha1` and `sha2`, compared in
//! constant time, and signatures with public keys by `ring`.

use hmac::{Hmac, KeyInit, Mac};
use ring::rand::SystemRandom;
use ring::signature::{
    self, ECDSA_P256_SHA256_ASN1, ECDSA_P256_SHA256_ASN1_SIGNING, ECDSA_P256_SHA256_FIXED,
    ECDSA_P256_SHA256_FIXED_SIGNING, ED25519, EcdsaKeyPair, EcdsaSigningAlgorithm, RSA_PKCS1_2048_8192_SHA256,
    RSA_PKCS1_2048_8192_SHA512, RSA_PSS_2048_8192_SHA256, RSA_PSS_2048_8192_SHA512, RsaEncoding, RsaParameters,
    UnparsedPublicKey, VerificationAlgorithm,
};
use serde::{Deserialize, Serialize};
use sha1::Sha1;
use sha2::{Sha256, Sha384, Sha512};
use subtle::ConstantTimeEq as _;
use zeroize::Zeroizing;

use crate::key::{Key, SigningKey};

/// How a request is authenticated. The description sets it, never a request.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Algorithm {
    /// HMAC with SHA-1, which is not known to be broken, for senders that support no other.
    HmacSha1,
    /// HMAC with SHA-256, which nearly all senders use.
    #[default]
    HmacSha256,
    /// HMAC with SHA-384.
    HmacSha384,
    /// HMAC with SHA-512.
    HmacSha512,
    /// Ed25519.
    Ed25519,
    /// ECDSA with the curve P-256; the signature is in DER.
    EcdsaP256Sha256,
    /// ECDSA with the curve P-256; the signature is the concatenation of its two numbers.
    EcdsaP256Sha256Raw,
    /// RSA PKCS#1 v1.5 with SHA-256.
    RsaPkcs1Sha256,
    /// RSA PKCS#1 v1.5 with SHA-512.
    RsaPkcs1Sha512,
    /// RSA PSS with SHA-256.
    RsaPssSha256,
    /// RSA PSS with SHA-512.
    RsaPssSha512,
    /// A JSON web token.
    Jwt,
    /// The request has the secret itself.
    Token,
}

impl Algorithm {
    /// Whether both sides have the same key.
    pub(crate) fn is_hmac(self) -> bool {
        matches!(self, Self::HmacSha1 | Self::HmacSha256 | Self::HmacSha384 | Self::HmacSha512)
    }

    /// Whether the stored key is a public one.
    pub(crate) fn is_public(self) -> bool {
        !self.is_hmac() && !matches!(self, Self::Jwt | Self::Token)
    }

    /// Returns a number for the kind of key: shared, Ed25519, ECDSA or RSA.
    pub(crate) fn key_kind(self) -> u8 {
        match self {
            Self::Ed25519 => 1,
            Self::EcdsaP256Sha256 | Self::EcdsaP256Sha256Raw => 2,
            _ if self.is_public() => 3,
            _ => 0,
        }
    }

    /// Returns the number of bytes of a signature, if it is fixed.
    pub(crate) fn bytes(self) -> Option<usize> {
        match self {
            Self::HmacSha1 => Some(20),
            Self::HmacSha256 => Some(32),
            Self::HmacSha384 => Some(48),
            Self::HmacSha512 | Self::Ed25519 | Self::EcdsaP256Sha256Raw => Some(64),
            _ => None,
        }
    }

    /// Returns the algorithm of a JWT by its registered name ([RFC 7518](https://www.rfc-editor.org/rfc/rfc7518#section-3.1)).
    pub(crate) fn of_jwt(name: &str) -> Option<Self> {
        Some(match name {
            "HS256" => Self::HmacSha256,
            "HS384" => Self::HmacSha384,
            "HS512" => Self::HmacSha512,
            "RS256" => Self::RsaPkcs1Sha256,
            "RS512" => Self::RsaPkcs1Sha512,
            "PS256" => Self::RsaPssSha256,
            "PS512" => Self::RsaPssSha512,
            "ES256" => Self::EcdsaP256Sha256Raw,
            "EdDSA" => Self::Ed25519,
            _ => return None,
        })
    }

    /// Computes the HMAC of the concatenated parts.
    pub(crate) fn mac(self, key: &[u8], parts: &[impl AsRef<[u8]>]) -> Zeroizing<Vec<u8>> {
        match self {
            Self::HmacSha1 => mac::<Hmac<Sha1>>(key, parts),
            Self::HmacSha384 => mac::<Hmac<Sha384>>(key, parts),
            Self::HmacSha512 => mac::<Hmac<Sha512>>(key, parts),
            _ => mac::<Hmac<Sha256>>(key, parts),
        }
    }

    /// Verifies that the key made one of the signatures of the concatenated parts. Every tag of an HMAC is compared completely.
    pub(crate) fn verify(self, key: &Key, parts: &[impl AsRef<[u8]>], signatures: &[Vec<u8>]) -> bool {
        let bytes = match key {
            Key::Shared(key) => {
                let expected = self.mac(key, parts);
                return signatures.iter().any(|tag| expected.as_slice().ct_eq(tag).into());
            }
            Key::Public(bytes) => bytes,
            Key::RsaComponents(components) => {
                let Some(parameters) = self.rsa_parameters() else { return false };
                let message = concatenated(parts);
                return signatures.iter().any(|signature| components.verify(parameters, &message, signature).is_ok());
            }
        };
        let Some(algorithm) = self.verification() else { return false };
        let (public, message) = (UnparsedPublicKey::new(algorithm, bytes), concatenated(parts));
        signatures.iter().any(|signature| public.verify(&message, signature).is_ok())
    }

    /// Signs the concatenated parts. `None` if the key is of another kind.
    pub(crate) fn sign(self, key: &SigningKey, parts: &[impl AsRef<[u8]>]) -> Option<Vec<u8>> {
        let message = || concatenated(parts);
        match key {
            SigningKey::Shared(key) if self.is_hmac() => Some(self.mac(key, parts).to_vec()),
            SigningKey::Ed25519(pair) if self == Self::Ed25519 => Some(pair.sign(&message()).as_ref().to_vec()),
            SigningKey::Pkcs8(der) => match self.ecdsa_signing() {
                Some(algorithm) => {
                    let random = SystemRandom::new();
                    let pair = EcdsaKeyPair::from_pkcs8(algorithm, der, &random).ok()?;
                    Some(pair.sign(&random, &message()).ok()?.as_ref().to_vec())
                }
                None => {
                    let pair = signature::RsaKeyPair::from_pkcs8(der).ok()?;
                    let mut signed = vec![0; pair.public().modulus_len()];
                    pair.sign(self.rsa_encoding()?, &SystemRandom::new(), &message(), &mut signed).ok()?;
                    Some(signed)
                }
            },
            _ => None,
        }
    }

    /// The signing variant of ECDSA.
    pub(crate) fn ecdsa_signing(self) -> Option<&'static EcdsaSigningAlgorithm> {
        match self {
            Self::EcdsaP256Sha256 => Some(&ECDSA_P256_SHA256_ASN1_SIGNING),
            Self::EcdsaP256Sha256Raw => Some(&ECDSA_P256_SHA256_FIXED_SIGNING),
            _ => None,
        }
    }

    fn rsa_encoding(self) -> Option<&'static dyn RsaEncoding> {
        match self {
            Self::RsaPkcs1Sha256 => Some(&signature::RSA_PKCS1_SHA256),
            Self::RsaPkcs1Sha512 => Some(&signature::RSA_PKCS1_SHA512),
            Self::RsaPssSha256 => Some(&signature::RSA_PSS_SHA256),
            Self::RsaPssSha512 => Some(&signature::RSA_PSS_SHA512),
            _ => None,
        }
    }

    fn rsa_parameters(self) -> Option<&'static RsaParameters> {
        match self {
            Self::RsaPkcs1Sha256 => Some(&RSA_PKCS1_2048_8192_SHA256),
            Self::RsaPkcs1Sha512 => Some(&RSA_PKCS1_2048_8192_SHA512),
            Self::RsaPssSha256 => Some(&RSA_PSS_2048_8192_SHA256),
            Self::RsaPssSha512 => Some(&RSA_PSS_2048_8192_SHA512),
            _ => None,
        }
    }

    fn verification(self) -> Option<&'static dyn VerificationAlgorithm> {
        match self {
            Self::Ed25519 => Some(&ED25519),
            Self::EcdsaP256Sha256 => Some(&ECDSA_P256_SHA256_ASN1),
            Self::EcdsaP256Sha256Raw => Some(&ECDSA_P256_SHA256_FIXED),
            _ => self.rsa_parameters().map(|parameters| parameters as &dyn VerificationAlgorithm),
        }
    }
}

fn concatenated(parts: &[impl AsRef<[u8]>]) -> Vec<u8> {
    parts.iter().flat_map(|part| part.as_ref()).copied().collect()
}

fn mac<M: Mac + KeyInit>(key: &[u8], parts: &[impl AsRef<[u8]>]) -> Zeroizing<Vec<u8>> {
    // HMAC accepts a key of any length. The error type exists for other algorithms.
    #[expect(clippy::expect_used, reason = "cannot fail for HMAC")]
    let mut mac = <M as KeyInit>::new_from_slice(key).expect("HMAC accepts any key");
    for part in parts {
        mac.update(part.as_ref());
    }
    Zeroizing::new(mac.finalize().into_bytes().to_vec())
}
