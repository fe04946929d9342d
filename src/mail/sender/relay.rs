//! Reaches the relay: TCP, greeting, TLS and sign-in, each with the same patience.

use std::future::Future;
use std::path::Path;
use std::time::Duration;

use lettre::transport::smtp::Error;
use lettre::transport::smtp::authentication::{Credentials, DEFAULT_MECHANISMS};
use lettre::transport::smtp::client::{AsyncSmtpConnection, Certificate, TlsParameters};
use lettre::transport::smtp::extension::ClientId;
use secrecy::ExposeSecret;
use tokio::net::TcpStream;
use tokio::time::timeout;

use super::fault::{SendClass, SendFault, Stage};
use crate::base::fault::Fault;
use crate::config::{MailTls, Smtp};

/// Where the relay is and how it is approached.
pub(super) struct Relay {
    host: String,
    port: u16,
    hello: ClientId,
    security: Security,
    credentials: Option<Credentials>,
    patience: Duration,
}

enum Security {
    Starttls(TlsParameters),
    Implicit(TlsParameters),
    Plain,
}

impl Relay {
    /// The relay as configured. Reads the authority's file, where one is named.
    pub(super) fn new(smtp: &Smtp) -> Result<Self, Fault> {
        let security = match smtp.tls {
            MailTls::Starttls => Security::Starttls(trust(smtp)?),
            MailTls::Implicit => Security::Implicit(trust(smtp)?),
            MailTls::None => Security::Plain,
        };
        let credentials = match (&smtp.username, &smtp.password) {
            (Some(name), Some(password)) => Some(Credentials::new(name.clone(), password.expose_secret().to_owned())),
            _ => None,
        };
        Ok(Self {
            host: smtp.host.clone(),
            port: smtp.port,
            hello: ClientId::Domain(smtp.helo.clone()),
            security,
            credentials,
            patience: Duration::from_secs(smtp.timeout_seconds.max(1)),
        })
    }

    /// How long one answer may take.
    pub(super) fn patience(&self) -> Duration {
        self.patience
    }

    /// A connection on which a letter can be sent.
    pub(super) async fn connect(&self) -> Result<AsyncSmtpConnection, SendFault> {
        let mut line = match &self.security {
            Security::Plain => self.greet().await?,
            Security::Starttls(tls) => self.starttls(tls).await?,
            Security::Implicit(tls) => {
                let server = (self.host.as_str(), self.port);
                let connect = AsyncSmtpConnection::connect_tokio1(server, None, &self.hello, Some(tls.clone()), None);
                self.step(Stage::Greeting, connect).await?
            }
        };
        if let Some(credentials) = &self.credentials {
            self.step(Stage::Greeting, line.auth(DEFAULT_MECHANISMS, credentials)).await?;
        }
        Ok(line)
    }

    async fn greet(&self) -> Result<AsyncSmtpConnection, SendFault> {
        let away = |e: std::io::Error| SendFault::ours(SendClass::Unreachable, super::fault::told(&e.to_string()));
        let connect = TcpStream::connect((self.host.as_str(), self.port));
        let stream = match timeout(self.patience, connect).await {
            Ok(stream) => stream.map_err(away)?,
            Err(_) => return Err(SendFault::ours(SendClass::Unreachable, "no answer to the connection in time")),
        };
        // without it every letter waits some 40 ms, since its body and its final dot are written apart
        stream.set_nodelay(true).map_err(away)?;
        let greet = AsyncSmtpConnection::connect_with_transport(Box::new(stream), &self.hello);
        self.step(Stage::Greeting, greet).await
    }

    async fn starttls(&self, tls: &TlsParameters) -> Result<AsyncSmtpConnection, SendFault> {
        let mut line = self.greet().await?;
        if !line.can_starttls() {
            return Err(SendFault::ours(SendClass::Tls, "the relay does not offer STARTTLS; nothing was sent"));
        }
        self.step(Stage::Tls, line.starttls(tls.clone(), &self.hello)).await?;
        Ok(line)
    }

    /// One exchange with the relay, given up when it stays silent.
    pub(super) async fn step<T>(
        &self,
        stage: Stage,
        exchange: impl Future<Output = Result<T, Error>>,
    ) -> Result<T, SendFault> {
        match timeout(self.patience, exchange).await {
            Ok(answer) => answer.map_err(|e| SendFault::of(stage, &e)),
            Err(_) if stage == Stage::Letter => {
                Err(SendFault::ours(SendClass::Temporary, "the relay fell silent inside the letter"))
            }
            Err(_) => Err(SendFault::ours(SendClass::Unreachable, "the relay did not answer in time")),
        }
    }
}

fn trust(smtp: &Smtp) -> Result<TlsParameters, Fault> {
    let mut tls = TlsParameters::builder(smtp.host.clone());
    if let Some(path) = &smtp.ca {
        tls = tls.add_root_certificate(authority(path)?);
    }
    tls.build().map_err(|e| Fault::bug("smtp.tls cannot be prepared", e))
}

fn authority(path: &Path) -> Result<Certificate, Fault> {
    let pem = std::fs::read(path).map_err(|e| Fault::bug(format!("smtp.ca {} cannot be read", path.display()), e))?;
    Certificate::from_pem(&pem).map_err(|e| Fault::bug(format!("smtp.ca {} is no certificate", path.display()), e))
}
