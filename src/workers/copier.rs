//! Brings the newest checkpoint outside, to each place at its own pace: one that hangs holds nobody up.

use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use futures_util::future::join_all;
use tokio_util::sync::CancellationToken;
use uuid::Uuid;

use super::every;
use super::outside::{Hands, LEASE, pause};
use crate::actions::mail_checkpoint::mail_checkpoint;
use crate::app::App;
use crate::audit::outside::{self, Held};
use crate::audit::{http, prove};
use crate::base::fault::Fault;
use crate::base::syslog::{self, Target};
use crate::base::{machine, random};
use crate::model::refusal::Stop;
use crate::store::log::copy::{self, Failed, Lease};
use crate::store::log::read::{self, Signed};

/// How often a place is asked whether it is its time.
const TICK: Duration = Duration::from_secs(1);
/// The same for mail.
const MAIL_TICK: Duration = Duration::from_mins(1);

/// The places of the settings.
pub struct Copier {
    id: Uuid,
    places: Vec<Place>,
}

/// A place.
struct Place {
    /// As the database names it.
    name: String,
    kind: &'static str,
    to: To,
    /// Whether this process has not been there yet.
    fresh: AtomicBool,
    hands: Hands,
}

#[derive(Clone)]
enum To {
    File(PathBuf),
    Syslog(Target),
    Http(String),
}

/// Why a place did not get its copy, in plain words.
struct Trouble {
    words: String,
    contradicts: bool,
}

impl From<String> for Trouble {
    fn from(words: String) -> Self {
        Self { words, contradicts: false }
    }
}

impl From<Fault> for Trouble {
    fn from(fault: Fault) -> Self {
        fault.to_string().into()
    }
}

impl Copier {
    /// A copier for the places of the settings.
    pub fn new(app: &App) -> Self {
        let audit = &app.config().audit;
        let file = audit.copy_file.as_ref().map(|path| {
            // each server has files of its own
            (format!("file {}:{}", machine::name(), path.display()), "file", To::File(path.clone()))
        });
        let target = audit.copy_syslog.as_deref().and_then(Target::parse);
        let syslog = target.map(|target| (format!("syslog {target}"), "syslog", To::Syslog(target)));
        let http = audit.copy_http.clone().map(|url| {
            let shown = url.split(['?', '#']).next().unwrap_or_default();
            (format!("http {shown}"), "http", To::Http(url.clone()))
        });
        let place = |(name, kind, to)| Place { name, kind, to, fresh: AtomicBool::new(true), hands: Hands::new() };
        Self { id: random::id(), places: [file, syslog, http].into_iter().flatten().map(place).collect() }
    }

    /// Visits places at their time until `end`; what is under way then is broken off, and done again later.
    pub async fn run(&self, app: &App, end: CancellationToken) {
        let visits =
            self.places.iter().map(|place| every("copier", TICK, end.clone(), async || place.step(app, self.id).await));
        let all = async {
            tokio::join!(join_all(visits), every("checkpoint-mail", MAIL_TICK, end.clone(), async || mail(app).await));
        };
        end.run_until_cancelled(all).await;
    }

    /// One round of all places.
    pub async fn step(&self, app: &App) -> Result<bool, Stop> {
        let rounds = join_all(self.places.iter().map(|place| place.step(app, self.id))).await;
        for round in rounds {
            round?;
        }
        mail(app).await
    }
}

/// The day's letter to the auditors, where it is wanted and has not gone out.
async fn mail(app: &App) -> Result<bool, Stop> {
    if app.config().audit.copy_mail {
        let newest = read::latest(&mut app.read().await?).await?;
        if let Some(newest) = newest {
            mail_checkpoint(app, &newest).await?;
        }
    }
    Ok(false)
}

impl Place {
    /// Goes there where it is time; there is never more to do at once.
    async fn step(&self, app: &App, by: Uuid) -> Result<bool, Stop> {
        let mut read = app.read().await?;
        let newest = read::latest(&mut read).await?;
        let known = copy::place(&mut read, &self.name).await?;
        let fresh = self.fresh.load(Ordering::Relaxed);
        let (due, had, failures) = known.as_ref().map_or((true, 0, 0), |p| (p.due, p.size, p.failures));
        // also where the log is shorter than what went there: whoever keeps copies should see it
        let differs = newest.as_ref().map_or(0, |newest| newest.size) != had;
        // a file is compared with the log each time, whether there is anything new or not
        let looks = matches!(self.to, To::File(_));
        if !((looks || differs) && (fresh || due) || due && failures > 0) {
            self.fresh.store(false, Ordering::Relaxed);
            return Ok(false);
        }
        let lease = Lease { place: &self.name, kind: self.kind, by, seconds: LEASE };
        if !copy::lease(&mut read, lease, had).await? {
            return Ok(false);
        }
        // nothing of the database is held while a place takes its time
        drop(read);
        let brought = self.bring(app, newest.as_ref()).await;
        self.fresh.store(false, Ordering::Relaxed);
        let mut read = app.read().await?;
        match brought {
            Ok(()) => {
                let size = newest.map_or(had, |newest| newest.size);
                let next = i32::try_from(app.config().audit.copy_minutes.saturating_mul(60)).unwrap_or(i32::MAX);
                copy::came(&mut read, lease, size, next).await?;
                if failures > 0 {
                    tracing::info!(worker = "copier", place = self.name, failures, "gets copies again");
                }
            }
            Err(trouble) => {
                let why =
                    Failed { error: &trouble.words, contradicts: trouble.contradicts, next_seconds: pause(failures) };
                copy::failed(&mut read, lease, why).await?;
                if failures == 0 {
                    tracing::error!(worker = "copier", place = self.name, trouble = trouble.words, "got no copy");
                }
                metrics::counter!("log_copy_failures_total", "kind" => self.kind).increment(1);
            }
        }
        Ok(false)
    }

    async fn bring(&self, app: &App, newest: Option<&Signed>) -> Result<(), Trouble> {
        let (to, ca) = (self.to.clone(), app.config().audit.ca.clone());
        match (to, newest) {
            (To::File(path), newest) => self.file(app, &path, newest).await,
            (_, None) => Ok(()),
            (To::Syslog(target), Some(newest)) => {
                let mut frames = Vec::new();
                let host = app.config().log_origin();
                let host = host.split('/').next().unwrap_or_default();
                syslog::push(&mut frames, host, "checkpoint", app.clock().now(), &outside::line(newest));
                Ok(syslog::deliver(&target, ca.as_deref(), &frames).await?)
            }
            (To::Http(url), Some(newest)) => {
                let token = app.config().audit.copy_http_token.clone();
                let note = newest.note.clone();
                let post = move || {
                    let token = token.as_ref().map(secrecy::ExposeSecret::expose_secret);
                    http::post(&url, token, ca.as_deref(), &note)
                };
                Ok(self.hands.block(post).await??)
            }
        }
    }

    async fn file(&self, app: &App, path: &Path, newest: Option<&Signed>) -> Result<(), Trouble> {
        let (at, trusted) = (path.to_owned(), prove::verifiers(app)?);
        let held = self.hands.block(move || outside::newest(&at, &trusted)).await?;
        let held = held.map_err(|error| error.to_string())?;
        let had = match &held {
            Held::Nothing => 0,
            Held::Foreign => return Err("nothing there was signed by this log: name another file".to_owned().into()),
            Held::Ours(checkpoint) => {
                let found = outside::contradiction(&mut app.read().await?, checkpoint).await?;
                metrics::gauge!("log_rewound").set(if found.is_some() { 1.0 } else { 0.0 });
                if let Some(words) = found {
                    return Err(Trouble { words, contradicts: true });
                }
                checkpoint.size
            }
        };
        let Some(newest) = newest.filter(|newest| u64::try_from(newest.size).is_ok_and(|size| size > had)) else {
            return Ok(());
        };
        let (at, line) = (path.to_owned(), outside::line(newest));
        let added = self.hands.block(move || outside::append(&at, &line)).await?;
        Ok(added.map_err(|error| error.to_string())?)
    }
}
