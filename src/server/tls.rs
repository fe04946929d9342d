//! TLS of our own listener, out of PEM files.

use std::path::Path;
use std::sync::Arc;

use rustls::ServerConfig;
use rustls::pki_types::pem::PemObject as _;
use rustls::pki_types::{CertificateDer, PrivateKeyDer};

use crate::base::fault::Fault;
use crate::config::Tls;

/// Reads the certificate and its key.
pub(super) fn settings(tls: &Tls) -> Result<ServerConfig, Fault> {
    let unreadable = |key: &str, path: &Path, e| Fault::bug(format!("{key}: {} cannot be read", path.display()), e);
    let chain = CertificateDer::pem_file_iter(&tls.certificate)
        .and_then(Iterator::collect::<Result<Vec<_>, _>>)
        .map_err(|e| unreadable("tls.certificate", &tls.certificate, e))?;
    if chain.is_empty() {
        return Err(Fault::broken(format!("tls.certificate: {} holds no certificate", tls.certificate.display())));
    }
    let key = PrivateKeyDer::from_pem_file(&tls.key).map_err(|e| unreadable("tls.key", &tls.key, e))?;
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let mut settings = ServerConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .and_then(|builder| builder.with_no_client_auth().with_single_cert(chain, key))
        .map_err(|e| Fault::bug("tls: certificate and key do not make a pair that works", e))?;
    settings.alpn_protocols = vec![b"h2".to_vec(), b"http/1.1".to_vec()];
    Ok(settings)
}
