//! The connection to a mailbox: TLS from the first byte, after STARTTLS, or none.

use std::fmt;
use std::sync::Arc;

use async_imap::Client;
use rustls::pki_types::pem::PemObject as _;
use rustls::pki_types::{CertificateDer, ServerName};
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::TcpStream;
use tokio_rustls::TlsConnector;

use super::{ANSWER, Error, Trouble, within};
use crate::config::{Inbound, MailTls};

/// A connection, guarded or not.
pub(super) type Wire = Box<dyn Line>;

/// What IMAP is spoken over.
pub(super) trait Line: AsyncRead + AsyncWrite + Unpin + Send + fmt::Debug {}

impl<T: AsyncRead + AsyncWrite + Unpin + Send + fmt::Debug> Line for T {}

/// Whether the server's greeting was read before TLS began.
pub(super) fn greeted_already(settings: &Inbound) -> bool {
    settings.imap_tls == MailTls::Starttls
}

/// Connects, guarded as the settings demand: a server that does not offer STARTTLS gets no password.
pub(super) async fn connect(settings: &Inbound) -> Result<Wire, Trouble> {
    let (host, port) = (settings.imap_host.as_str(), settings.imap_port);
    let connecting = async { Ok(TcpStream::connect((host, port)).await?) };
    let stream = within(ANSWER, &format!("connecting to {host}:{port}"), connecting).await?;
    match settings.imap_tls {
        MailTls::None => Ok(Box::new(stream)),
        MailTls::Implicit => guard(settings, stream).await,
        MailTls::Starttls => {
            let mut client = Client::new(stream);
            let asking = async {
                client.read_response().await?.ok_or(Error::ConnectionLost)?;
                client.run_command_and_check_ok("STARTTLS", None).await
            };
            within(ANSWER, "STARTTLS", asking).await?;
            // what was sent in plain text after it is dropped with the client's buffer
            guard(settings, client.into_inner()).await
        }
    }
}

async fn guard(settings: &Inbound, stream: TcpStream) -> Result<Wire, Trouble> {
    let host = settings.imap_host.clone();
    let name = ServerName::try_from(host).map_err(|_| Trouble::of("inbound.imap_host is no name TLS can check"))?;
    let connector = TlsConnector::from(Arc::new(client(settings)?));
    let shaking = async { Ok(connector.connect(name, stream).await?) };
    Ok(Box::new(within(ANSWER, "TLS", shaking).await?))
}

/// rustls with the system's authorities, and the one of the settings besides.
fn client(settings: &Inbound) -> Result<rustls::ClientConfig, Trouble> {
    let mut roots = rustls::RootCertStore::empty();
    roots.add_parsable_certificates(rustls_native_certs::load_native_certs().certs);
    if let Some(file) = &settings.imap_ca {
        let unreadable = |error: &dyn fmt::Display| {
            Trouble::of(format!("inbound.imap_ca {} cannot be read: {error}", file.display()))
        };
        for certificate in CertificateDer::pem_file_iter(file).map_err(|e| unreadable(&e))? {
            roots.add(certificate.map_err(|e| unreadable(&e))?).map_err(|e| unreadable(&e))?;
        }
    }
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    Ok(rustls::ClientConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .map_err(|e| Trouble::of(format!("TLS cannot be set up: {e}")))?
        .with_root_certificates(roots)
        .with_no_client_auth())
}
