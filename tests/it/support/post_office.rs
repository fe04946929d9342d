//! The world that writes to the desk: name servers, a key that signs for every `.example` domain, and the reader.

use std::collections::HashMap;
use std::net::SocketAddr;
use std::sync::{Arc, Mutex};

use pulih::actions::inbound::take::{Taken, take};
use pulih::app::App;
use pulih::base::name_server::{NameServer, Reply};
use pulih::inbound::sample::{Draft, Hand, SELECTOR, Signer};
use pulih::model::event::Actor;
use pulih::model::inbound::{Envelope, Mailbox, Source};

use super::house::TestApp;

/// Names that a test sets besides.
pub type Names = Arc<Mutex<HashMap<String, Reply>>>;

/// The world around a house.
pub struct PostOffice {
    /// Signs for every domain that ends in `.example`.
    pub signer: Signer,
    /// What its name server answers besides the key.
    pub names: Names,
    server: NameServer,
}

impl PostOffice {
    pub async fn open() -> Self {
        let (signer, names) = (Signer::new().unwrap(), Names::default());
        let (record, own, key) = (signer.record().to_owned(), Arc::clone(&names), format!("{SELECTOR}._domainkey."));
        let zone = move |name: &str| {
            let told = own.lock().unwrap().get(name).cloned();
            told.or_else(|| (name.starts_with(&key) && name.ends_with(".example")).then(|| Reply::Txt(record.clone())))
        };
        let server = NameServer::answering(Arc::new(zone)).await.unwrap();
        Self { signer, names, server }
    }

    pub fn address(&self) -> SocketAddr {
        self.server.address
    }
}

/// A mail to the desk.
pub fn draft(app: &App, from: &str, subject: &str, text: &str) -> Draft {
    Draft {
        from: Mailbox { name: "Rina Wijaya".to_owned(), address: from.to_owned() },
        to: app.config().helpdesk.address.clone(),
        subject: subject.to_owned(),
        text: text.to_owned(),
        hand: Hand::Person,
        date: app.clock().now(),
    }
}

impl TestApp {
    /// Hands bytes over as an MTA does, and lets the workers do what can be done.
    pub async fn mail_in(&self, raw: &[u8], envelope: Envelope) -> Taken {
        let taken = take(&self.app, Actor::Operator, Source::Pipe, &envelope, raw).await.unwrap();
        self.settle().await;
        taken
    }

    /// A mail that is properly signed by its sender's domain.
    pub async fn signed(&self, draft: &Draft) -> Taken {
        let raw = self.post.signer.sign(draft).unwrap();
        self.mail_in(&raw, Envelope::default()).await
    }

    /// A mail that says so and is signed by nobody.
    pub async fn forged(&self, draft: &Draft) -> Taken {
        self.mail_in(draft.written().as_bytes(), Envelope::default()).await
    }
}
