//! Carries letters to the relay over SMTP, at most so many at once.

mod fault;
mod relay;

use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

use lettre::transport::smtp::client::AsyncSmtpConnection;
use lettre::transport::smtp::commands::{Data, Mail, Noop, Rcpt, Rset};
use lettre::transport::smtp::response::Response;
use tokio::sync::Semaphore;
use tokio::time::timeout;

use super::compose::Composed;
use crate::base::clock;
use crate::base::fault::Fault;
use crate::config::Smtp;
use fault::{Stage, told};
use relay::Relay;

pub use fault::{SendClass, SendFault};

/// An idle connection older than this is asked whether it lives before it carries a letter.
const FRESH: Duration = Duration::from_secs(1);
/// An idle connection older than this is closed.
const STALE: Duration = Duration::from_secs(30);
/// How long a farewell may take.
const FAREWELL: Duration = Duration::from_secs(2);
/// How many times the relay's patience one letter may take in all.
const LETTER: u32 = 3;

/// The relay took the letter.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Accepted {
    /// Its code, 250 as a rule.
    pub code: u16,
    /// Its words, on one line.
    pub text: String,
}

/// Carries letters to the relay. It keeps its own connections: lettre's pool sets no limit, and takes back a
/// connection whose letter was given up halfway.
pub struct Sender {
    relay: Relay,
    slots: Semaphore,
    idle: Mutex<Vec<Idle>>,
}

struct Idle {
    line: AsyncSmtpConnection,
    since: Instant,
}

impl Sender {
    /// A sender for the relay as configured; connects to nothing yet.
    pub fn new(smtp: &Smtp) -> Result<Self, Fault> {
        let slots = Semaphore::new(smtp.connections.clamp(1, Semaphore::MAX_PERMITS));
        Ok(Self { relay: Relay::new(smtp)?, slots, idle: Mutex::new(Vec::new()) })
    }

    /// The longest that [`Sender::send`] takes once it has a slot: a lease on a letter must last longer.
    pub fn longest(&self) -> Duration {
        self.relay.patience() * LETTER
    }

    /// Hands one letter to the relay. Waits for a free slot first.
    pub async fn send(&self, letter: &Composed) -> Result<Accepted, SendFault> {
        let Ok(_slot) = self.slots.acquire().await else {
            return Err(SendFault::ours(SendClass::Temporary, "the sender is closed"));
        };
        match timeout(self.longest(), self.carry(letter)).await {
            Ok(answer) => answer,
            Err(_) => Err(SendFault::ours(SendClass::Temporary, "the relay was too slow")),
        }
    }

    /// Connects, greets, starts TLS, signs in and says farewell, as for a letter, but sends none.
    pub async fn probe(&self) -> Result<(), SendFault> {
        let mut line = self.relay.connect().await?;
        self.relay.step(Stage::Greeting, line.command(Noop)).await?;
        farewell(line).await;
        Ok(())
    }

    /// Closes connections that have idled too long; for a courier that has nothing to do.
    pub async fn tidy(&self) {
        let stale: Vec<Idle> = self.idle().extract_if(.., |idle| idle.since.elapsed() > STALE).collect();
        for idle in stale {
            farewell(idle.line).await;
        }
    }

    /// Takes no more letters and says farewell on every idle connection.
    pub async fn close(&self) {
        self.slots.close();
        let idle = std::mem::take(&mut *self.idle());
        futures_util::future::join_all(idle.into_iter().map(|idle| farewell(idle.line))).await;
    }

    async fn carry(&self, letter: &Composed) -> Result<Accepted, SendFault> {
        let mut line = self.line().await?;
        match self.exchange(&mut line, letter).await {
            Ok(answer) => {
                self.park(line);
                Ok(accepted(&answer))
            }
            Err(fault) => {
                // a refusal leaves the connection in order; silence, garbage and 421 do not
                if fault.code.is_some_and(|code| code != 421)
                    && self.relay.step(Stage::Letter, line.command(Rset)).await.is_ok()
                {
                    self.park(line);
                }
                Err(fault)
            }
        }
    }

    async fn exchange(&self, line: &mut AsyncSmtpConnection, letter: &Composed) -> Result<Response, SendFault> {
        let relay = &self.relay;
        let mail = Mail::new(letter.envelope.from().cloned(), Vec::new());
        relay.step(Stage::Letter, line.command(mail)).await?;
        for to in letter.envelope.to() {
            relay.step(Stage::Letter, line.command(Rcpt::new(to.clone(), Vec::new()))).await?;
        }
        relay.step(Stage::Letter, line.command(Data)).await?;
        relay.step(Stage::Letter, line.message(&letter.bytes)).await
    }

    /// An idle connection that still lives, or a new one.
    async fn line(&self) -> Result<AsyncSmtpConnection, SendFault> {
        loop {
            let Some(mut idle) = self.idle().pop() else { break };
            let age = idle.since.elapsed();
            let lives =
                age < FRESH || (age < STALE && timeout(FAREWELL, idle.line.test_connected()).await.unwrap_or(false));
            if lives {
                return Ok(idle.line);
            }
        }
        self.relay.connect().await
    }

    fn park(&self, line: AsyncSmtpConnection) {
        if !self.slots.is_closed() {
            self.idle().push(Idle { line, since: clock::instant() });
        }
    }

    fn idle(&self) -> std::sync::MutexGuard<'_, Vec<Idle>> {
        self.idle.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn accepted(answer: &Response) -> Accepted {
    let words: Vec<&str> = answer.message().collect();
    Accepted { code: answer.code().into(), text: told(&words.join(" ")) }
}

async fn farewell(mut line: AsyncSmtpConnection) {
    // the relay may be gone already, which is a farewell too
    let _gone = timeout(FAREWELL, line.quit()).await;
}
