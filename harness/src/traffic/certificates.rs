//! Certificates for receivers with mutual TLS: an authority that the functions of MiniStack trust, and what it signs.

use std::net::{IpAddr, Ipv4Addr};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use anyhow::{Context, Result};
use rcgen::{BasicConstraints, CertificateParams, DnType, ExtendedKeyUsagePurpose, IsCa, Issuer, KeyPair, SanType};
use rustls::crypto::ring::default_provider;
use rustls::pki_types::PrivateKeyDer;
use rustls::server::WebPkiClientVerifier;
use rustls::{RootCertStore, ServerConfig};
use serde_json::json;

/// A certificate authority.
pub(crate) struct Authority {
    certificate: rcgen::Certificate,
    issuer: Issuer<'static, KeyPair>,
}

/// Returns the file with the certificate of the authority in the harness's folder. [`Authority::open`] writes the file.
pub(crate) fn certificate_file(folder: &Path) -> PathBuf {
    folder.join("authority.pem")
}

impl Authority {
    /// Returns the authority in the harness's folder. Creates it first if there is none. Its key stays the same, because
    /// functions of a running stack read the certificate only when they start.
    pub(crate) fn open(folder: &Path) -> Result<Self> {
        let key_file = folder.join("authority.key");
        let key = match std::fs::read_to_string(&key_file) {
            Ok(pem) => KeyPair::from_pem(&pem).with_context(|| format!("cannot parse `{}`", key_file.display()))?,
            Err(_) => KeyPair::generate()?,
        };
        let pem = key.serialize_pem();
        let authority = Self::with_key("Hookline harness", key)?;
        let written = std::fs::write(&key_file, pem);
        written.with_context(|| format!("cannot write `{}`", key_file.display()))?;
        let file = certificate_file(folder);
        std::fs::write(&file, authority.certificate.pem())
            .with_context(|| format!("cannot write `{}`", file.display()))?;
        Ok(authority)
    }

    /// Returns an authority that no receiver trusts.
    pub(crate) fn untrusted() -> Result<Self> {
        Self::with_key("Unknown", KeyPair::generate()?)
    }

    fn with_key(name: &str, key: KeyPair) -> Result<Self> {
        let mut params = CertificateParams::default();
        params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        params.distinguished_name.push(DnType::CommonName, name);
        let certificate = params.self_signed(&key)?;
        Ok(Self { certificate, issuer: Issuer::new(params, key) })
    }

    /// Returns the configuration of a server at `host` that accepts client certificates of this authority. Clients without a
    /// certificate can connect too.
    pub(crate) fn server_config(&self, host: Ipv4Addr) -> Result<Arc<ServerConfig>> {
        let mut params = CertificateParams::default();
        params.subject_alt_names = vec![SanType::IpAddress(IpAddr::V4(host))];
        params.extended_key_usages = vec![ExtendedKeyUsagePurpose::ServerAuth];
        let key = KeyPair::generate()?;
        let certificate = params.signed_by(&key, &self.issuer)?;
        let mut roots = RootCertStore::empty();
        roots.add(self.certificate.der().clone())?;
        let provider = Arc::new(default_provider());
        let verifier = WebPkiClientVerifier::builder_with_provider(Arc::new(roots), Arc::clone(&provider));
        let verifier = verifier.allow_unauthenticated().build()?;
        let config = ServerConfig::builder_with_provider(provider).with_safe_default_protocol_versions()?;
        let config = config.with_client_cert_verifier(verifier);
        let key = PrivateKeyDer::try_from(key.serialize_der()).map_err(anyhow::Error::msg)?;
        Ok(Arc::new(config.with_single_cert(vec![certificate.der().clone()], key)?))
    }

    /// Returns a new client certificate with its key, as the secret of a destination with `auth = "mtls"`.
    pub(crate) fn client_secret(&self) -> Result<String> {
        let mut params = CertificateParams::default();
        params.distinguished_name.push(DnType::CommonName, "hookline");
        params.extended_key_usages = vec![ExtendedKeyUsagePurpose::ClientAuth];
        let key = KeyPair::generate()?;
        let certificate = params.signed_by(&key, &self.issuer)?;
        Ok(json!({ "certificate": certificate.pem(), "key": key.serialize_pem() }).to_string())
    }
}
