//! Whom to trust in TLS: the system's authorities, and one of the settings besides.

use std::path::Path;
use std::sync::Arc;

use rustls::pki_types::CertificateDer;
use rustls::pki_types::pem::PemObject as _;
use rustls::{ClientConfig, RootCertStore};

/// The authorities, with those of a PEM file; in plain words why that cannot be read.
pub fn authorities(extra: Option<&Path>) -> Result<Vec<CertificateDer<'static>>, String> {
    let mut all = rustls_native_certs::load_native_certs().certs;
    if let Some(file) = extra {
        let before = all.len();
        let unreadable = |error| format!("{} cannot be read: {error}", file.display());
        for certificate in CertificateDer::pem_file_iter(file).map_err(unreadable)? {
            all.push(certificate.map_err(unreadable)?);
        }
        if all.len() == before {
            return Err(format!("{} holds no certificate in PEM", file.display()));
        }
    }
    Ok(all)
}

/// How a client begins TLS with whom one of them vouches for.
pub fn client(extra: Option<&Path>) -> Result<Arc<ClientConfig>, String> {
    let mut roots = RootCertStore::empty();
    roots.add_parsable_certificates(authorities(extra)?);
    let config = ClientConfig::builder_with_provider(Arc::new(rustls::crypto::ring::default_provider()))
        .with_safe_default_protocol_versions()
        .map_err(|e| format!("TLS cannot be set up: {e}"))?;
    Ok(Arc::new(config.with_root_certificates(roots).with_no_client_auth()))
}
