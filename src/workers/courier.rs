//! Carries letters from the outbox to the relay: leased, composed, sent with no transaction open, reported.

mod written;

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use tokio::sync::Mutex;
use tokio::task::JoinSet;
use tokio::time::timeout_at;
use uuid::Uuid;

use crate::actions::deliver;
use crate::app::App;
use crate::base::fault::Fault;
use crate::base::keyring::Purpose;
use crate::base::{clock, random};
use crate::mail::{Composed, Heading, House, SendFault, Sender, bounce_address, compose, message_id};
use crate::model::delivery::{SendClass, retry_after};
use crate::model::refusal::Stop;
use crate::store::letter::{self, Answer, Leased, Retry};

/// How long a step waits for its letters: a slow one goes on by itself and holds up none of the next step.
const PATIENCE: Duration = Duration::from_secs(1);
/// How long letters under way may take to end once the courier is to close.
const CLOSING: Duration = Duration::from_secs(3);

/// One courier of this process.
pub struct Courier {
    hands: Arc<Hands>,
    most: usize,
    under_way: Mutex<JoinSet<Result<Carried, Stop>>>,
    // the relay was away: one letter asks whether it is back before all of them do
    probing: AtomicBool,
}

/// What carries a letter.
struct Hands {
    id: Uuid,
    house: House,
    sender: Sender,
}

impl Courier {
    /// A courier for the relay of the settings.
    pub fn new(app: &App) -> Result<Self, Fault> {
        let config = app.config();
        let hands = Hands { id: random::id(), house: House::new(config), sender: Sender::new(&config.smtp)? };
        Ok(Self {
            hands: Arc::new(hands),
            most: config.smtp.connections.max(1),
            under_way: Mutex::default(),
            probing: AtomicBool::new(false),
        })
    }

    /// Takes as many letters as there are hands free and waits for them, but not for slow ones; true where there may
    /// be more to do at once.
    pub async fn step(&self, app: &App) -> Result<bool, Stop> {
        let mut under_way = self.under_way.lock().await;
        let probing = self.probing.load(Ordering::Relaxed);
        let free = self.most.saturating_sub(under_way.len());
        let most = if probing { free.min(1) } else { free };
        let load = if most > 0 { self.lease(app, most).await? } else { Vec::new() };
        if load.is_empty() && under_way.is_empty() {
            self.hands.sender.tidy().await;
            return Ok(false);
        }
        let (begun, full) = (load.len(), load.len() >= most);
        for letter in load {
            let (hands, app) = (Arc::clone(&self.hands), app.clone());
            under_way.spawn(async move { hands.carry(&app, &letter).await });
        }
        let (mut reported, mut away, mut failed) = (0, 0, None);
        let deadline = clock::instant() + PATIENCE;
        while let Ok(Some(carried)) = timeout_at(deadline.into(), under_way.join_next()).await {
            match carried.unwrap_or_else(|e| Err(Fault::bug("carrying a letter", e).into())) {
                Ok(Carried::Reported) => reported += 1,
                Ok(Carried::RelayAway) => away += 1,
                Err(stop) => failed = Some(stop),
            }
            // where more letters wait, the hands that are free take them before the others are
            if full && (reported + away) * 2 >= begun.max(1) {
                break;
            }
        }
        if let Some(stop) = failed {
            return Err(stop);
        }
        let probe = if reported + away > 0 { reported == 0 } else { probing };
        self.probing.store(probe, Ordering::Relaxed);
        Ok(!probe && (full || probing))
    }

    async fn lease(&self, app: &App, most: usize) -> Result<Vec<Leased>, Stop> {
        // a lost lease costs a duplicate, so it outlasts the slowest relay
        let seconds = i32::try_from(self.hands.sender.longest().as_secs()).unwrap_or(i32::MAX).saturating_add(30);
        let most = i64::try_from(most).unwrap_or(i64::MAX);
        Ok(letter::lease(&mut app.read().await?, self.hands.id, most, seconds).await?)
    }

    /// Lets what is under way end, if it does so soon, and says farewell to the relay.
    pub async fn close(&self) {
        let mut under_way = self.under_way.lock().await;
        let deadline = clock::instant() + CLOSING;
        while let Ok(Some(_)) = timeout_at(deadline.into(), under_way.join_next()).await {}
        // what is broken off now is tried again after its lease, under the same Message-ID
        under_way.abort_all();
        self.hands.sender.close().await;
    }
}

impl Hands {
    async fn carry(&self, app: &App, letter: &Leased) -> Result<Carried, Stop> {
        if letter.link_over {
            deliver::dropped(app, letter, self.id).await?;
            return Ok(Carried::Reported);
        }
        let composed = match self.compose(app, letter) {
            Ok(composed) => composed,
            Err(reason) => {
                tracing::error!(letter = %letter.id, reason, "a letter cannot be composed");
                deliver::parked(app, letter, self.id, &reason).await?;
                return Ok(Carried::Reported);
            }
        };
        match self.sender.send(&composed).await {
            Ok(accepted) => {
                count("accepted");
                let answer = Answer { code: Some(accepted.code), text: &accepted.text };
                deliver::accepted(app, letter, self.id, answer).await?;
                Ok(Carried::Reported)
            }
            Err(fault) => self.refused(app, letter, &fault).await,
        }
    }

    async fn refused(&self, app: &App, letter: &Leased, fault: &SendFault) -> Result<Carried, Stop> {
        count(fault.class.code());
        let answer = Answer { code: fault.code, text: &fault.text };
        let class = fault.class.code();
        let in_row = if letter.class.as_deref() == Some(class) { letter.in_row.saturating_add(1) } else { 1 };
        match retry_after(fault.class, u32::try_from(in_row).unwrap_or(1)) {
            Some(wait) => {
                let retry = Retry { wait, class, in_row, answer };
                letter::retry(&mut app.read().await?, letter.id, self.id, &retry).await?;
            }
            None => {
                deliver::failed(app, letter, self.id, answer).await?;
            }
        }
        Ok(if fault.class == SendClass::Unreachable { Carried::RelayAway } else { Carried::Reported })
    }

    fn compose(&self, app: &App, letter: &Leased) -> Result<Composed, String> {
        caught(|| self.write(app, letter))
    }

    fn write(&self, app: &App, leased: &Leased) -> Result<Composed, String> {
        let gone = |what: &str| format!("its {what} is gone");
        let to_address = leased.address.clone().ok_or_else(|| gone("address"))?;
        let letter = written::letter(app, &self.house, leased)?;
        let key = app.keys().of(Purpose::MessageId).current().1;
        let bounce = self.house.bounce_address.as_deref();
        let heading = Heading {
            letter_id: leased.id,
            answers: leased.answers.clone(),
            message_id: message_id(key, leased.id, &self.house.message_host),
            bounce_address: bounce.and_then(|address| bounce_address(key, leased.id, address)),
            to_name: leased.name.clone().unwrap_or_default(),
            to_address,
            lang: leased.language().map_err(|e| e.to_string())?,
            date: app.clock().now(),
        };
        compose(&self.house, &heading, &letter).map_err(|e| e.to_string())
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Carried {
    Reported,
    RelayAway,
}

/// A panic while composing is a reason like any other: it parks one letter and ends no worker.
fn caught<T>(compose: impl FnOnce() -> Result<T, String>) -> Result<T, String> {
    // what it may leave half done is its own letter alone
    catch_unwind(AssertUnwindSafe(compose)).unwrap_or_else(|_| Err("a panic while composing".to_owned()))
}

fn count(outcome: &'static str) {
    metrics::counter!("letters_total", "outcome" => outcome).increment(1);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_panic_while_composing_is_a_reason_to_park() {
        let letters: Vec<&str> = vec![];
        assert_eq!(caught(|| Ok(letters[1].to_owned())), Err("a panic while composing".to_owned()));
        assert_eq!(caught::<u8>(|| Err("its link is gone".to_owned())), Err("its link is gone".to_owned()));
        assert_eq!(caught(|| Ok(7)), Ok(7));
    }
}
