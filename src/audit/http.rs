//! HTTP as the log speaks it to places elsewhere: checkpoints that are sent, and whom a client trusts.

use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use ureq::Agent;
use ureq::tls::{Certificate, RootCerts, TlsConfig, TlsProvider};

use crate::base::trust;

/// How long all of sending may take.
const MOST: Duration = Duration::from_secs(30);

/// Posts a note; in plain words why it was not taken. It blocks until it was.
pub fn post(url: &str, token: Option<&str>, ca: Option<&Path>, note: &str) -> Result<(), String> {
    let mut request = agent(ca, MOST)?.post(url).header("content-type", "text/plain; charset=utf-8");
    if let Some(token) = token {
        request = request.header("authorization", format!("Bearer {token}"));
    }
    let answer = request.send(note).map_err(|error| error.to_string())?;
    let status = answer.status();
    if status.is_success() { Ok(()) } else { Err(format!("it answered {status}")) }
}

/// Whether anybody answers there; in plain words why not.
pub fn probe(url: &str, ca: Option<&Path>) -> Result<(), String> {
    agent(ca, MOST)?.head(url).call().map(drop).map_err(|error| error.to_string())
}

/// A client that trusts the system's authorities and those of a PEM file besides, and follows no redirect: what goes
/// along is for one address alone. `most` is how long an exchange may take.
pub(super) fn agent(ca: Option<&Path>, most: Duration) -> Result<Agent, String> {
    let authorities = trust::authorities(ca)?;
    let roots = RootCerts::from(authorities.iter().map(|one| Certificate::from_der(one.as_ref()).to_owned()));
    let tls = TlsConfig::builder()
        .provider(TlsProvider::Rustls)
        .unversioned_rustls_crypto_provider(Arc::new(rustls::crypto::ring::default_provider()))
        .root_certs(roots)
        .build();
    let config = Agent::config_builder()
        .tls_config(tls)
        .timeout_global(Some(most))
        .max_redirects(0)
        .max_redirects_will_error(false)
        .http_status_as_error(false)
        .user_agent("pulih")
        .build();
    Ok(config.new_agent())
}
