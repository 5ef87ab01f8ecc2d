use std::fmt;
use std::sync::Arc;

use rustls::crypto::ring;
use rustls::sign::CertifiedKey;
use rustls::{Error, InconsistentKeys};
use rustls_pki_types::pem::PemObject as _;
use rustls_pki_types::{CertificateDer, PrivateKeyDer};

use crate::error::InvalidCredentials;

/// A client certificate with its chain and its private key. Clones share the key.
#[derive(Clone)]
pub struct Identity(Arc<CertifiedKey>);

impl Identity {
    /// Reads a certificate chain and a private key in PEM. Both arguments may be the same text.
    ///
    /// # Errors
    ///
    /// [`InvalidCredentials`]: one of the texts is not PEM, or both do not belong together.
    pub fn from_pem(certificates: &str, key: &str) -> Result<Self, InvalidCredentials> {
        let chain = CertificateDer::pem_slice_iter(certificates.as_bytes()).collect::<Result<Vec<_>, _>>();
        let chain = chain.ok().filter(|chain| !chain.is_empty()).ok_or(InvalidCredentials::InvalidCertificate)?;
        let key = PrivateKeyDer::from_pem_slice(key.as_bytes()).map_err(|_| InvalidCredentials::InvalidKey)?;
        let certified = CertifiedKey::from_der(chain, key, &ring::default_provider()).map_err(|error| match error {
            Error::InconsistentKeys(InconsistentKeys::KeyMismatch) => InvalidCredentials::KeyMismatch,
            Error::InvalidCertificate(_) => InvalidCredentials::InvalidCertificate,
            _ => InvalidCredentials::UnsupportedKey,
        })?;
        Ok(Self(Arc::new(certified)))
    }

    /// Returns the certificate chain and the key for a TLS client.
    #[must_use]
    pub fn certified_key(&self) -> &Arc<CertifiedKey> {
        &self.0
    }
}

impl fmt::Debug for Identity {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("Identity(redacted)")
    }
}
