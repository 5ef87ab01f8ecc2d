use std::sync::{Arc, LazyLock};

use rustls::crypto::CryptoProvider;
use rustls::crypto::ring::{self, kx_group};
use rustls::{CipherSuite, ClientConfig, RootCertStore};
use rustls_pki_types::CertificateDer;
use rustls_pki_types::pem::PemObject as _;

/// One for all connections, with the sessions that can be taken up again.
static CONFIG: LazyLock<Arc<ClientConfig>> = LazyLock::new(|| Arc::new(config()));

/// The TLS of every connection that a function makes, to AWS and to destinations: rustls on `ring`, with the roots that
/// Mozilla trusts. They are in the program, so that none has to be read and parsed at a start. `SSL_CERT_FILE` names a
/// file of more: that of an authority of one's own, in a layer.
pub(crate) fn client_config() -> Arc<ClientConfig> {
    Arc::clone(&CONFIG)
}

fn config() -> ClientConfig {
    let mut roots = RootCertStore { roots: webpki_roots::TLS_SERVER_ROOTS.to_vec() };
    if let Some(file) = std::env::var_os("SSL_CERT_FILE") {
        let more = CertificateDer::pem_file_iter(file).into_iter().flatten().filter_map(Result::ok);
        roots.add_parsable_certificates(more);
    }
    // The group that a handshake begins with: of `ring`'s, P-256 takes a third of X25519's time, and every server has it.
    let kx_groups = vec![kx_group::SECP256R1, kx_group::X25519, kx_group::SECP384R1];
    let mut provider = CryptoProvider { kx_groups, ..ring::default_provider() };
    // And the cipher, where the server leaves the choice to us: SHA-256 is in the processor, SHA-384 is not.
    provider.cipher_suites.sort_by_key(|suite| suite.suite() != CipherSuite::TLS13_AES_128_GCM_SHA256);
    let provider = Arc::new(provider);
    let builder = ClientConfig::builder_with_provider(provider).with_safe_default_protocol_versions();
    // `ring` has both versions: there is nothing that could be refused.
    let builder = builder.unwrap_or_else(|error| unreachable!("{error}"));
    builder.with_root_certificates(roots).with_no_client_auth()
}
