//! The keys of both sides, from the stored secrets.

use base64::Engine as _;
use hookline_secret::without_line_end;
use hookline_template::{BASE64, BASE64URL};
use ring::signature::{EcdsaKeyPair, Ed25519KeyPair, KeyPair as _, RsaKeyPair, RsaPublicKeyComponents};
use rustls_pki_types::pem::PemObject as _;
use rustls_pki_types::{PrivateKeyDer, PrivatePkcs8KeyDer, SubjectPublicKeyInfoDer};
use serde::Deserialize;
use serde::de::IgnoredAny;
use sha1::{Digest as _, Sha1};
use sha2::Sha256;
use spki::SubjectPublicKeyInfoRef;
use spki::der::Decode as _;
use unicode_normalization::UnicodeNormalization as _;
use zeroize::Zeroizing;

use crate::algorithm::Algorithm;
use crate::description::{Derivation, KeyDescription, KeyEncoding};
use crate::{Secret, VerifyError};

const NOT_TEXT: &str = "the key is not text";
const NO_PREFIX: &str = "the key does not start with the sender's prefix";
const NOT_ENCODED: &str = "the key, without its prefix, is empty or does not have the sender's encoding";
const TOO_SHORT: &str = "the key is too short: it has fewer than 8 bytes";
const NO_PUBLIC_KEY: &str = "the key is no public key of the sender's algorithm in PEM, base64, hex or JWK";
const PRIVATE_KEY: &str = "the key is a private key; store the sender's public key";
const NOT_SHARED: &str = "the key is public; store the secret that the sender shares with you";
const NO_SIGNING_KEY: &str =
    "the key is no private key of the sender's algorithm: PKCS#8 in PEM or base64, or an Ed25519 seed";

/// The prefix of private keys of Standard Webhooks.
const STANDARD_PRIVATE_PREFIX: &str = "whsk_";

/// The receiver's key.
pub(crate) enum Key {
    /// The key of an HMAC, which the sender has too.
    Shared(Zeroizing<Vec<u8>>),
    /// A public key in the form that `ring` reads.
    Public(Vec<u8>),
    /// A public RSA key of a JWK.
    RsaComponents(RsaPublicKeyComponents<Vec<u8>>),
}

/// The sender's key.
pub(crate) enum SigningKey {
    Shared(Zeroizing<Vec<u8>>),
    Ed25519(Box<Ed25519KeyPair>),
    /// A key of ECDSA or RSA.
    Pkcs8(Zeroizing<Vec<u8>>),
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct Jwk {
    kty: String,
    crv: String,
    d: Option<IgnoredAny>,
    x: String,
    y: String,
    n: String,
    e: String,
}

impl Key {
    /// Parses the receiver's key of an algorithm.
    pub(crate) fn parse(secret: &Secret, form: &KeyDescription, algorithm: Algorithm) -> Result<Self, &'static str> {
        if algorithm.is_hmac() {
            return shared(secret, form).map(Self::Shared);
        }
        let text = without_prefix(text(secret)?, form)?.trim();
        if text.starts_with("-----BEGIN") {
            let pem = SubjectPublicKeyInfoDer::from_pem_slice(text.as_bytes());
            let is_private = text.contains("PRIVATE KEY");
            let der = pem.map_err(|_| if is_private { PRIVATE_KEY } else { NO_PUBLIC_KEY })?;
            return public(&der, algorithm).ok_or(NO_PUBLIC_KEY);
        }
        if text.starts_with('{') {
            let jwk: Jwk = serde_json::from_str(text).map_err(|_| NO_PUBLIC_KEY)?;
            return if jwk.d.is_some() { Err(PRIVATE_KEY) } else { jwk.key(algorithm).ok_or(NO_PUBLIC_KEY) };
        }
        let compact: String = text.split_whitespace().collect();
        let decoded = [hex::decode(&compact).ok(), BASE64.decode(&compact).ok(), BASE64URL.decode(&compact).ok()];
        let decoded: Vec<_> = decoded.into_iter().flatten().map(Zeroizing::new).collect();
        if decoded.iter().any(|bytes| PrivateKeyDer::try_from(bytes.as_slice()).is_ok()) {
            return Err(PRIVATE_KEY);
        }
        decoded.iter().find_map(|bytes| public(bytes, algorithm)).ok_or(NO_PUBLIC_KEY)
    }
}

impl Jwk {
    fn is_public(&self) -> bool {
        ["OKP", "EC", "RSA"].contains(&&*self.kty) && self.d.is_none()
    }

    fn key(&self, algorithm: Algorithm) -> Option<Key> {
        let decode = |text: &str| BASE64URL.decode(text).ok();
        match (algorithm, &*self.kty, &*self.crv) {
            (Algorithm::Ed25519, "OKP", "Ed25519") => public(&decode(&self.x)?, algorithm),
            (Algorithm::EcdsaP256Sha256 | Algorithm::EcdsaP256Sha256Raw, "EC", "P-256") => {
                public(&[&[4], &*decode(&self.x)?, &*decode(&self.y)?].concat(), algorithm)
            }
            (algorithm, "RSA", "") if algorithm.rsa_parameters().is_some() => {
                Some(Key::RsaComponents(RsaPublicKeyComponents { n: decode(&self.n)?, e: decode(&self.e)? }))
            }
            _ => None,
        }
    }
}

impl SigningKey {
    /// Parses the sender's key.
    pub(crate) fn parse(secret: &Secret, form: &KeyDescription, algorithm: Algorithm) -> Result<Self, &'static str> {
        if algorithm.is_hmac() {
            return shared(secret, form).map(Self::Shared);
        }
        let text = text(secret)?.trim();
        let pem =
            || PrivatePkcs8KeyDer::from_pem_slice(text.as_bytes()).ok().map(|der| der.secret_pkcs8_der().to_vec());
        let encoded = text.strip_prefix(STANDARD_PRIVATE_PREFIX).unwrap_or(text);
        let decoded = || hex::decode(encoded).ok().or_else(|| BASE64.decode(encoded).ok());
        let bytes = Zeroizing::new(pem().or_else(decoded).ok_or(NO_SIGNING_KEY)?);
        let key = match (algorithm, bytes.len()) {
            (Algorithm::Ed25519, 32) => Ed25519KeyPair::from_seed_unchecked(&bytes).ok(),
            (Algorithm::Ed25519, 64) => {
                let (seed, public) = bytes.split_at(32);
                Ed25519KeyPair::from_seed_and_public_key(seed, public).ok()
            }
            (Algorithm::Ed25519, _) => Ed25519KeyPair::from_pkcs8_maybe_unchecked(&bytes).ok(),
            _ => return Ok(Self::Pkcs8(bytes)),
        };
        key.map(|pair| Self::Ed25519(Box::new(pair))).ok_or(NO_SIGNING_KEY)
    }

    /// Returns the public key in base64, in a form that [`Key::parse`] reads. `None` for a shared key.
    pub(crate) fn public_key(&self, algorithm: Algorithm) -> Option<String> {
        let encode = |bytes: &[u8]| BASE64.encode(bytes);
        match self {
            Self::Shared(_) => None,
            Self::Ed25519(pair) => Some(encode(pair.public_key().as_ref())),
            Self::Pkcs8(der) => match algorithm.ecdsa_signing() {
                Some(ecdsa) => {
                    let pair = EcdsaKeyPair::from_pkcs8(ecdsa, der, &ring::rand::SystemRandom::new()).ok()?;
                    Some(encode(pair.public_key().as_ref()))
                }
                None => Some(encode(RsaKeyPair::from_pkcs8(der).ok()?.public_key().as_ref())),
            },
        }
    }
}

/// Returns a public key from the key itself or from the structure that contains it (SPKI). Its form must be that of the algorithm.
fn public(bytes: &[u8], algorithm: Algorithm) -> Option<Key> {
    let inner = SubjectPublicKeyInfoRef::from_der(bytes).ok().and_then(|info| info.subject_public_key.as_bytes());
    let bytes = inner.unwrap_or(bytes);
    let fits = match algorithm {
        Algorithm::Ed25519 => bytes.len() == 32,
        Algorithm::EcdsaP256Sha256 | Algorithm::EcdsaP256Sha256Raw => bytes.len() == 65 && bytes.first() == Some(&4),
        // The sequence of two numbers in PKCS#1.
        _ => bytes.len() > 256 && bytes.first() == Some(&0x30),
    };
    fits.then(|| Key::Public(bytes.to_vec()))
}

/// Returns the stored value as text, without a line break at the end, which editors add.
pub(crate) fn text(secret: &Secret) -> Result<&str, &'static str> {
    std::str::from_utf8(secret.expose()).map(without_line_end).map_err(|_| NOT_TEXT)
}

/// Removes the prefix and everything before it: Supabase shows its secrets as `v1,whsec_…`.
fn without_prefix<'a>(text: &'a str, form: &KeyDescription) -> Result<&'a str, &'static str> {
    let Some(prefix) = &form.prefix else { return Ok(text) };
    match text.split_once(prefix.as_str()) {
        Some((_, key)) => Ok(key),
        None if form.required == Some(true) => Err(NO_PREFIX),
        None => Ok(text),
    }
}

fn shared(secret: &Secret, form: &KeyDescription) -> Result<Zeroizing<Vec<u8>>, &'static str> {
    // Any caller could sign with a public key.
    let is_pem = |text: &str| text.contains("-----BEGIN") && !text.contains("PRIVATE KEY");
    let is_jwk = |text: &str| serde_json::from_str(text.trim()).is_ok_and(|jwk: Jwk| jwk.is_public());
    if text(secret).is_ok_and(|text| is_pem(text) || is_jwk(text)) {
        return Err(NOT_SHARED);
    }
    let encoding = form.encoding.unwrap_or_default();
    let derive = |value: &[u8]| match form.derive {
        None => value.to_vec(),
        Some(Derivation::Nfkd) => String::from_utf8_lossy(value).nfkd().collect::<String>().into_bytes(),
        Some(Derivation::Sha1) => Sha1::digest(value).to_vec(),
        Some(Derivation::Sha256) => Sha256::digest(value).to_vec(),
    };
    if encoding == KeyEncoding::Text && form.prefix.is_none() {
        return Ok(Zeroizing::new(derive(secret.expose())));
    }
    let text = without_prefix(text(secret)?, form)?;
    let decoded = match encoding {
        KeyEncoding::Text => Some(text.as_bytes().to_vec()),
        KeyEncoding::Hex => hex::decode(text).ok(),
        KeyEncoding::Base64 => BASE64.decode(text).ok(),
        KeyEncoding::Base64url => BASE64URL.decode(text).ok(),
    };
    let key = Zeroizing::new(decoded.filter(|key| !key.is_empty()).ok_or(NOT_ENCODED)?);
    if key.len() < Secret::MIN_BYTES && encoding != KeyEncoding::Text {
        Err(TOO_SHORT)
    } else {
        Ok(Zeroizing::new(derive(&key)))
    }
}

/// Parses the keys. After a rotation, one of them may be of another kind.
pub(crate) fn usable_keys(
    secrets: &[Secret],
    parse: impl Fn(&Secret) -> Result<Key, &'static str>,
) -> Result<Vec<Key>, VerifyError> {
    let (keys, problems): (Vec<_>, Vec<_>) = secrets.iter().map(parse).partition(Result::is_ok);
    match problems.into_iter().next() {
        Some(Err(problem)) if keys.is_empty() => Err(VerifyError::UnusableSecret { problem }),
        _ => Ok(keys.into_iter().flatten().collect()),
    }
}
