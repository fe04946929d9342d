//! The first limit: how many requests a second one network may send to this process.

use std::num::NonZeroU32;
use std::time::Duration;

use governor::clock::{Clock as _, DefaultClock};
use governor::{DefaultKeyedRateLimiter, Quota, RateLimiter};
use tokio_util::sync::CancellationToken;

use crate::base::network::Network;
use crate::config::{Limits, LimitsMode};

/// Seconds of full speed that may come at once.
const BURST_SECONDS: u32 = 10;

/// Counts requests by network (GCRA); open where limits are off.
pub struct Wall {
    limiter: Option<DefaultKeyedRateLimiter<Network>>,
    clock: DefaultClock,
}

impl Wall {
    /// A wall of the configured height.
    pub fn new(limits: &Limits) -> Self {
        let rate = NonZeroU32::new(limits.wall_per_second).filter(|_| limits.mode == LimitsMode::On);
        let burst = |rate: NonZeroU32| rate.saturating_mul(const { NonZeroU32::new(BURST_SECONDS).unwrap() });
        let limiter = rate.map(|rate| RateLimiter::keyed(Quota::per_second(rate).allow_burst(burst(rate))));
        Self { limiter, clock: DefaultClock::default() }
    }

    /// Lets a request of that network pass, or says how long it has to wait.
    pub fn pass(&self, network: &Network) -> Result<(), Duration> {
        let Some(limiter) = &self.limiter else { return Ok(()) };
        limiter.check_key(network).map_err(|until| until.wait_time_from(self.clock.now()))
    }

    /// Forgets networks that have been quiet, once a minute; ends at `stop`.
    pub async fn sweep(&self, stop: &CancellationToken) {
        while stop.run_until_cancelled(tokio::time::sleep(Duration::from_mins(1))).await.is_some() {
            let Some(limiter) = &self.limiter else { continue };
            limiter.retain_recent();
            limiter.shrink_to_fit();
        }
    }
}
