//! Counts and times of requests, by route, method and status; never by path.

use std::cell::RefCell;
use std::sync::OnceLock;
use std::time::Duration;

use actix_web::http::{Method, StatusCode};
use metrics::{Counter, Histogram};
use metrics_exporter_prometheus::{Matcher, PrometheusBuilder, PrometheusHandle};
use tokio_util::sync::CancellationToken;

use crate::base::fault::Fault;

const SECONDS: [f64; 12] = [0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5];

/// The process's one recorder, installed at the first call.
pub fn recorder() -> Result<&'static PrometheusHandle, Fault> {
    static RECORDER: OnceLock<Result<PrometheusHandle, String>> = OnceLock::new();
    let made = RECORDER.get_or_init(|| {
        let builder = PrometheusBuilder::new()
            .set_buckets_for_metric(Matcher::Full("http_request_seconds".to_owned()), &SECONDS)
            .and_then(PrometheusBuilder::install_recorder);
        builder.map_err(|e| e.to_string())
    });
    made.as_ref().map_err(|why| Fault::broken(format!("the metrics recorder cannot be installed: {why}")))
}

/// Folds fresh samples into the histograms, which otherwise keep every one of them; ends at `stop`.
pub async fn upkeep(stop: &CancellationToken) {
    while stop.run_until_cancelled(tokio::time::sleep(Duration::from_secs(5))).await.is_some() {
        if let Ok(recorder) = recorder() {
            recorder.run_upkeep();
        }
    }
}

/// Handles of one route's metrics, made at their first use and kept by the thread.
pub struct Tally {
    pattern: &'static str,
    seconds: Histogram,
    counters: RefCell<Vec<(StatusCode, Method, Counter)>>,
}

impl Tally {
    /// Of the route with that pattern.
    pub fn new(pattern: &'static str) -> Self {
        let seconds = metrics::histogram!("http_request_seconds", "route" => pattern);
        Self { pattern, seconds, counters: RefCell::default() }
    }

    /// The route's pattern.
    pub fn pattern(&self) -> &'static str {
        self.pattern
    }

    /// Counts one answer.
    pub fn count(&self, method: &Method, status: StatusCode, took: Duration) {
        self.seconds.record(took.as_secs_f64());
        let mut counters = self.counters.borrow_mut();
        if let Some((_, _, counter)) = counters.iter().find(|(s, m, _)| *s == status && m == method) {
            return counter.increment(1);
        }
        let labels = [
            ("route", self.pattern.to_owned()),
            ("method", method_label(method).to_owned()),
            ("status", status.as_str().to_owned()),
        ];
        let counter = metrics::counter!("http_requests_total", &labels);
        counter.increment(1);
        // Methods are anybody's words: those we do not know are counted together and not kept.
        if method_label(method) != "other" {
            counters.push((status, method.clone(), counter));
        }
    }
}

/// A method as label; strangers cannot make labels.
pub fn method_label(method: &Method) -> &'static str {
    match *method {
        Method::GET => "GET",
        Method::HEAD => "HEAD",
        Method::POST => "POST",
        Method::OPTIONS => "OPTIONS",
        Method::PUT => "PUT",
        Method::DELETE => "DELETE",
        Method::PATCH => "PATCH",
        _ => "other",
    }
}
