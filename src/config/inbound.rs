//! Settings of mail that comes in.

use std::net::SocketAddr;
use std::path::PathBuf;

use secrecy::SecretString;
use serde::{Deserialize, Serialize};

use super::{MailTls, print};

/// Mail that comes in: a mailbox that is read by IMAP, and how senders are judged.
#[derive(Clone, Debug, Deserialize, Serialize)]
#[serde(deny_unknown_fields, default)]
pub struct Inbound {
    /// Host of the mailbox; empty where mail comes by `pulih mail ingest` alone.
    pub imap_host: String,
    /// Its port.
    pub imap_port: u16,
    /// How the connection is protected.
    pub imap_tls: MailTls,
    /// PEM file of an authority to trust besides the system's.
    pub imap_ca: Option<PathBuf>,
    /// Who owns the mailbox.
    pub imap_username: Option<String>,
    /// The password.
    #[serde(serialize_with = "print::optional_secret")]
    pub imap_password: Option<SecretString>,
    /// Folder that is read.
    pub imap_folder: String,
    /// Folder to which what was taken is moved; empty: it is marked as read and stays.
    pub imap_done: String,
    /// Servers of ours whose topmost `Authentication-Results` are believed, by their authserv-id; nobody's at first.
    pub trusted_servers: Vec<String>,
    /// Whether a mail may permit a reset to the browser that asked; the sent page then says how to write it.
    pub permission: bool,
    /// Name servers asked for DKIM, SPF and DMARC; the system's where none is named.
    pub name_servers: Vec<SocketAddr>,
}

impl Default for Inbound {
    fn default() -> Self {
        Self {
            imap_host: String::new(),
            imap_port: 993,
            imap_tls: MailTls::Implicit,
            imap_ca: None,
            imap_username: None,
            imap_password: None,
            imap_folder: "INBOX".to_owned(),
            imap_done: String::new(),
            trusted_servers: Vec::new(),
            permission: true,
            name_servers: Vec::new(),
        }
    }
}
