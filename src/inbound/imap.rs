//! A mailbox that is read by IMAP (RFC 9051, RFC 2177, RFC 6851, RFC 4315).
//!
//! One mail at a time, with its length asked first. What goes wrong is told in words; the connection is then of no use.

use std::future::Future;
use std::time::Duration;

use async_imap::error::Error;
use async_imap::types::{Capability, Fetch, UnsolicitedResponse};
use futures_util::TryStreamExt as _;
use secrecy::ExposeSecret as _;
use tokio::time::timeout;

use crate::config::Inbound;

mod wire;

use wire::Wire;

/// How long a server may take to answer.
const ANSWER: Duration = Duration::from_secs(30);
/// How long it may take to hand one mail over.
const HAND_OVER: Duration = Duration::from_mins(3);
/// How long we idle at a stretch: a line that died is found by then.
const IDLE: Duration = Duration::from_mins(9);
/// How long we wait before we look again where the server cannot tell by itself.
const POLL: Duration = Duration::from_secs(30);

/// Why a mailbox cannot be read, in plain words.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{words}")]
pub struct Trouble {
    words: String,
    /// The server understood, and said no.
    refused: bool,
}

/// A mail that lies in the folder.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Lying {
    /// Its UID.
    pub uid: u32,
    /// How long it is, in bytes.
    pub bytes: usize,
}

/// An open mailbox.
pub struct Mailbox {
    session: async_imap::Session<Wire>,
    uid_validity: u32,
    done: String,
    can_idle: bool,
    can_move: bool,
    can_expunge: bool,
}

/// What the mailbox of these settings is called by us.
pub fn name(settings: &Inbound) -> String {
    let Inbound { imap_host, imap_port, imap_folder, .. } = settings;
    format!("{imap_host}:{imap_port} {} {imap_folder}", settings.imap_username.as_deref().unwrap_or_default())
}

impl Mailbox {
    /// Connects, signs in and opens the folder.
    pub async fn open(settings: &Inbound) -> Result<Self, Trouble> {
        let at = format!("{}:{}", settings.imap_host, settings.imap_port);
        let mut client = async_imap::Client::new(wire::connect(settings).await?);
        if !wire::greeted_already(settings) {
            within(ANSWER, "its greeting", async {
                client.read_response().await?.ok_or(Error::ConnectionLost).map(drop)
            })
            .await?;
        }
        let (Some(user), Some(password)) = (&settings.imap_username, &settings.imap_password) else {
            return Err(Trouble::of("no user name or password is set for the mailbox"));
        };
        let signing_in = async { client.login(user, password.expose_secret()).await.map_err(|(error, _)| error) };
        let mut session = within(ANSWER, &format!("signing in at {at}"), signing_in).await?;
        let can = within(ANSWER, "CAPABILITY", session.capabilities()).await?;
        let has = |word: &str| can.has(&Capability::Atom(word.to_owned()));
        let (can_idle, can_move, can_expunge) = (has("IDLE"), has("MOVE"), has("UIDPLUS"));
        let opening = format!("opening the folder {}", settings.imap_folder);
        let folder = within(ANSWER, &opening, session.select(&settings.imap_folder)).await?;
        let Some(uid_validity) = folder.uid_validity else {
            return Err(Trouble::of(format!("the server gives the folder {} no UIDVALIDITY", settings.imap_folder)));
        };
        Ok(Self { session, uid_validity, done: settings.imap_done.clone(), can_idle, can_move, can_expunge })
    }

    /// Under which UIDs hold (RFC 9051 §2.3.1.1).
    pub fn uid_validity(&self) -> u32 {
        self.uid_validity
    }

    /// Whether the server tells by itself that a mail came.
    pub fn tells(&self) -> bool {
        self.can_idle
    }

    /// What came after that UID, oldest first.
    pub async fn after(&mut self, last: u32) -> Result<Vec<Lying>, Trouble> {
        // what it told before is told again by the list
        while self.session.unsolicited_responses.try_recv().is_ok() {}
        let Some(first) = last.checked_add(1) else { return Ok(Vec::new()) };
        let range = format!("{first}:*");
        let listing = async { self.session.uid_fetch(range, "(UID RFC822.SIZE)").await?.try_collect().await };
        let listed: Vec<Fetch> = within(HAND_OVER, "the list of mails", listing).await?;
        let lying = |mail: &Fetch| {
            let bytes = usize::try_from(mail.size.unwrap_or(u32::MAX)).unwrap_or(usize::MAX);
            Some(Lying { uid: mail.uid?, bytes })
        };
        // the end of the range is the last mail, also where that is an older one (RFC 9051 §6.4.9)
        let mut found: Vec<Lying> = listed.iter().filter_map(lying).filter(|mail| mail.uid > last).collect();
        found.sort_unstable_by_key(|mail| mail.uid);
        found.dedup_by_key(|mail| mail.uid);
        Ok(found)
    }

    /// Its bytes, or so many of them; nothing where it is gone. It stays unseen.
    pub async fn fetch(&mut self, uid: u32, most: Option<usize>) -> Result<Option<Vec<u8>>, Trouble> {
        let part = most.map(|most| format!("<0.{most}>")).unwrap_or_default();
        let query = format!("(UID BODY.PEEK[]{part})");
        let fetching = async { self.session.uid_fetch(uid.to_string(), query).await?.try_collect().await };
        let fetched: Vec<Fetch> = within(HAND_OVER, &format!("mail {uid}"), fetching).await?;
        let mail = fetched.into_iter().find(|mail| mail.uid == Some(uid));
        Ok(mail.and_then(|mail| mail.body().map(<[u8]>::to_vec)))
    }

    /// Moves a mail that is taken to where those lie, or marks it as seen. Doing so twice does no harm.
    pub async fn settle(&mut self, uid: u32) -> Result<(), Trouble> {
        let uid = uid.to_string();
        if self.done.is_empty() {
            return self.mark(&uid, "\\Seen").await;
        }
        let moving = format!("moving mail {uid} to {}", self.done);
        if self.can_move {
            return within(ANSWER, &moving, self.session.uid_mv(&uid, &self.done)).await;
        }
        within(ANSWER, &moving, self.session.uid_copy(&uid, &self.done)).await?;
        self.mark(&uid, "\\Seen \\Deleted").await?;
        if !self.can_expunge {
            // EXPUNGE alone would also remove what somebody else marked
            return Ok(());
        }
        let removing = async { self.session.uid_expunge(&uid).await?.try_collect::<Vec<_>>().await };
        within(ANSWER, "UID EXPUNGE", removing).await.map(drop)
    }

    async fn mark(&mut self, uid: &str, flags: &str) -> Result<(), Trouble> {
        let query = format!("+FLAGS.SILENT ({flags})");
        let marking = async { self.session.uid_store(uid, query).await?.try_collect::<Vec<_>>().await };
        within(ANSWER, &format!("marking mail {uid}"), marking).await.map(drop)
    }

    /// Whether there is a folder of that name.
    pub async fn has_folder(&mut self, folder: &str) -> Result<bool, Trouble> {
        match within(ANSWER, "STATUS", self.session.status(folder, "(UIDVALIDITY)")).await {
            Ok(_) => Ok(true),
            Err(trouble) if trouble.refused => Ok(false),
            Err(trouble) => Err(trouble),
        }
    }

    /// Waits until there may be something new.
    pub async fn wait(mut self) -> Result<Self, Trouble> {
        if !self.can_idle {
            tokio::time::sleep(POLL).await;
            within(ANSWER, "NOOP", self.session.noop()).await?;
            return Ok(self);
        }
        let told = self.session.unsolicited_responses.clone();
        let mut idle = self.session.idle();
        within(ANSWER, "IDLE", idle.init()).await?;
        // what came between the last list and now was told before the server began to idle
        let mut came = false;
        while let Ok(response) = told.try_recv() {
            came |= matches!(response, UnsolicitedResponse::Exists(_));
        }
        if !came {
            let (waiting, _stop) = idle.wait();
            if let Ok(end) = timeout(IDLE, waiting).await {
                end.map_err(|error| Trouble::from("waiting for mail", error))?;
            }
        }
        self.session = within(ANSWER, "DONE", idle.done()).await?;
        Ok(self)
    }

    /// Signs off.
    pub async fn close(mut self) {
        // it is gone either way
        let _ = within(ANSWER, "LOGOUT", self.session.logout()).await;
    }
}

impl Trouble {
    fn of(words: impl Into<String>) -> Self {
        Self { words: words.into(), refused: false }
    }

    fn from(doing: &str, error: Error) -> Self {
        let refused = matches!(error, Error::No(_));
        let words = match error {
            Error::No(said) | Error::Bad(said) => format!("{doing}: the server refused: {}", clean(&said)),
            Error::ConnectionLost => format!("{doing}: the server ended the connection"),
            Error::Io(error) => format!("{doing}: {}", clean(&error.to_string())),
            // what a server said may be a mail: it is not repeated
            Error::Parse(_) => format!("{doing}: the server's answer cannot be understood"),
            other => format!("{doing}: {other}"),
        };
        Self { words, refused }
    }

    /// Whether the server understood and said no: the connection is still of use.
    pub fn is_refusal(&self) -> bool {
        self.refused
    }
}

/// What a server said, fit for one line.
fn clean(said: &str) -> String {
    said.chars().map(|c| if c.is_control() { ' ' } else { c }).take(200).collect()
}

async fn within<T>(most: Duration, doing: &str, work: impl Future<Output = Result<T, Error>>) -> Result<T, Trouble> {
    match timeout(most, work).await {
        Ok(done) => done.map_err(|error| Trouble::from(doing, error)),
        Err(_) => Err(Trouble::of(format!("{doing}: no answer within {} s", most.as_secs()))),
    }
}
