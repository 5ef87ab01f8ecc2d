use std::sync::Arc;

use rustls::crypto::CryptoProvider;
use rustls::crypto::ring::{self, kx_group};
use rustls::{CipherSuite, ClientConfig, RootCertStore};
use rustls_pki_types::pem::{self, PemObject as _};
use rustls_pki_types::{CertificateDer, TrustAnchor};
use webpki_roots::TLS_SERVER_ROOTS;

use crate::variables::Variables;

/// Additional certificate authorities for destinations and for AWS. OpenSSL and rustls read the same variable.
const CERT_FILE: &str = "SSL_CERT_FILE";

/// Additional certificate authorities for AWS alone, for instance of a proxy that terminates TLS. The AWS CLI and SDKs
/// read the same variable. <https://docs.aws.amazon.com/sdkref/latest/guide/feature-gen-config.html>
const CA_BUNDLE: &str = "AWS_CA_BUNDLE";

/// Names of Amazon Trust Services' root certificates. Every endpoint in AWS's commercial and GovCloud regions has a
/// certificate from one of them:
/// <https://www.amazontrust.com/repository/>.
const AMAZON_ROOTS: [&[u8]; 5] = [
    b"Amazon Root CA 1",
    b"Amazon Root CA 2",
    b"Amazon Root CA 3",
    b"Amazon Root CA 4",
    b"Starfield Services Root Certificate Authority - G2",
];

/// Certificate authorities that the functions trust in addition to the compiled-in root certificates.
#[derive(Clone, Default)]
pub struct TrustStore {
    for_all: Vec<CertificateDer<'static>>,
    for_aws: Vec<CertificateDer<'static>>,
}

/// An invalid file of certificates.
#[derive(Debug, thiserror::Error)]
pub enum TrustStoreError {
    /// The file cannot be read, or is not PEM.
    #[error("cannot read certificates from `{file}`: {source}; correct the path, or remove the variable")]
    Unreadable {
        /// The path.
        file: String,
        /// The error of the system or the PEM parser.
        source: Box<pem::Error>,
    },
    /// The file contains no certificate.
    #[error("`{file}` contains no certificate in PEM; correct the path, or remove the variable")]
    Empty {
        /// The path.
        file: String,
    },
    /// A certificate in the file is not valid for an authority.
    #[error("certificate {number} of `{file}` cannot be used: {source}")]
    Unusable {
        /// The path.
        file: String,
        /// The certificate's position, counted from 1.
        number: usize,
        /// The error of rustls.
        source: rustls::Error,
    },
}

impl std::fmt::Debug for TrustStore {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(formatter, "TrustStore({} additional, {} for AWS)", self.for_all.len(), self.for_aws.len())
    }
}

impl TrustStore {
    /// Reads the files in `SSL_CERT_FILE` and `AWS_CA_BUNDLE`. A missing or malformed file is recorded as an error.
    pub fn read(variables: &mut Variables<'_>) -> Option<Self> {
        let mut read = |name| match variables.optional(name) {
            None => Some(Vec::new()),
            Some(file) => variables.check(name, read_certificates(&file)),
        };
        let (for_all, for_aws) = (read(CERT_FILE), read(CA_BUNDLE));
        Some(Self { for_all: for_all?, for_aws: for_aws? })
    }

    /// Returns the TLS configuration for destinations. It trusts Mozilla's root certificates and those in
    /// `SSL_CERT_FILE`.
    #[must_use]
    pub fn for_destinations(&self) -> ClientConfig {
        client_config(TLS_SERVER_ROOTS.to_vec(), &[&self.for_all])
    }

    /// Returns the TLS configuration for AWS in a region. It trusts the certificates in both files and Amazon's root
    /// certificates, or Mozilla's in regions where AWS may use another authority.
    pub(crate) fn for_aws(&self, region: &str) -> ClientConfig {
        let uses_amazon_roots =
            !["cn-", "us-iso", "eu-iso", "eusc-"].iter().any(|partition| region.starts_with(partition));
        let roots = TLS_SERVER_ROOTS.iter().filter(|root| !uses_amazon_roots || is_amazon_root(root)).cloned();
        client_config(roots.collect(), &[&self.for_all, &self.for_aws])
    }
}

/// Whether the certificate's subject, which ends with its common name, is one of Amazon's.
fn is_amazon_root(root: &TrustAnchor<'_>) -> bool {
    AMAZON_ROOTS.iter().any(|name| root.subject.ends_with(name))
}

fn read_certificates(file: &str) -> Result<Vec<CertificateDer<'static>>, TrustStoreError> {
    let unreadable = |source| TrustStoreError::Unreadable { file: file.to_owned(), source: Box::new(source) };
    let certificates = CertificateDer::pem_file_iter(file).and_then(Iterator::collect::<Result<Vec<_>, _>>);
    let certificates: Vec<CertificateDer<'static>> = certificates.map_err(unreadable)?;
    if certificates.is_empty() {
        return Err(TrustStoreError::Empty { file: file.to_owned() });
    }
    let mut store = RootCertStore::empty();
    for (index, certificate) in certificates.iter().enumerate() {
        let unusable = |source| TrustStoreError::Unusable { file: file.to_owned(), number: index + 1, source };
        store.add(certificate.clone()).map_err(unusable)?;
    }
    Ok(certificates)
}

fn client_config(roots: Vec<TrustAnchor<'static>>, additional: &[&[CertificateDer<'static>]]) -> ClientConfig {
    let mut roots = RootCertStore { roots };
    // `read_certificates` has already validated the additional certificates.
    roots.add_parsable_certificates(additional.iter().flat_map(|certificates| certificates.iter().cloned()));
    let builder = ClientConfig::builder_with_provider(Arc::new(provider())).with_safe_default_protocol_versions();
    // `ring` supports both protocol versions, so this cannot fail.
    let builder = builder.unwrap_or_else(|error| unreachable!("{error}"));
    builder.with_root_certificates(roots).with_no_client_auth()
}

/// Returns `ring` with the order of algorithms that is fastest for a cold start: a handshake with P-256 takes a third
/// of the time of X25519, and processors have instructions for SHA-256 but not for SHA-384.
fn provider() -> CryptoProvider {
    let kx_groups = vec![kx_group::SECP256R1, kx_group::X25519, kx_group::SECP384R1];
    let mut provider = CryptoProvider { kx_groups, ..ring::default_provider() };
    provider.cipher_suites.sort_by_key(|suite| suite.suite() != CipherSuite::TLS13_AES_128_GCM_SHA256);
    provider
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Reads the trust store with a file in variable `name`. Returns the error, or an empty text.
    fn read_error(name: &'static str, file: &std::path::Path) -> String {
        let value = file.display().to_string();
        let lookup = |variable: &str| (variable == name).then(|| value.clone());
        let mut variables = Variables::new(&lookup);
        let trust_store = TrustStore::read(&mut variables);
        variables.finish(trust_store).err().map(|error| error.to_string()).unwrap_or_default()
    }

    #[test]
    fn error_for_missing_or_malformed_file_contains_its_path() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("ca.pem");
        for name in [CERT_FILE, CA_BUNDLE] {
            let missing = read_error(name, &file);
            assert!(missing.contains(name) && missing.contains("ca.pem"), "{missing}");
        }
        for (content, expected) in [
            ("", "contains no certificate in PEM"),
            ("not PEM", "contains no certificate in PEM"),
            ("-----BEGIN CERTIFICATE-----\n*\n-----END CERTIFICATE-----\n", "cannot read certificates"),
            ("-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n", "certificate 1 of"),
        ] {
            std::fs::write(&file, content).unwrap();
            let error = read_error(CERT_FILE, &file);
            assert!(error.contains(expected) && error.contains("ca.pem"), "{content}: {error}");
        }
    }

    #[test]
    fn accepts_file_with_a_certificate() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("ca.pem");
        let generated = rcgen::generate_simple_self_signed(["localhost".to_owned()]).unwrap();
        std::fs::write(&file, generated.cert.pem()).unwrap();
        assert_eq!(read_error(CERT_FILE, &file), "");
    }

    #[test]
    fn all_amazon_roots_are_found() {
        assert_eq!(TLS_SERVER_ROOTS.iter().filter(|root| is_amazon_root(root)).count(), AMAZON_ROOTS.len());
    }
}
