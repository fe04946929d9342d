//! Streams every sealed event as a line of JSON, `{"leaf":N,"event":{…}}`: in order, at least once, resumed by leaf number.
//! Personal details never go along: the canonical body holds commitments alone.

use std::path::PathBuf;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use chrono::{DateTime, Utc};
use futures_util::future::join_all;
use serde::Deserialize;
use tokio_util::sync::CancellationToken;
use uuid::Uuid;

use super::every;
use super::outside::{Hands, LEASE, pause};
use crate::app::App;
use crate::audit::outside::stream;
use crate::base::syslog::{self, Target};
use crate::base::{machine, random};
use crate::model::refusal::Stop;
use crate::store::log::copy::{self, Failed, Lease};
use crate::store::log::read::{self, Entry};

/// How often new events are looked for.
const TICK: Duration = Duration::from_secs(1);
/// Events at a time.
const BATCH: i64 = 500;

/// The streams of the settings.
pub struct Streamer {
    id: Uuid,
    places: Vec<Place>,
}

/// A stream.
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
}

impl Streamer {
    /// A streamer for the places of the settings.
    pub fn new(app: &App) -> Self {
        let audit = &app.config().audit;
        let file = audit.stream_file.as_ref().map(|path| {
            // each server has files of its own
            (format!("stream-file {}:{}", machine::name(), path.display()), "stream-file", To::File(path.clone()))
        });
        let target = audit.stream_syslog.as_deref().and_then(Target::parse);
        let syslog = target.map(|target| (format!("stream-syslog {target}"), "stream-syslog", To::Syslog(target)));
        let place = |(name, kind, to)| Place { name, kind, to, fresh: AtomicBool::new(true), hands: Hands::new() };
        Self { id: random::id(), places: [file, syslog].into_iter().flatten().map(place).collect() }
    }

    /// Streams until `end`; what is under way then is broken off, and sent again.
    pub async fn run(&self, app: &App, end: CancellationToken) {
        let streams = self
            .places
            .iter()
            .map(|place| every("streamer", TICK, end.clone(), async || place.step(app, self.id).await));
        end.run_until_cancelled(join_all(streams)).await;
    }

    /// One batch of each stream; says whether more waits.
    pub async fn step(&self, app: &App) -> Result<bool, Stop> {
        let mut more = false;
        for round in join_all(self.places.iter().map(|place| place.step(app, self.id))).await {
            more |= round?;
        }
        Ok(more)
    }
}

impl Place {
    async fn step(&self, app: &App, by: Uuid) -> Result<bool, Stop> {
        let mut read = app.read().await?;
        let size = read::latest(&mut read).await?.map_or(0, |newest| newest.size);
        let known = copy::place(&mut read, &self.name).await?;
        let (due, had, failures) = known.as_ref().map_or((true, 0, 0), |p| (p.due, p.size, p.failures));
        #[expect(clippy::cast_precision_loss, reason = "a gauge")]
        metrics::gauge!("log_stream_lag", "kind" => self.kind).set((size - had) as f64);
        // a file is asked once how far it came, whatever the database says
        let looks = self.fresh.load(Ordering::Relaxed) && matches!(self.to, To::File(_));
        if !due || !(looks || had != size || failures > 0) {
            return Ok(false);
        }
        let lease = Lease { place: &self.name, kind: self.kind, by, seconds: LEASE };
        if !copy::lease(&mut read, lease, had).await? {
            return Ok(false);
        }
        // nothing of the database is held while a place takes its time
        drop(read);
        let sent = self.send(app, had, size).await;
        self.fresh.store(false, Ordering::Relaxed);
        let mut read = app.read().await?;
        match sent {
            Ok(next) => {
                copy::came(&mut read, lease, next, 0).await?;
                if failures > 0 {
                    tracing::info!(worker = "streamer", place = self.name, failures, "takes events again");
                }
                Ok(next < size)
            }
            Err(words) => {
                copy::failed(
                    &mut read,
                    lease,
                    Failed { error: &words, contradicts: false, next_seconds: pause(failures) },
                )
                .await?;
                if failures == 0 {
                    tracing::error!(worker = "streamer", place = self.name, trouble = words, "takes no events");
                }
                metrics::counter!("log_stream_failures_total", "kind" => self.kind).increment(1);
                Ok(false)
            }
        }
    }

    /// Sends the next batch; the leaf that comes after it.
    async fn send(&self, app: &App, had: i64, size: i64) -> Result<i64, String> {
        let from = match &self.to {
            To::Syslog(_) => had,
            To::File(path) => {
                let path = path.clone();
                let next = self.hands.block(move || stream::next(&path)).await?;
                next.map_err(|error| error.to_string())?.unwrap_or(had)
            }
        };
        if from > size {
            return Err(format!("{from} events went there, and the log has {size}: it was rewound"));
        }
        let to = size.min(from + BATCH);
        if to == from {
            return Ok(from);
        }
        let entries = async { read::entries(&mut app.read().await?, from, to).await };
        let entries = entries.await.map_err(|fault| fault.to_string())?;
        if entries.iter().map(|entry| entry.index).ne(from..to) {
            return Err(format!("leaves {from} to {to} are not all there: the log was altered"));
        }
        match &self.to {
            To::Syslog(target) => {
                syslog::deliver(target, app.config().audit.ca.as_deref(), &frames(app, &entries)).await?;
            }
            To::File(path) => {
                let text: String = entries.iter().map(|entry| line(entry) + "\n").collect();
                let path = path.clone();
                let added = self.hands.block(move || stream::append(&path, &text)).await?;
                added.map_err(|error| error.to_string())?;
            }
        }
        for gone in entries.iter().filter(|entry| entry.body.is_none()) {
            tracing::error!(worker = "streamer", leaf = gone.index, "an event is gone: the log was altered");
            metrics::counter!("log_events_gone_total", "kind" => self.kind).increment(1);
        }
        metrics::counter!("log_streamed_total", "kind" => self.kind).increment((to - from).unsigned_abs());
        Ok(to)
    }
}

/// An event that is gone still has its place, `null`; the log tells of it besides.
fn line(entry: &Entry) -> String {
    format!("{{\"leaf\":{},\"event\":{}}}", entry.index, entry.body.as_deref().unwrap_or("null"))
}

fn frames(app: &App, entries: &[Entry]) -> Vec<u8> {
    let origin = app.config().log_origin();
    let host = origin.split('/').next().unwrap_or_default();
    let mut frames = Vec::new();
    for entry in entries {
        let at = entry.body.as_deref().and_then(time).unwrap_or_else(|| app.clock().now());
        syslog::push(&mut frames, host, "event", at, &line(entry));
    }
    frames
}

/// When an event happened, as its body says.
fn time(body: &str) -> Option<DateTime<Utc>> {
    #[derive(Deserialize)]
    struct Body {
        at: DateTime<Utc>,
    }
    serde_json::from_str::<Body>(body).ok().map(|body| body.at)
}
