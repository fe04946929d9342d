//! What every part of the web floor needs of the settings, worked out once at start.

use std::time::Duration;

use chrono_tz::Tz;
use tokio_util::sync::CancellationToken;

use super::edge::Proxies;
use super::wall::Wall;
use crate::base::clock::Clock;
use crate::base::fault::Fault;
use crate::config::Config;

/// The web floor's settings, shared by all its threads.
pub struct House {
    /// The house's clock.
    pub clock: Clock,
    /// Our own origin, `https://pulih.example.go.id`: what `Origin` must say.
    pub origin: String,
    /// Whether people reach us by https, which gives cookies `Secure` and the `__Host-` prefix.
    pub secure: bool,
    /// The agency's name, for titles.
    pub agency: String,
    /// The zone in which times are shown.
    pub zone: Tz,
    /// Time a whole form may take to arrive.
    pub body_deadline: Duration,
    /// Whom we believe about a visitor's address.
    pub proxies: Proxies,
    /// The first limit.
    pub wall: Wall,
    /// Cancelled once we stop accepting; answers then close their connections.
    pub stop: CancellationToken,
    cookie_key: [u8; 32],
}

impl House {
    /// Reads what the web floor needs out of `config`; a proxy that is no network is a fault.
    pub fn new(config: &Config, clock: Clock, cookie_key: [u8; 32], stop: CancellationToken) -> Result<Self, Fault> {
        Ok(Self {
            clock,
            origin: config.server.base_url.trim_end_matches('/').to_ascii_lowercase(),
            secure: config.server.base_url.starts_with("https://"),
            agency: config.server.agency.clone(),
            zone: config.locale.zone,
            body_deadline: Duration::from_secs(10),
            proxies: Proxies::parse(&config.server.trusted_proxies)?,
            wall: Wall::new(&config.limits),
            stop,
            cookie_key,
        })
    }

    /// HMAC-SHA-256 (RFC 2104) under the cookie key of `purpose` and `what`, which must have a fixed length.
    pub fn seal(&self, purpose: &[u8], what: &[u8]) -> [u8; 32] {
        super::forgery::hmac(&self.cookie_key, &[purpose, what])
    }
}
