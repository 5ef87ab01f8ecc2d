//! The algorithms, and how `ring` names them.

use ring::signature::{
    self, ECDSA_P256_SHA256_ASN1, ECDSA_P256_SHA256_ASN1_SIGNING, ECDSA_P256_SHA256_FIXED,
    ECDSA_P256_SHA256_FIXED_SIGNING, ED25519, EcdsaSigningAlgorithm, RSA_PKCS1_2048_8192_SHA256,
    RSA_PKCS1_2048_8192_SHA512, RSA_PSS_2048_8192_SHA256, RSA_PSS_2048_8192_SHA512, RsaEncoding, RsaParameters,
    VerificationAlgorithm,
};
use serde::{Deserialize, Serialize};

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

    /// Whether the request has a signature of its values, and not a token.
    pub(crate) fn signs(self) -> bool {
        self.is_hmac() || self.is_public()
    }

    /// Whether the stored key is a public one. That of a JWT depends on its algorithms.
    #[must_use]
    pub fn is_public(self) -> bool {
        !self.is_hmac() && !matches!(self, Self::Jwt | Self::Token)
    }

    /// Returns a number for the kind of key: shared, Ed25519, ECDSA or RSA.
    pub(crate) fn kind(self) -> u8 {
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

    /// The signing variant of ECDSA.
    pub(crate) fn ecdsa_signing(self) -> Option<&'static EcdsaSigningAlgorithm> {
        match self {
            Self::EcdsaP256Sha256 => Some(&ECDSA_P256_SHA256_ASN1_SIGNING),
            Self::EcdsaP256Sha256Raw => Some(&ECDSA_P256_SHA256_FIXED_SIGNING),
            _ => None,
        }
    }

    pub(crate) fn rsa_encoding(self) -> Option<&'static dyn RsaEncoding> {
        match self {
            Self::RsaPkcs1Sha256 => Some(&signature::RSA_PKCS1_SHA256),
            Self::RsaPkcs1Sha512 => Some(&signature::RSA_PKCS1_SHA512),
            Self::RsaPssSha256 => Some(&signature::RSA_PSS_SHA256),
            Self::RsaPssSha512 => Some(&signature::RSA_PSS_SHA512),
            _ => None,
        }
    }

    pub(crate) fn rsa_parameters(self) -> Option<&'static RsaParameters> {
        match self {
            Self::RsaPkcs1Sha256 => Some(&RSA_PKCS1_2048_8192_SHA256),
            Self::RsaPkcs1Sha512 => Some(&RSA_PKCS1_2048_8192_SHA512),
            Self::RsaPssSha256 => Some(&RSA_PSS_2048_8192_SHA256),
            Self::RsaPssSha512 => Some(&RSA_PSS_2048_8192_SHA512),
            _ => None,
        }
    }

    pub(crate) fn verification(self) -> Option<&'static dyn VerificationAlgorithm> {
        match self {
            Self::Ed25519 => Some(&ED25519),
            Self::EcdsaP256Sha256 => Some(&ECDSA_P256_SHA256_ASN1),
            Self::EcdsaP256Sha256Raw => Some(&ECDSA_P256_SHA256_FIXED),
            _ => self.rsa_parameters().map(|parameters| parameters as &dyn VerificationAlgorithm),
        }
    }
}
