//! A small SMTP server that keeps what it receives in memory, newest first; for the demo, never for the world.

use std::collections::VecDeque;
use std::io;
use std::net::SocketAddr;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use chrono::{DateTime, Utc};
use tokio::io::{AsyncBufReadExt, AsyncReadExt, AsyncWriteExt, BufStream};
use tokio::net::{TcpListener, TcpStream};
use tokio::task::JoinSet;
use tokio::time::timeout;
use tokio_util::sync::{CancellationToken, DropGuard};
use uuid::Uuid;

use super::clock::Clock;
use super::random;

/// The longest command, in bytes (RFC 5321 §4.5.3.1.4), with room for extensions.
const COMMAND_MAX: u64 = 2048;
/// The largest mail, in bytes.
const MAIL_MAX: usize = 1024 * 1024;
/// The most recipients of one mail.
const RECIPIENTS_MAX: usize = 100;
/// The most connections at once.
const CONNECTIONS_MAX: usize = 128;
/// How long a silent client is kept.
const SILENCE: Duration = Duration::from_mins(5);

/// A mail as it came.
#[derive(Clone, Debug)]
pub struct Caught {
    /// Its own id here.
    pub id: Uuid,
    /// The address of MAIL FROM; empty for a bounce.
    pub envelope_from: String,
    /// The addresses of RCPT TO.
    pub envelope_to: Vec<String>,
    /// Headers and body, without dot-stuffing.
    pub raw: Vec<u8>,
    /// When its last dot came.
    pub received_at: DateTime<Utc>,
}

/// The server; it stops when dropped.
pub struct Catcher {
    address: SocketAddr,
    shelf: Arc<Shelf>,
    _stop: DropGuard,
}

/// Where mails are kept.
struct Shelf {
    mails: Mutex<VecDeque<Arc<Caught>>>,
    keep: usize,
    clock: Clock,
}

impl Shelf {
    fn mails(&self) -> MutexGuard<'_, VecDeque<Arc<Caught>>> {
        self.mails.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn put(&self, caught: Caught) {
        let mut mails = self.mails();
        mails.push_front(Arc::new(caught));
        mails.truncate(self.keep);
    }
}

impl Catcher {
    /// Listens on `bind` (port 0 takes a free one) and keeps the last `keep` mails. Call it within a tokio runtime.
    pub fn start(bind: SocketAddr, keep: usize) -> io::Result<Self> {
        let listener = std::net::TcpListener::bind(bind)?;
        listener.set_nonblocking(true)?;
        let listener = TcpListener::from_std(listener)?;
        let address = listener.local_addr()?;
        let shelf = Arc::new(Shelf { mails: Mutex::default(), keep: keep.max(1), clock: Clock::system() });
        let stop = CancellationToken::new();
        tokio::spawn(stop.clone().run_until_cancelled_owned(accept(listener, Arc::clone(&shelf))));
        Ok(Self { address, shelf, _stop: stop.drop_guard() })
    }

    /// Throws away all mails it holds.
    pub fn forget(&self) {
        self.shelf.mails().clear();
    }

    /// Where it listens.
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// What it keeps, newest first.
    pub fn mails(&self) -> Vec<Arc<Caught>> {
        self.shelf.mails().iter().cloned().collect()
    }

    /// One of them.
    pub fn find(&self, id: Uuid) -> Option<Arc<Caught>> {
        self.shelf.mails().iter().find(|mail| mail.id == id).cloned()
    }
}

async fn accept(listener: TcpListener, shelf: Arc<Shelf>) {
    let mut talks = JoinSet::new();
    loop {
        while talks.len() >= CONNECTIONS_MAX {
            talks.join_next().await;
        }
        tokio::select! {
            accepted = listener.accept() => match accepted {
                Ok((stream, _)) => drop(talks.spawn(talk(stream, Arc::clone(&shelf)))),
                // out of file handles, say: nothing to do but wait
                Err(_) => tokio::time::sleep(Duration::from_millis(100)).await,
            },
            Some(_) = talks.join_next() => {}
        }
    }
}

/// One client, until it leaves or breaks off.
async fn talk(stream: TcpStream, shelf: Arc<Shelf>) -> io::Result<()> {
    stream.set_nodelay(true)?;
    let mut talk = Talk { wire: BufStream::new(stream), from: None, to: Vec::new() };
    talk.say("220 pulih demo catcher").await?;
    while let Some(line) = talk.line().await? {
        let (verb, rest) = line.split_once(' ').unwrap_or((&line, ""));
        match verb.to_ascii_uppercase().as_str() {
            "EHLO" => {
                talk.forget();
                talk.say(&format!("250-pulih\r\n250-8BITMIME\r\n250-PIPELINING\r\n250 SIZE {MAIL_MAX}")).await?;
            }
            "HELO" => {
                talk.forget();
                talk.say("250 pulih").await?;
            }
            "MAIL" => talk.mail(rest).await?,
            "RCPT" => talk.rcpt(rest).await?,
            "DATA" => talk.take(&shelf).await?,
            "RSET" => {
                talk.forget();
                talk.say("250 ok").await?;
            }
            "NOOP" => talk.say("250 ok").await?,
            "QUIT" => return talk.say("221 bye").await,
            _ => talk.say("502 not known here").await?,
        }
    }
    Ok(())
}

struct Talk {
    wire: BufStream<TcpStream>,
    from: Option<String>,
    to: Vec<String>,
}

impl Talk {
    /// Answers one line.
    async fn say(&mut self, words: &str) -> io::Result<()> {
        self.wire.write_all(words.as_bytes()).await?;
        self.wire.write_all(b"\r\n").await?;
        self.wire.flush().await
    }

    /// The next command, or nothing where the client left. Too long a line ends the talk.
    async fn line(&mut self) -> io::Result<Option<String>> {
        let mut line = Vec::new();
        let read = (&mut self.wire).take(COMMAND_MAX);
        tokio::pin!(read);
        let count =
            timeout(SILENCE, read.read_until(b'\n', &mut line)).await.map_err(|_| io::ErrorKind::TimedOut)??;
        if count == 0 {
            return Ok(None);
        }
        if !line.ends_with(b"\n") {
            self.say("500 line too long").await?;
            return Ok(None);
        }
        Ok(Some(String::from_utf8_lossy(&line).trim_end_matches(['\r', '\n']).to_owned()))
    }

    fn forget(&mut self) {
        self.from = None;
        self.to.clear();
    }

    async fn mail(&mut self, rest: &str) -> io::Result<()> {
        match path(rest, "FROM:") {
            Some(_) if self.from.is_some() => self.say("503 one sender at a time").await,
            Some(from) => {
                self.from = Some(from);
                self.say("250 ok").await
            }
            None => self.say("501 MAIL FROM:<address>").await,
        }
    }

    async fn rcpt(&mut self, rest: &str) -> io::Result<()> {
        match path(rest, "TO:") {
            _ if self.from.is_none() => self.say("503 MAIL first").await,
            _ if self.to.len() >= RECIPIENTS_MAX => self.say("452 too many recipients").await,
            Some(to) if !to.is_empty() => {
                self.to.push(to);
                self.say("250 ok").await
            }
            _ => self.say("501 RCPT TO:<address>").await,
        }
    }

    async fn take(&mut self, store: &Shelf) -> io::Result<()> {
        if self.to.is_empty() {
            return self.say("503 RCPT first").await;
        }
        self.say("354 end with a dot").await?;
        let envelope_from = self.from.take().unwrap_or_default();
        let envelope_to = std::mem::take(&mut self.to);
        let Some(raw) = self.body().await? else { return self.say("552 too large").await };
        let id = random::id();
        store.put(Caught { id, envelope_from, envelope_to, raw, received_at: store.clock.now() });
        self.say(&format!("250 kept as {id}")).await
    }

    /// The lines up to the lone dot, unstuffed (RFC 5321 §4.5.2); nothing where they are too many, all read nonetheless.
    async fn body(&mut self) -> io::Result<Option<Vec<u8>>> {
        let (mut raw, mut large, mut fresh) = (Vec::new(), false, true);
        loop {
            let mut line = Vec::new();
            let read = (&mut self.wire).take(COMMAND_MAX);
            tokio::pin!(read);
            let count =
                timeout(SILENCE, read.read_until(b'\n', &mut line)).await.map_err(|_| io::ErrorKind::TimedOut)??;
            if count == 0 {
                return Err(io::ErrorKind::UnexpectedEof.into());
            }
            if fresh && line == b".\r\n" {
                return Ok((!large).then_some(raw));
            }
            let stuffed = fresh && line.starts_with(b".");
            fresh = line.ends_with(b"\n");
            large |= raw.len() + line.len() > MAIL_MAX;
            if !large {
                raw.extend_from_slice(&line[usize::from(stuffed)..]);
            }
        }
    }
}

/// The address between the brackets that follow `word`; empty for `<>`.
fn path(rest: &str, word: &str) -> Option<String> {
    let rest = rest.trim_start();
    let after =
        rest.get(word.len()..).filter(|_| rest.as_bytes()[..word.len()].eq_ignore_ascii_case(word.as_bytes()))?;
    let inner = after.trim_start().strip_prefix('<')?;
    inner.split_once('>').map(|(address, _)| address.to_owned())
}

#[cfg(test)]
mod tests;
