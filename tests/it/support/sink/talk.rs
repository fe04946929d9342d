//! One client's talk with the scripted relay.

use std::io;
use std::sync::atomic::Ordering;

use tokio::io::{AsyncBufReadExt, AsyncRead, AsyncWrite, AsyncWriteExt, BufReader};
use tokio::net::TcpStream;

use super::{Act, Book, Offer, Received, Stage};
use pulih::base::clock;

trait Wire: AsyncRead + AsyncWrite + Unpin + Send {}
impl<T: AsyncRead + AsyncWrite + Unpin + Send> Wire for T {}

struct Talk<'a> {
    wire: BufReader<Box<dyn Wire>>,
    offer: &'a Offer,
    book: &'a Book,
    tls: bool,
    from: Option<String>,
    to: Vec<String>,
}

/// Talks until the client leaves, breaks off, or a rule ends it.
pub async fn talk(stream: TcpStream, offer: &Offer, book: &Book) -> io::Result<()> {
    stream.set_nodelay(true)?;
    let (wire, tls): (Box<dyn Wire>, bool) = match &offer.implicit {
        Some(acceptor) => (Box::new(acceptor.accept(stream).await?), true),
        None => (Box::new(stream), false),
    };
    let mut talk = Talk { wire: BufReader::new(wire), offer, book, tls, from: None, to: Vec::new() };
    talk.reply(Stage::Connect, "220 sink ESMTP").await?;
    while let Some(line) = talk.line().await? {
        let upper = line.to_ascii_uppercase();
        if upper.starts_with("EHLO") || upper.starts_with("HELO") {
            talk.forget();
            let starttls = offer.starttls.is_some() && !talk.tls;
            let more = if starttls { "250-STARTTLS\r\n" } else { "" };
            talk.reply(Stage::Ehlo, &format!("250-sink\r\n{more}250-PIPELINING\r\n250 SIZE 10485760")).await?;
        } else if upper == "STARTTLS" && offer.starttls.is_some() && !talk.tls {
            talk.reply(Stage::Starttls, "220 go ahead").await?;
            talk = talk.secured().await?;
        } else if upper.starts_with("MAIL FROM:") {
            talk.from = Some(path(&line));
            talk.reply(Stage::Mail, "250 ok").await?;
        } else if upper.starts_with("RCPT TO:") && talk.from.is_some() {
            talk.to.push(path(&line));
            if !talk.reply(Stage::Rcpt, "250 ok").await? {
                talk.to.pop();
            }
        } else if upper == "DATA" && !talk.to.is_empty() {
            if talk.reply(Stage::Data, "354 go on").await? {
                talk.mail().await?;
            }
        } else if upper == "RSET" {
            talk.forget();
            talk.say("250 ok").await?;
        } else if upper == "NOOP" {
            talk.say("250 ok").await?;
        } else if upper == "QUIT" {
            book.quits.fetch_add(1, Ordering::SeqCst);
            return talk.say("221 bye").await;
        } else {
            book.fault(format!("unknown or misplaced command {line:?}"));
            talk.say("503 not now").await?;
        }
    }
    Ok(())
}

impl Talk<'_> {
    async fn say(&mut self, words: &str) -> io::Result<()> {
        self.wire.write_all(format!("{words}\r\n").as_bytes()).await?;
        self.wire.flush().await
    }

    /// Answers as the script says, or `yes`; tells whether it was yes.
    async fn reply(&mut self, stage: Stage, yes: &str) -> io::Result<bool> {
        let act = self.book.rule(stage, &self.to);
        self.perform(act, yes).await
    }

    async fn perform(&mut self, act: Option<Act>, yes: &str) -> io::Result<bool> {
        match act {
            None => self.say(yes).await.map(|()| true),
            Some(Act::Answer(code, words)) => {
                self.say(&format!("{code} {words}")).await?;
                if code == 421 {
                    return Err(io::ErrorKind::ConnectionAborted.into());
                }
                Ok(false)
            }
            Some(Act::Delay(pause)) => {
                tokio::time::sleep(pause).await;
                self.say(yes).await.map(|()| true)
            }
            Some(Act::Drip(pause)) => {
                for byte in format!("{yes}\r\n").bytes() {
                    tokio::time::sleep(pause).await;
                    self.wire.write_all(&[byte]).await?;
                    self.wire.flush().await?;
                }
                Ok(true)
            }
            Some(Act::Close) => Err(io::ErrorKind::ConnectionAborted.into()),
            Some(Act::Hang) => std::future::pending().await,
        }
    }

    /// A command without its line end, or nothing where the client left.
    async fn line(&mut self) -> io::Result<Option<String>> {
        let mut line = Vec::new();
        if self.wire.read_until(b'\n', &mut line).await? == 0 {
            return Ok(None);
        }
        if !line.ends_with(b"\r\n") || line.len() > 512 {
            self.book.fault(format!("a malformed command line of {} bytes", line.len()));
        }
        Ok(Some(String::from_utf8_lossy(&line).trim_end_matches(['\r', '\n']).to_owned()))
    }

    fn forget(&mut self) {
        self.from = None;
        self.to.clear();
    }

    async fn mail(&mut self) -> io::Result<()> {
        let raw = self.body().await?;
        let from = self.from.take().unwrap_or_default();
        let mail = Received { from, to: self.to.clone(), raw, tls: self.tls, at: clock::instant() };
        let act = self.book.rule(Stage::Dot, &mail.to);
        let taken = matches!(act, None | Some(Act::Delay(_) | Act::Drip(_)));
        let list = if taken { &self.book.mails } else { &self.book.unanswered };
        // written down before the answer leaves: who reads 250 finds the mail here
        list.lock().unwrap().push(mail);
        self.perform(act, "250 2.0.0 taken").await?;
        self.forget();
        Ok(())
    }

    /// The lines up to the lone dot, unstuffed and watched.
    async fn body(&mut self) -> io::Result<Vec<u8>> {
        let mut raw = Vec::new();
        loop {
            let mut line = Vec::new();
            if self.wire.read_until(b'\n', &mut line).await? == 0 {
                return Err(io::ErrorKind::UnexpectedEof.into());
            }
            if line == b".\r\n" {
                return Ok(raw);
            }
            let Some(words) = line.strip_suffix(b"\r\n") else {
                self.book.fault("a bare LF");
                raw.extend_from_slice(&line);
                continue;
            };
            if words.contains(&b'\r') {
                self.book.fault("a bare CR");
            }
            if words.len() > 998 {
                self.book.fault("a line longer than 998");
            }
            if words.starts_with(b".") && !words.starts_with(b"..") {
                self.book.fault("an unstuffed dot");
            }
            raw.extend_from_slice(line.strip_prefix(b".").unwrap_or(&line));
        }
    }

    async fn secured(self) -> io::Result<Self> {
        let Some(acceptor) = &self.offer.starttls else { return Ok(self) };
        if !self.wire.buffer().is_empty() {
            self.book.fault("commands before the handshake");
        }
        let stream = acceptor.accept(self.wire.into_inner()).await?;
        Ok(Self { wire: BufReader::new(Box::new(stream)), tls: true, from: None, to: Vec::new(), ..self })
    }
}

fn path(line: &str) -> String {
    let inner = line.split_once('<').map_or("", |(_, rest)| rest);
    inner.split_once('>').map_or("", |(address, _)| address).to_owned()
}
