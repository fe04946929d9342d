//! The second listener, for those who run the house: alive, ready, metrics.

use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use actix_web::{HttpResponse, web};
use futures_util::future::BoxFuture;
use tokio_util::sync::CancellationToken;

use super::tally;
use crate::base::clock;

/// Answers whether the house can work: the database answers, its tables are those we know.
pub type Check = Arc<dyn Fn() -> BoxFuture<'static, Result<(), String>> + Send + Sync>;

/// Time a check may take, and time its answer is believed.
const SECOND: Duration = Duration::from_secs(1);

/// The last answer to "are you ready?".
pub struct Readiness {
    check: Check,
    stop: CancellationToken,
    last: Mutex<Option<(Instant, Result<(), String>)>>,
}

impl Readiness {
    /// Asks by `check`, until `stop` ends all readiness.
    pub fn new(check: Check, stop: CancellationToken) -> Self {
        Self { check, stop, last: Mutex::new(None) }
    }

    async fn now(&self) -> Result<(), String> {
        if self.stop.is_cancelled() {
            return Err("stopping".to_owned());
        }
        let last = self.last.lock().unwrap_or_else(PoisonError::into_inner).clone();
        if let Some((_, answer)) = last.filter(|(at, _)| at.elapsed() < SECOND) {
            return answer;
        }
        let late = |_| Err("no answer within a second".to_owned());
        let answer = tokio::time::timeout(SECOND, (self.check)()).await.unwrap_or_else(late);
        *self.last.lock().unwrap_or_else(PoisonError::into_inner) = Some((clock::instant(), answer.clone()));
        answer
    }
}

/// Its three addresses.
pub fn routes(config: &mut web::ServiceConfig) {
    config
        .route("/healthz", web::get().to(health))
        .route("/healthz", web::head().to(health))
        .route("/readyz", web::get().to(ready))
        .route("/readyz", web::head().to(ready))
        .route("/metrics", web::get().to(metrics));
}

async fn health() -> HttpResponse {
    text(HttpResponse::Ok(), "ok\n")
}

async fn ready(readiness: web::Data<Readiness>) -> HttpResponse {
    match readiness.now().await {
        Ok(()) => text(HttpResponse::Ok(), "ready\n"),
        Err(why) => text(HttpResponse::ServiceUnavailable(), format!("not ready: {why}\n")),
    }
}

async fn metrics() -> HttpResponse {
    match tally::recorder() {
        Ok(recorder) => text(HttpResponse::Ok(), recorder.render()),
        Err(fault) => text(HttpResponse::InternalServerError(), format!("{fault}\n")),
    }
}

fn text(mut answer: actix_web::HttpResponseBuilder, body: impl Into<String>) -> HttpResponse {
    answer
        .insert_header(("content-type", "text/plain; version=0.0.4; charset=utf-8"))
        .insert_header(("cache-control", "no-store"))
        .body(body.into())
}
