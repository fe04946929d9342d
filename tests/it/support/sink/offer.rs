//! What a scripted relay offers of TLS, with a certificate made for the test.

use std::sync::Arc;

use rcgen::{CertificateParams, Issuer, KeyPair};
use rustls::ServerConfig;
use rustls::pki_types::{PrivateKeyDer, PrivatePkcs8KeyDer};
use tokio_rustls::TlsAcceptor;

/// What it offers.
pub struct Offer {
    /// STARTTLS in its EHLO answer.
    pub(super) starttls: Option<TlsAcceptor>,
    /// TLS from the first byte.
    pub(super) implicit: Option<TlsAcceptor>,
    pub(super) ca_pem: String,
}

impl Offer {
    /// No TLS; what a relay looks like whose STARTTLS somebody stripped.
    pub fn plain() -> Self {
        Self { starttls: None, implicit: None, ca_pem: String::new() }
    }

    /// STARTTLS with a good certificate for 127.0.0.1 and localhost.
    pub fn starttls() -> Self {
        let (acceptor, ca_pem) = certified(&["127.0.0.1", "localhost"]);
        Self { starttls: Some(acceptor), implicit: None, ca_pem }
    }

    /// STARTTLS with a certificate for somebody else, signed by the same authority.
    pub fn wrong_name() -> Self {
        let (acceptor, ca_pem) = certified(&["mail.other.example"]);
        Self { starttls: Some(acceptor), implicit: None, ca_pem }
    }

    /// TLS from the first byte.
    pub fn implicit() -> Self {
        let (acceptor, ca_pem) = certified(&["127.0.0.1", "localhost"]);
        Self { starttls: None, implicit: Some(acceptor), ca_pem }
    }
}

fn certified(names: &[&str]) -> (TlsAcceptor, String) {
    let ca_key = KeyPair::generate().unwrap();
    let mut ca = CertificateParams::new(Vec::new()).unwrap();
    ca.is_ca = rcgen::IsCa::Ca(rcgen::BasicConstraints::Unconstrained);
    let ca_pem = ca.self_signed(&ca_key).unwrap().pem();
    let issuer = Issuer::new(ca, ca_key);
    let key = KeyPair::generate().unwrap();
    let names: Vec<String> = names.iter().map(|name| (*name).to_owned()).collect();
    let leaf = CertificateParams::new(names).unwrap().signed_by(&key, &issuer).unwrap();
    let key = PrivateKeyDer::from(PrivatePkcs8KeyDer::from(key.serialize_der()));
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let config = ServerConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_no_client_auth()
        .with_single_cert(vec![leaf.der().clone()], key)
        .unwrap();
    (TlsAcceptor::from(Arc::new(config)), ca_pem)
}
