//! The one clock of the house, which tests can move.

use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};
use std::time::Instant;

use chrono::{DateTime, TimeDelta, Utc};

/// Tells the time; clones share one offset from the machine's clock.
#[derive(Clone, Debug, Default)]
pub struct Clock {
    offset_us: Arc<AtomicI64>,
}

impl Clock {
    /// The machine's own time.
    pub fn system() -> Self {
        Self::default()
    }

    /// Now, in UTC, cut to microseconds as Postgres keeps them.
    #[allow(clippy::disallowed_methods, reason = "the one place that reads the machine's clock")]
    pub fn now(&self) -> DateTime<Utc> {
        let moved = Utc::now() + TimeDelta::microseconds(self.offset_us.load(Ordering::Relaxed));
        DateTime::from_timestamp_micros(moved.timestamp_micros()).unwrap_or(moved)
    }

    /// Moves this clock and all its clones by `by`, in either direction.
    pub fn shift(&self, by: TimeDelta) {
        let us = by.num_microseconds().unwrap_or(0);
        self.offset_us.fetch_add(us, Ordering::Relaxed);
    }
}

/// A monotonic instant, for measuring durations only.
#[allow(clippy::disallowed_methods, reason = "the one place that reads the machine's clock")]
pub fn instant() -> Instant {
    Instant::now()
}
