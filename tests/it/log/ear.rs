//! Who listens outside: a syslog server with or without TLS, and one of HTTP, both as slow as a test wants.

use std::net::SocketAddr;
use std::sync::atomic::{AtomicBool, AtomicU16, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use rcgen::{CertificateParams, Issuer, KeyPair};
use rustls::pki_types::{PrivateKeyDer, PrivatePkcs8KeyDer};
use tokio::io::{AsyncRead, AsyncReadExt as _, AsyncWrite, AsyncWriteExt as _};
use tokio::net::TcpListener;
use tokio::task::JoinHandle;
use tokio_rustls::TlsAcceptor;

/// A listener on loopback; it ends when dropped.
pub struct Ear {
    address: SocketAddr,
    heard: Arc<Mutex<Vec<String>>>,
    hold: Arc<AtomicBool>,
    status: Arc<AtomicU16>,
    task: JoinHandle<()>,
}

impl Drop for Ear {
    fn drop(&mut self) {
        self.task.abort();
    }
}

impl Ear {
    /// A syslog server (RFC 6587).
    pub async fn syslog() -> Self {
        Self::listen(None, true, 0).await
    }

    /// The same by TLS (RFC 5425), and the PEM of who vouches for it.
    pub async fn guarded() -> (Self, String) {
        let (acceptor, ca) = certified();
        (Self::listen(Some(acceptor), true, 0).await, ca)
    }

    /// A server of HTTP that keeps what is posted, headers and all.
    pub async fn http() -> Self {
        Self::listen(None, false, 0).await
    }

    /// A server of HTTP by TLS, and the PEM of who vouches for it.
    pub async fn https() -> (Self, String) {
        let (acceptor, ca) = certified();
        (Self::listen(Some(acceptor), false, 0).await, ca)
    }

    /// A syslog server at that port.
    pub async fn at(port: u16) -> Self {
        Self::listen(None, true, port).await
    }

    async fn listen(tls: Option<TlsAcceptor>, syslog: bool, port: u16) -> Self {
        let listener = TcpListener::bind(("127.0.0.1", port)).await.unwrap();
        let address = listener.local_addr().unwrap();
        let (heard, hold, status) =
            (Arc::new(Mutex::default()), Arc::new(AtomicBool::new(false)), Arc::new(AtomicU16::new(204)));
        let (h, w, s) = (Arc::clone(&heard), Arc::clone(&hold), Arc::clone(&status));
        let task = tokio::spawn(async move {
            loop {
                let (stream, _) = listener.accept().await.unwrap();
                let (tls, h, w, s) = (tls.clone(), Arc::clone(&h), Arc::clone(&w), Arc::clone(&s));
                tokio::spawn(async move {
                    match tls {
                        // who does not trust us ends the handshake
                        Some(tls) => {
                            let Ok(stream) = tls.accept(stream).await else { return };
                            if syslog {
                                messages(stream, &h, &w).await;
                            } else {
                                posted(stream, &h, &s).await;
                            }
                        }
                        None if syslog => messages(stream, &h, &w).await,
                        None => posted(stream, &h, &s).await,
                    }
                });
            }
        });
        Self { address, heard, hold, status, task }
    }

    pub fn port(&self) -> u16 {
        self.address.port()
    }

    /// Everything heard so far: messages, or requests.
    pub fn heard(&self) -> Vec<String> {
        self.heard.lock().unwrap().clone()
    }

    /// What comes after the header of each message.
    pub fn texts(&self) -> Vec<String> {
        self.heard().iter().map(|message| message.splitn(8, ' ').nth(7).unwrap().to_owned()).collect()
    }

    /// Whether it hears everything and never says that it did.
    pub fn hold(&self, hold: bool) {
        self.hold.store(hold, Ordering::SeqCst);
    }

    /// What it answers by HTTP.
    pub fn answer(&self, status: u16) {
        self.status.store(status, Ordering::SeqCst);
    }
}

/// Reads to the end, then ends its own side.
async fn messages(mut stream: impl AsyncRead + AsyncWrite + Unpin, heard: &Mutex<Vec<String>>, hold: &AtomicBool) {
    let mut bytes = Vec::new();
    // what was broken off is kept as far as it came
    let _ = stream.read_to_end(&mut bytes).await;
    let mut rest = &bytes[..];
    while let Some(space) = rest.iter().position(|b| *b == b' ') {
        let length: usize = std::str::from_utf8(&rest[..space]).unwrap().parse().expect("octet counting");
        let Some(message) = rest.get(space + 1..space + 1 + length) else { break };
        heard.lock().unwrap().push(String::from_utf8(message.to_vec()).unwrap());
        rest = &rest[space + 1 + length..];
    }
    while hold.load(Ordering::SeqCst) {
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
    let _ = stream.shutdown().await;
}

async fn posted(mut stream: impl AsyncRead + AsyncWrite + Unpin, heard: &Mutex<Vec<String>>, status: &AtomicU16) {
    let (mut bytes, mut part) = (Vec::new(), [0; 4096]);
    loop {
        let text = String::from_utf8_lossy(&bytes).to_lowercase();
        if let Some((head, body)) = text.split_once("\r\n\r\n") {
            let length = head.split("content-length: ").nth(1).and_then(|rest| rest.lines().next()?.parse().ok());
            if body.len() >= length.unwrap_or(0_usize) {
                break;
            }
        }
        match stream.read(&mut part).await {
            Ok(n) if n > 0 => bytes.extend_from_slice(&part[..n]),
            _ => return,
        }
    }
    heard.lock().unwrap().push(String::from_utf8(bytes).unwrap());
    let status = status.load(Ordering::SeqCst);
    let answer = format!(
        "HTTP/1.1 {status} Said\r\ncontent-length: 0\r\nlocation: /elsewhere\r\nretry-after: 0\r\nconnection: close\r\n\r\n"
    );
    stream.write_all(answer.as_bytes()).await.unwrap();
    let _ = stream.shutdown().await;
}

fn certified() -> (TlsAcceptor, String) {
    let ca_key = KeyPair::generate().unwrap();
    let mut ca = CertificateParams::new(Vec::new()).unwrap();
    ca.is_ca = rcgen::IsCa::Ca(rcgen::BasicConstraints::Unconstrained);
    let pem = ca.self_signed(&ca_key).unwrap().pem();
    let key = KeyPair::generate().unwrap();
    let leaf = CertificateParams::new(vec!["127.0.0.1".to_owned()]).unwrap();
    let leaf = leaf.signed_by(&key, &Issuer::new(ca, ca_key)).unwrap();
    let key = PrivateKeyDer::from(PrivatePkcs8KeyDer::from(key.serialize_der()));
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let config = rustls::ServerConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_no_client_auth()
        .with_single_cert(vec![leaf.der().clone()], key)
        .unwrap();
    (TlsAcceptor::from(Arc::new(config)), pem)
}
