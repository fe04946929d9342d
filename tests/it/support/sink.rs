//! A scripted SMTP relay for tests: takes everything unless told otherwise, and watches what goes over the wire.

#![allow(dead_code, reason = "tests use different parts of it")]

mod offer;
mod script;
mod talk;

use std::net::SocketAddr;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use tokio::net::TcpListener;
use tokio::task::{JoinHandle, JoinSet};

pub use offer::Offer;
use pulih::base::clock;
pub use script::{Act, Rule, Stage};

/// A mail as it came over the wire, unstuffed.
#[derive(Clone, Debug)]
pub struct Received {
    pub from: String,
    pub to: Vec<String>,
    pub raw: Vec<u8>,
    pub tls: bool,
    pub at: std::time::Instant,
}

impl Received {
    /// The mail as text; ours are ASCII.
    pub fn text(&self) -> String {
        String::from_utf8(self.raw.clone()).expect("our mails are ASCII")
    }

    /// Its Message-ID.
    pub fn message_id(&self) -> String {
        let parsed = mail_parser::MessageParser::new().parse(&self.raw).expect("a mail");
        parsed.message_id().expect("a Message-ID").to_owned()
    }
}

#[derive(Default)]
struct Book {
    script: Mutex<Vec<Rule>>,
    mails: Mutex<Vec<Received>>,
    unanswered: Mutex<Vec<Received>>,
    faults: Mutex<Vec<String>>,
    connections: AtomicUsize,
    open: AtomicUsize,
    most_open: AtomicUsize,
    quits: AtomicUsize,
}

impl Book {
    fn rule(&self, stage: Stage, to: &[String]) -> Option<Act> {
        let mut script = self.script.lock().unwrap();
        let fits = |rule: &Rule| {
            rule.stage == stage && rule.times != Some(0) && rule.to.as_ref().is_none_or(|wanted| to.contains(wanted))
        };
        let rule = script.iter_mut().find(|rule| fits(rule))?;
        if let Some(times) = &mut rule.times {
            *times -= 1;
        }
        Some(rule.act.clone())
    }

    fn fault(&self, what: impl Into<String>) {
        self.faults.lock().unwrap().push(what.into());
    }

    fn enter(&self) {
        self.connections.fetch_add(1, Ordering::SeqCst);
        let open = self.open.fetch_add(1, Ordering::SeqCst) + 1;
        self.most_open.fetch_max(open, Ordering::SeqCst);
    }
}

/// Counts a connection out, however its talk ends.
struct Visit(Arc<Book>);

impl Drop for Visit {
    fn drop(&mut self) {
        self.0.open.fetch_sub(1, Ordering::SeqCst);
    }
}

/// The relay; it ends with the value.
pub struct Sink {
    address: SocketAddr,
    offer: Arc<Offer>,
    book: Arc<Book>,
    running: Mutex<Option<JoinHandle<()>>>,
}

impl Sink {
    /// In plain text on a free port.
    pub async fn start() -> Self {
        Self::offering(Offer::plain()).await
    }

    /// With what `offer` says.
    pub async fn offering(offer: Offer) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let sink = Self { address, offer: Arc::new(offer), book: Arc::default(), running: Mutex::default() };
        sink.serve(listener);
        sink
    }

    fn serve(&self, listener: TcpListener) {
        let (offer, book) = (Arc::clone(&self.offer), Arc::clone(&self.book));
        let task = tokio::spawn(async move {
            let mut talks = JoinSet::new();
            while let Ok((stream, _)) = listener.accept().await {
                book.enter();
                let (offer, visit) = (Arc::clone(&offer), Visit(Arc::clone(&book)));
                talks.spawn(async move {
                    // a client that breaks off is part of many tests
                    let _broken = talk::talk(stream, &offer, &visit.0).await;
                });
            }
        });
        *self.running.lock().unwrap() = Some(task);
    }

    /// Goes away: the port is closed and every connection with it.
    pub async fn stop(&self) {
        let task = self.running.lock().unwrap().take();
        if let Some(task) = task {
            task.abort();
            let _aborted = task.await;
        }
    }

    /// Comes back on the same port.
    pub async fn resume(&self) {
        let listener = TcpListener::bind(self.address).await.expect("the port is still ours");
        self.serve(listener);
    }

    pub fn address(&self) -> SocketAddr {
        self.address
    }

    pub fn port(&self) -> u16 {
        self.address.port()
    }

    /// PEM of the authority that signed its certificate; empty without TLS.
    pub fn ca_pem(&self) -> String {
        self.offer.ca_pem.clone()
    }

    /// Adds a rule after those there are.
    pub fn script(&self, rule: Rule) {
        self.book.script.lock().unwrap().push(rule);
    }

    /// Forgets all rules.
    pub fn unscript(&self) {
        self.book.script.lock().unwrap().clear();
    }

    /// The mails answered with 250, in order.
    pub fn mails(&self) -> Vec<Received> {
        self.book.mails.lock().unwrap().clone()
    }

    /// One of the mails answered with 250, counted from 0.
    pub fn mail(&self, number: usize) -> Option<Received> {
        self.book.mails.lock().unwrap().get(number).cloned()
    }

    /// The mails received whole but not answered with 250.
    pub fn unanswered(&self) -> Vec<Received> {
        self.book.unanswered.lock().unwrap().clone()
    }

    /// The mails to one recipient.
    pub fn mails_to(&self, address: &str) -> Vec<Received> {
        self.mails().into_iter().filter(|mail| mail.to.iter().any(|to| to == address)).collect()
    }

    /// Waits until there are `n` mails at least.
    pub async fn wait_for(&self, n: usize, patience: Duration) -> Vec<Received> {
        let begin = clock::instant();
        loop {
            let came = self.book.mails.lock().unwrap().len();
            if came >= n {
                return self.mails();
            }
            assert!(begin.elapsed() < patience, "{came} of {n} mails came in {patience:?}");
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
    }

    /// Forgets the mails.
    pub fn clear(&self) {
        self.book.mails.lock().unwrap().clear();
        self.book.unanswered.lock().unwrap().clear();
    }

    /// Connections made so far.
    pub fn connections(&self) -> usize {
        self.book.connections.load(Ordering::SeqCst)
    }

    /// Connections open now.
    pub fn open(&self) -> usize {
        self.book.open.load(Ordering::SeqCst)
    }

    /// The most connections that were open at once.
    pub fn most_open(&self) -> usize {
        self.book.most_open.load(Ordering::SeqCst)
    }

    /// Farewells said.
    pub fn quits(&self) -> usize {
        self.book.quits.load(Ordering::SeqCst)
    }

    /// What was wrong on the wire: bare CR or LF, an unstuffed dot, a line too long, an unknown command.
    pub fn faults(&self) -> Vec<String> {
        self.book.faults.lock().unwrap().clone()
    }
}

impl Drop for Sink {
    fn drop(&mut self) {
        if let Some(task) = self.running.lock().unwrap().take() {
            task.abort();
        }
    }
}
