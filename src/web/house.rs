//! What every part of the web floor needs, worked out once at start.

use std::sync::Arc;
use std::time::Duration;

use tokio_util::sync::CancellationToken;

use super::api::key::Keys;
use super::assets;
use super::follower::Uses;
use super::live::Live;
use super::pages::demo::Demo;
use super::wall::Wall;
use crate::app::App;
use crate::base::fault::Fault;
use crate::base::keyring::Purpose;
use crate::base::network::Networks;
use crate::i18n::Lang;
use crate::views::layout::{Assets, Frame, Helpdesk, Site};

/// The web floor's own things, shared by all its threads.
pub struct House {
    /// The house.
    pub app: App,
    /// What is the same on every page.
    pub site: Arc<Site>,
    /// Our own origin, `https://pulih.example.go.id`: what `Origin` must say.
    pub origin: String,
    /// Whether people reach us by https, which gives cookies `Secure` and the `__Host-` prefix.
    pub secure: bool,
    /// Time a whole form may take to arrive.
    pub body_deadline: Duration,
    /// Time in which, once we stop, answers ask their clients to come by another connection, before those are closed;
    /// a balancer in front sees meanwhile that we are not ready.
    pub farewell: Duration,
    /// Whom we believe about a visitor's address.
    pub proxies: Networks,
    /// The first limit.
    pub wall: Wall,
    /// Which cases change, told to whoever watches the queue.
    pub live: Live,
    /// Keys of portals that were seen lately.
    pub keys: Keys,
    /// Uses of keys that are not noted yet.
    pub uses: Uses,
    /// Cancelled once we stop accepting; answers then close their connections.
    pub stop: CancellationToken,
    /// What the demo's pages show, where it runs.
    pub demo: Option<Demo>,
}

impl House {
    /// Prepares the web floor; `demo` says on every page that this is one.
    pub fn new(app: App, demo: Option<Demo>) -> Result<Self, Fault> {
        let config = app.config();
        let helpdesk = Helpdesk {
            address: config.helpdesk.address.clone(),
            phone: config.helpdesk.phone.clone(),
            hours: config.helpdesk.hours.clone(),
        };
        let asset = |name| assets::url(name).to_owned();
        let assets = Assets {
            css: asset("pulih.css"),
            js: asset("pulih.js"),
            pow: asset("pow.js"),
            steps: asset("steps.js"),
            staff_css: asset("staff.css"),
            audit_css: asset("audit.css"),
            staff_js: asset("staff.js"),
            mark: assets::inline("mark.svg"),
        };
        Ok(Self {
            site: Arc::new(Site { agency: config.server.agency.clone(), helpdesk, assets, demo: demo.is_some() }),
            origin: config.server.base_url.trim_end_matches('/').to_ascii_lowercase(),
            secure: config.server.base_url.starts_with("https://"),
            body_deadline: Duration::from_secs(10),
            farewell: Duration::from_secs(1),
            proxies: Networks::parse(&config.server.trusted_proxies).map_err(|bad| {
                Fault::broken(format!("server.trusted_proxies holds what is no network: {}", bad.join(", ")))
            })?,
            wall: Wall::new(&config.limits),
            live: Live::default(),
            keys: Keys::new(&config.limits),
            uses: Uses::default(),
            stop: CancellationToken::new(),
            demo,
            app,
        })
    }

    /// HMAC-SHA-256 (RFC 2104) under the cookie key.
    pub fn seal(&self, parts: &[&[u8]]) -> [u8; 32] {
        self.app.keys().of(Purpose::Cookie).current().1.mac(parts)
    }

    /// The frame of a page at `path` (with its query) for that browser, if the page holds forms.
    pub fn frame(&self, lang: Lang, path: String, csrf: Option<String>) -> Frame {
        let zone = self.app.config().locale.zone;
        Frame {
            site: self.site.clone(),
            lang,
            zone,
            path,
            csrf,
            slow_mail: self.app.mail_is_slow(),
            frozen: self.app.frozen().public(),
        }
    }
}
