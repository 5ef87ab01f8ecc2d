//! Computes and verifies signatures: HMAC ([RFC 2104](https://www.rfc-editor.org/rfc/rfc2104)) by the crates `hmac`, `sha1` and
//! `sha2`, compared in constant time, and signatures with public keys by `ring`.

use hmac::{Hmac, KeyInit, Mac};
use ring::rand::SystemRandom;
use ring::signature::{EcdsaKeyPair, RsaKeyPair, UnparsedPublicKey};
use sha1::Sha1;
use sha2::{Sha256, Sha384, Sha512};
use subtle::ConstantTimeEq as _;
use zeroize::Zeroizing;

use crate::algorithm::Algorithm;
use crate::key::{Key, SigningKey};

impl Algorithm {
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
                    let pair = RsaKeyPair::from_pkcs8(der).ok()?;
                    let mut signed = vec![0; pair.public().modulus_len()];
                    pair.sign(self.rsa_encoding()?, &SystemRandom::new(), &message(), &mut signed).ok()?;
                    Some(signed)
                }
            },
            _ => None,
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
