//! What the house shares: settings, database, clock and keys; the one way to read and the one way to write.

pub mod activation;
pub mod guess;
mod mailed;
pub mod once;
pub mod portal;
pub mod portal_code;
pub mod portal_key;
mod post;
pub mod reset;
mod rules;
mod secrets;
pub mod staff;

use std::sync::atomic::{AtomicBool, AtomicU8, Ordering};
use std::sync::{Arc, OnceLock};

use crate::base::clock::Clock;
use crate::base::fault::Fault;
use crate::base::keyring::Keyring;
use crate::base::passwords::Passwords;
use crate::base::slots::Slots;
use crate::config::Config;
use crate::model::event::{Actor, Event, Record};
use crate::model::freeze::Frozen;
use crate::model::refusal::{Refusal, Stop};
use crate::store::factor::Enrolment;
use crate::store::pool::Pool;
use crate::store::{Read, Tx, tx};

pub use crate::store::tx::Outcome;

/// The house; clones share everything.
#[derive(Clone)]
pub struct App {
    inner: Arc<Inner>,
}

struct Inner {
    config: Config,
    pool: Pool,
    clock: Clock,
    keys: Keyring,
    mail_is_slow: AtomicBool,
    frozen: AtomicU8,
    networks: Slots,
    passwords: Passwords,
    nobodys: OnceLock<Enrolment>,
}

impl App {
    /// Puts the house together; nothing is connected yet.
    pub fn new(config: Config, keys: Keyring, clock: Clock) -> Result<Self, Fault> {
        let pool = Pool::new(&config.database)?;
        let inner = Inner {
            config,
            pool,
            clock,
            keys,
            mail_is_slow: AtomicBool::new(false),
            frozen: AtomicU8::new(0),
            networks: Slots::default(),
            passwords: Passwords::default(),
            nobodys: OnceLock::new(),
        };
        Ok(Self { inner: Arc::new(inner) })
    }

    /// The settings.
    pub fn config(&self) -> &Config {
        &self.inner.config
    }

    /// The clock.
    pub fn clock(&self) -> &Clock {
        &self.inner.clock
    }

    /// The keys.
    pub fn keys(&self) -> &Keyring {
        &self.inner.keys
    }

    /// Connections in use and connections at most.
    pub fn connections(&self) -> (usize, usize) {
        self.inner.pool.usage()
    }

    /// Whether mail is slow as a whole; the public banner says so.
    pub fn mail_is_slow(&self) -> bool {
        self.inner.mail_is_slow.load(Ordering::Relaxed)
    }

    /// What is frozen, as it was read last; pages say so.
    pub fn frozen(&self) -> Frozen {
        Frozen::from_bits(self.inner.frozen.load(Ordering::Relaxed))
    }

    /// Tells the house what is frozen.
    pub fn set_frozen(&self, frozen: Frozen) {
        self.inner.frozen.store(frozen.bits(), Ordering::Relaxed);
    }

    /// What each network does in these ten minutes.
    pub fn networks(&self) -> &Slots {
        &self.inner.networks
    }

    /// Passwords, compared a few at a time.
    pub fn passwords(&self) -> &Passwords {
        &self.inner.passwords
    }

    /// Tells the house whether mail is slow.
    pub fn set_mail_is_slow(&self, slow: bool) {
        self.inner.mail_is_slow.store(slow, Ordering::Relaxed);
    }

    /// A connection for reading, and for bookkeeping.
    pub async fn read(&self) -> Result<Read, Fault> {
        tx::read(&self.inner.pool).await
    }

    /// Runs an action in one transaction, with exactly one event.
    pub async fn transact<T>(
        &self,
        actor: Actor,
        work: impl AsyncFnOnce(&mut Tx) -> Result<Outcome<T>, Fault>,
    ) -> Result<T, Stop> {
        tx::transact(&self.inner.pool, &self.inner.clock, actor, work).await
    }

    /// The log's row for an action that writes its event in the same statement as itself.
    pub fn record(&self, actor: Actor, event: &Event) -> Result<Record, Fault> {
        tx::record(&self.inner.clock, actor, event, None)
    }

    /// The same for one that is refused.
    pub fn record_refused(&self, actor: Actor, event: &Event, refusal: Refusal) -> Result<Record, Fault> {
        tx::record(&self.inner.clock, actor, event, Some(refusal))
    }

    /// The TOTP that codes for nobody are judged by, so that they take as long as others.
    pub fn nobodys(&self) -> Result<&Enrolment, Fault> {
        if self.inner.nobodys.get().is_none() {
            let _ = self.inner.nobodys.set(self.new_enrolment(&[0; 32], None)?);
        }
        self.inner.nobodys.get().ok_or_else(|| Fault::broken("what was set is not there"))
    }
}
