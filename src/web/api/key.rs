//! Which portal calls: its key is found, asked where it comes from, what it may do and how often, and counted.

use std::collections::{HashMap, HashSet};
use std::num::NonZeroU32;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use actix_web::http::header::{HeaderMap, HeaderName, HeaderValue};
use actix_web::{HttpMessage as _, HttpRequest};
use governor::clock::{Clock as _, DefaultClock};
use governor::middleware::StateInformationMiddleware;
use governor::state::keyed::DefaultKeyedStateStore;
use governor::{Quota, RateLimiter};
use uuid::Uuid;

use crate::app::App;
use crate::app::portal::Scoped;
use crate::base::fault::Fault;
use crate::base::network::Networks;
use crate::base::{clock, secret_hash};
use crate::config::{Limits, LimitsMode};
use crate::model::access::{self, Purpose};
use crate::model::portal::Scope;
use crate::model::refusal::{Refusal, Stop};
use crate::store::access as uses;
use crate::store::portal::key::{self as keys, LiveKey};
use crate::web::bearer::{self, Refused};
use crate::web::{Client, House};

/// Keys that open nothing, and what keys may not do.
const REFUSED: Refused = Refused("portal-key");
/// How long a key is known without asking again: so long does one that is revoked still open something.
pub const KNOWN_FOR: Duration = Duration::from_secs(1);
/// Seconds of full speed that may come at once.
const BURST_SECONDS: u32 = 10;
/// Keys known at most.
const MOST: usize = 1_000;

const POLICY: HeaderName = HeaderName::from_static("ratelimit-policy");
const LEFT: HeaderName = HeaderName::from_static("ratelimit");

/// A key that opens something now.
#[derive(Debug)]
struct Known {
    id: Uuid,
    portal: Uuid,
    scopes: Vec<Scope>,
    networks: Networks,
}

impl Known {
    fn read(key: &LiveKey) -> Result<Self, Fault> {
        let networks = Networks::parse(&key.networks)
            .map_err(|bad| Fault::broken(format!("key {} may come from what is no network: {bad:?}", key.id)))?;
        Ok(Self { id: key.id, portal: key.portal_id, scopes: keys::scopes(&key.scopes, key.id)?, networks })
    }

    fn may_come_from(&self, client: &Client) -> bool {
        self.networks.is_empty() || self.networks.contain(client.ip.to_canonical())
    }
}

/// What a key may still do now, told in the answer's headers (draft-ietf-httpapi-ratelimit-headers).
#[derive(Clone, Copy, Debug)]
pub struct Allowance {
    quota: u32,
    left: u32,
    /// Seconds until there is more.
    wait: u64,
}

impl Allowance {
    /// Tells it.
    pub fn tell(self, headers: &mut HeaderMap) {
        let policy = format!("\"key\";q={};w={BURST_SECONDS}", self.quota);
        let left = format!("\"key\";r={};t={}", self.left, self.wait);
        for (name, value) in [(POLICY, policy), (LEFT, left)] {
            if let Ok(value) = HeaderValue::from_str(&value) {
                headers.insert(name, value);
            }
        }
    }
}

type Limiter = RateLimiter<Uuid, DefaultKeyedStateStore<Uuid>, DefaultClock, StateInformationMiddleware>;

/// Known keys by the SHA-256 of their tokens, and since when.
type Lately = HashMap<[u8; 32], (Instant, Arc<Known>)>;

/// The keys this process has seen lately, and how often each may call.
pub struct Keys {
    known: Mutex<Lately>,
    /// SHA-256 of tokens that opened something when that was looked at last.
    good: Mutex<HashSet<[u8; 32]>>,
    /// When all of those were read.
    read: tokio::sync::Mutex<Option<Instant>>,
    limiter: Option<Limiter>,
    clock: DefaultClock,
    quota: u32,
}

impl Keys {
    /// None known yet.
    pub fn new(limits: &Limits) -> Self {
        let rate = NonZeroU32::new(limits.key_per_second).filter(|_| limits.mode == LimitsMode::On);
        let burst = |rate: NonZeroU32| rate.saturating_mul(const { NonZeroU32::new(BURST_SECONDS).unwrap() });
        let limiter = rate.map(|rate| {
            RateLimiter::keyed(Quota::per_second(rate).allow_burst(burst(rate)))
                .with_middleware::<StateInformationMiddleware>()
        });
        let quota = rate.map_or(0, |rate| burst(rate).get());
        let clock = DefaultClock::default();
        Self {
            known: Mutex::default(),
            good: Mutex::default(),
            read: tokio::sync::Mutex::default(),
            limiter,
            clock,
            quota,
        }
    }

    fn known(&self, hash: &[u8; 32], now: Instant) -> Option<Arc<Known>> {
        let all = self.known.lock().unwrap_or_else(PoisonError::into_inner);
        all.get(hash).filter(|(since, _)| now.duration_since(*since) < KNOWN_FOR).map(|(_, key)| Arc::clone(key))
    }

    fn remember(&self, hash: [u8; 32], now: Instant, key: &Arc<Known>) {
        let mut all = self.known.lock().unwrap_or_else(PoisonError::into_inner);
        if all.len() >= MOST {
            all.retain(|_, (since, _)| now.duration_since(*since) < KNOWN_FOR);
        }
        all.insert(hash, (now, Arc::clone(key)));
        drop(all);
        self.good().insert(hash);
    }

    fn good(&self) -> MutexGuard<'_, HashSet<[u8; 32]>> {
        self.good.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Whether a token opened something when that was looked at last.
    fn was_good(&self, hash: &[u8; 32]) -> bool {
        self.good().contains(hash)
    }

    fn forget(&self, hash: &[u8; 32]) {
        self.good().remove(hash);
    }

    /// Whether a token opens something, by what is read of all keys at most once in [`KNOWN_FOR`], however many ask.
    async fn among_all(&self, app: &App, hash: &[u8; 32]) -> Result<bool, Fault> {
        let mut read = self.read.lock().await;
        if read.is_none_or(|at| at.elapsed() >= KNOWN_FOR) {
            // also where it cannot be read: who waits here does not ask one after the other
            *read = Some(clock::instant());
            let all = keys::opening(&mut app.read().await?).await?;
            *self.good() = all.into_iter().collect();
        }
        drop(read);
        Ok(self.was_good(hash))
    }

    /// One more call of a key; until when it has to wait, where there were too many.
    fn allow(&self, key: Uuid) -> Result<Option<Allowance>, Duration> {
        let Some(limiter) = &self.limiter else { return Ok(None) };
        let quota = self.quota;
        match limiter.check_key(&key) {
            Ok(state) => Ok(Some(Allowance { quota, left: state.remaining_burst_capacity(), wait: 1 })),
            Err(until) => Err(until.wait_time_from(self.clock.now())),
        }
    }
}

/// The proof that a call's key may do what `P` stands for; the allowance is left beside the request for the gate.
pub async fn prove<P: Scoped>(house: &House, client: &Client, req: &HttpRequest) -> Result<P, Stop> {
    let (key, proof) = open(house, client, req).await?;
    // after the door: what is refused there takes nothing of what the key's own portal may call
    match house.keys.allow(key.id) {
        Ok(Some(allowance)) => drop(req.extensions_mut().insert(allowance)),
        Ok(None) => {}
        Err(wait) => {
            req.extensions_mut().insert(Allowance { quota: house.keys.quota, left: 0, wait: wait.as_secs() + 1 });
            let open = house.app.clock().now() + wait.max(Duration::from_secs(1));
            return Err(Refusal::TooMany(open).into());
        }
    }
    if let Some(counted) = house.uses.count(key.id, clock::instant()) {
        uses::note(&mut house.app.read().await?, key.id, counted).await?;
    }
    Ok(proof)
}

/// The same proof of the same call once more, which neither counts nor takes anything.
pub async fn still<P: Scoped>(house: &House, client: &Client, req: &HttpRequest) -> Result<P, Stop> {
    Ok(open(house, client, req).await?.1)
}

/// The key of a call and what it proves, where it comes from where it may.
async fn open<P: Scoped>(house: &House, client: &Client, req: &HttpRequest) -> Result<(Arc<Known>, P), Stop> {
    let Some(token) = bearer::token(req).and_then(|text| access::read(Purpose::Portal, text)) else {
        // the wall that others stand before
        wall(house, client)?;
        if bearer::token(req).is_some() {
            REFUSED.held(house, client)?;
            REFUSED.count(house, client);
        }
        return Err(Refusal::KeyRequired.into());
    };
    let key = find(house, client, &secret_hash(&token)).await?;
    if !key.may_come_from(client) {
        return Err(refuse(house, client, &key, Refusal::NetworkRefused).into());
    }
    let proof = house.app.prove_key::<P>(key.portal, key.id, &key.scopes);
    let proof = proof.ok_or_else(|| refuse(house, client, &key, Refusal::ScopeMissing))?;
    Ok((key, proof))
}

async fn find(house: &House, client: &Client, hash: &[u8; 32]) -> Result<Arc<Known>, Stop> {
    let now = clock::instant();
    if let Some(key) = house.keys.known(hash, now) {
        return Ok(key);
    }
    if !house.keys.was_good(hash)
        && let Err(refusal) = wall(house, client).and_then(|()| REFUSED.held(house, client))
        // who tries keys in a portal's network does not lock it out: its own, also one that is new here, goes on
        && !house.keys.among_all(&house.app, hash).await?
    {
        return Err(refusal.into());
    }
    if let Some(key) = keys::find(&mut house.app.read().await?, hash).await? {
        let key = Arc::new(Known::read(&key)?);
        house.keys.remember(*hash, now, &key);
        return Ok(key);
    }
    house.keys.forget(hash);
    REFUSED.count(house, client);
    Err(Refusal::KeyRequired.into())
}

fn wall(house: &House, client: &Client) -> Result<(), Refusal> {
    let wait = house.wall.pass(&client.network).err();
    wait.map_or(Ok(()), |w| Err(Refusal::TooMany(house.app.clock().now() + w.max(Duration::from_secs(1)))))
}

/// A refusal of a key that is known: counted by network, and no more looked at than wrong keys are.
fn refuse(house: &House, client: &Client, key: &Known, refusal: Refusal) -> Refusal {
    if let Err(held) = wall(house, client).and_then(|()| REFUSED.held(house, client)) {
        return held;
    }
    REFUSED.count(house, client);
    tracing::warn!(key = %key.id, network = %client.network, refusal = refusal.code(), "a portal key was refused");
    refusal
}
