use std::sync::Arc;

use rustls::crypto::CryptoProvider;
use rustls::crypto::ring::{self, kx_group};
use rustls::{CipherSuite, ClientConfig, RootCertStore};
use rustls_pki_types::pem::{self, PemObject as _};
use rustls_pki_types::{CertificateDer, TrustAnchor};
use webpki_roots::TLS_SERVER_ROOTS;

use crate::variables::Variables;

/// Additional certificate authorities for destinations and for AWS, as OpenSSL and rustls read it.
const CERT_FILE: &str = "SSL_CERT_FILE";

/// Additional certificate authorities for AWS alone, as the AWS CLI and SDKs read it: those of a VPC endpoint or a proxy
/// that terminates TLS. <https://docs.aws.amazon.com/sdkref/latest/guide/feature-gen-config.html>
const CA_BUNDLE: &str = "AWS_CA_BUNDLE";

/// Names of Amazon Trust Services' roots, one of which signs every endpoint of AWS's commercial and GovCloud regions:
/// <https://www.amazontrust.com/repository/>.
const AMAZON: [&[u8]; 5] = [
    b"Amazon Root CA 1",
    b"Amazon Root CA 2",
    b"Amazon Root CA 3",
    b"Amazon Root CA 4",
    b"Starfield Services Root Certificate Authority - G2",
];

/// The certificate authorities that the functions trust, besides the roots that are compiled in.
#[derive(Clone, Default)]
pub struct TrustStore {
    for_all: Vec<CertificateDer<'static>>,
    for_aws: Vec<CertificateDer<'static>>,
}

/// A file of certificates that cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum TrustStoreError {
    /// The file cannot be read, or is no PEM.
    #[error("cannot read certificates from `{file}`: {source}; correct the path, or remove the variable")]
    Unreadable {
        /// The path.
        file: String,
        /// What the system or the PEM parser reports.
        source: Box<pem::Error>,
    },
    /// The file has no certificate.
    #[error("`{file}` has no certificate in PEM; correct the path, or remove the variable")]
    Empty {
        /// The path.
        file: String,
    },
    /// A certificate of the file cannot be an authority.
    #[error("certificate {number} of `{file}` cannot be used: {source}")]
    Unusable {
        /// The path.
        file: String,
        /// Counted from 1.
        number: usize,
        /// What rustls reports.
        source: rustls::Error,
    },
}

impl std::fmt::Debug for TrustStore {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(formatter, "TrustStore({} additional, {} for AWS)", self.for_all.len(), self.for_aws.len())
    }
}

impl TrustStore {
    /// Reads the files that `SSL_CERT_FILE` and `AWS_CA_BUNDLE` name; one that is missing or broken is remembered as a
    /// fault.
    pub fn read(variables: &mut Variables<'_>) -> Option<Self> {
        let mut read = |name| match variables.optional(name) {
            None => Some(Vec::new()),
            Some(file) => variables.check(name, certificates(&file)),
        };
        let (for_all, for_aws) = (read(CERT_FILE), read(CA_BUNDLE));
        Some(Self { for_all: for_all?, for_aws: for_aws? })
    }

    /// TLS to destinations: every authority that Mozilla trusts, and those of `SSL_CERT_FILE`.
    #[must_use]
    pub fn for_destinations(&self) -> ClientConfig {
        client_config(TLS_SERVER_ROOTS.to_vec(), &[&self.for_all])
    }

    /// TLS to AWS in a region: Amazon Trust Services alone where its roots are known to sign every endpoint, and those of
    /// both files.
    pub(crate) fn for_aws(&self, region: &str) -> ClientConfig {
        let is_amazons = !["cn-", "us-iso", "eu-iso", "eusc-"].iter().any(|partition| region.starts_with(partition));
        let roots = TLS_SERVER_ROOTS.iter().filter(|root| !is_amazons || is_of_amazon(root)).cloned();
        client_config(roots.collect(), &[&self.for_all, &self.for_aws])
    }
}

/// A subject ends with its common name.
fn is_of_amazon(root: &TrustAnchor<'_>) -> bool {
    AMAZON.iter().any(|name| root.subject.ends_with(name))
}

fn certificates(file: &str) -> Result<Vec<CertificateDer<'static>>, TrustStoreError> {
    let unreadable = |source| TrustStoreError::Unreadable { file: file.to_owned(), source: Box::new(source) };
    let found = CertificateDer::pem_file_iter(file).and_then(Iterator::collect::<Result<Vec<_>, _>>);
    let found: Vec<CertificateDer<'static>> = found.map_err(unreadable)?;
    if found.is_empty() {
        return Err(TrustStoreError::Empty { file: file.to_owned() });
    }
    let mut store = RootCertStore::empty();
    for (index, certificate) in found.iter().enumerate() {
        let unusable = |source| TrustStoreError::Unusable { file: file.to_owned(), number: index + 1, source };
        store.add(certificate.clone()).map_err(unusable)?;
    }
    Ok(found)
}

fn client_config(roots: Vec<TrustAnchor<'static>>, additional: &[&[CertificateDer<'static>]]) -> ClientConfig {
    let mut roots = RootCertStore { roots };
    // Each was accepted when its file was read.
    roots.add_parsable_certificates(additional.iter().flat_map(|certificates| certificates.iter().cloned()));
    let builder = ClientConfig::builder_with_provider(Arc::new(provider())).with_safe_default_protocol_versions();
    // `ring` has both protocol versions: there is nothing that could be refused.
    let builder = builder.unwrap_or_else(|error| unreachable!("{error}"));
    builder.with_root_certificates(roots).with_no_client_auth()
}

/// `ring`, in the order that is cheapest for a start: a handshake with P-256 takes a third of the time of X25519, and
/// processors have instructions for SHA-256 but not for SHA-384.
fn provider() -> CryptoProvider {
    let kx_groups = vec![kx_group::SECP256R1, kx_group::X25519, kx_group::SECP384R1];
    let mut provider = CryptoProvider { kx_groups, ..ring::default_provider() };
    provider.cipher_suites.sort_by_key(|suite| suite.suite() != CipherSuite::TLS13_AES_128_GCM_SHA256);
    provider
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What the environment says of the variables that a file is named by, and which fault it comes to.
    fn fault(name: &'static str, file: &std::path::Path) -> String {
        let value = file.display().to_string();
        let lookup = |asked: &str| (asked == name).then(|| value.clone());
        let mut variables = Variables::new(&lookup);
        let trust = TrustStore::read(&mut variables);
        variables.finish(trust).err().map(|faults| faults.to_string()).unwrap_or_default()
    }

    #[test]
    fn missing_or_broken_file_is_a_fault_that_names_it() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("ca.pem");
        for name in [CERT_FILE, CA_BUNDLE] {
            let missing = fault(name, &file);
            assert!(missing.contains(name) && missing.contains("ca.pem"), "{missing}");
        }
        for (content, expected) in [
            ("", "has no certificate in PEM"),
            ("not PEM", "has no certificate in PEM"),
            ("-----BEGIN CERTIFICATE-----\n*\n-----END CERTIFICATE-----\n", "cannot read certificates"),
            ("-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n", "certificate 1 of"),
        ] {
            std::fs::write(&file, content).unwrap();
            let fault = fault(CERT_FILE, &file);
            assert!(fault.contains(expected) && fault.contains("ca.pem"), "{content}: {fault}");
        }
    }

    #[test]
    fn good_file_is_trusted_in_addition() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("ca.pem");
        let made = rcgen::generate_simple_self_signed(["localhost".to_owned()]).unwrap();
        std::fs::write(&file, made.cert.pem()).unwrap();
        assert_eq!(fault(CERT_FILE, &file), "");
    }

    #[test]
    fn aws_is_verified_against_each_of_amazons_roots() {
        assert_eq!(TLS_SERVER_ROOTS.iter().filter(|root| is_of_amazon(root)).count(), AMAZON.len());
    }
}
