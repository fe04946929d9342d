//! Carries letters from the outbox to the relay: leased, composed, sent with no transaction open, reported.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::atomic::{AtomicBool, Ordering};

use chrono::TimeDelta;
use futures_util::future::join_all;
use uuid::Uuid;

use crate::actions::deliver;
use crate::app::App;
use crate::base::fault::Fault;
use crate::base::keyring::Purpose;
use crate::base::random;
use crate::base::token::{self, TokenPurpose};
use crate::mail::letters::{cancelled, done, hint, link, scheduled};
use crate::mail::{Composed, Heading, House, Letter, SendFault, Sender, compose, message_id};
use crate::model::account::mask_user_id;
use crate::model::delivery::{SendClass, retry_after};
use crate::model::letter::LetterKind;
use crate::model::link::life;
use crate::model::refusal::Stop;
use crate::store::letter::{self, Answer, Leased, Retry};

/// One courier of this process.
pub struct Courier {
    id: Uuid,
    house: House,
    sender: Sender,
    // the relay was away: one letter asks whether it is back before all of them do
    probing: AtomicBool,
}

impl Courier {
    /// A courier for the relay of the settings.
    pub fn new(app: &App) -> Result<Self, Fault> {
        let config = app.config();
        Ok(Self {
            id: random::id(),
            house: House::new(config),
            sender: Sender::new(&config.smtp)?,
            probing: AtomicBool::new(false),
        })
    }

    /// Carries one load of letters; true where there may be more.
    pub async fn step(&self, app: &App) -> Result<bool, Stop> {
        let probing = self.probing.load(Ordering::Relaxed);
        let most = if probing { 1 } else { i64::try_from(app.config().smtp.connections).unwrap_or(1).max(1) };
        // a lost lease costs a duplicate, so it outlasts the slowest relay
        let seconds = i32::try_from(self.sender.longest().as_secs()).unwrap_or(i32::MAX).saturating_add(30);
        let load = letter::lease(&mut app.read().await?, self.id, most, seconds).await?;
        if load.is_empty() {
            self.sender.tidy().await;
            return Ok(false);
        }
        let full = i64::try_from(load.len()).is_ok_and(|n| n >= most);
        let mut away = true;
        for carried in join_all(load.iter().map(|letter| self.carry(app, letter))).await {
            away &= carried? == Carried::RelayAway;
        }
        self.probing.store(away, Ordering::Relaxed);
        Ok(!away && (full || probing))
    }

    /// Says farewell to the relay.
    pub async fn close(&self) {
        self.sender.close().await;
    }

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

    /// Composes a letter; a panic while doing so is a reason like any other.
    fn compose(&self, app: &App, letter: &Leased) -> Result<Composed, String> {
        let composed = catch_unwind(AssertUnwindSafe(|| self.write(app, letter)));
        composed.unwrap_or_else(|_| Err("a panic while composing".to_owned()))
    }

    fn write(&self, app: &App, leased: &Leased) -> Result<Composed, String> {
        let gone = |what: &str| format!("its {what} is gone");
        let user_id = leased.user_id.as_deref().ok_or_else(|| gone("account"))?;
        let to_address = leased.address.clone().ok_or_else(|| gone("address"))?;
        let letter = self.letter(app, leased, mask_user_id(user_id))?;
        let key = app.keys().of(Purpose::MessageId).current().1;
        let heading = Heading {
            letter_id: leased.id,
            message_id: message_id(key.expose(), leased.id, &self.house.message_host),
            to_name: leased.name.clone().unwrap_or_default(),
            to_address,
            lang: leased.language().map_err(|e| e.to_string())?,
            date: app.clock().now(),
        };
        compose(&self.house, &heading, &letter).map_err(|e| e.to_string())
    }

    fn letter(&self, app: &App, leased: &Leased, user_id: String) -> Result<Letter, String> {
        let gone = |what: &str| format!("its {what} is gone");
        let key = app.keys().of(Purpose::Link).by_id(&leased.key_id).ok_or_else(|| gone("link key"))?;
        let random = <&[u8; 32]>::try_from(leased.random.as_slice()).map_err(|_| gone("link"))?;
        let url = |path: &str, purpose| {
            self.house.url(&format!("{path}{}", token::issue(key, purpose, leased.link_id, random)))
        };
        let not_me_url = url("/not-me/", TokenPurpose::NotMe);
        let reference = leased.reference.clone().ok_or_else(|| gone("request"))?;
        let asked_at = leased.asked_at.ok_or_else(|| gone("request"))?;
        let ended_at = leased.request_ended_at.unwrap_or(leased.queued_at);
        Ok(match leased.kind().map_err(|e| e.to_string())? {
            LetterKind::Link => Letter::Link(link::Data {
                user_id,
                reference,
                asked_at,
                ttl: life(
                    TimeDelta::minutes(app.config().link.ttl_minutes.into()),
                    leased.p95_seconds.map(|s| TimeDelta::seconds(s.into())),
                ),
                reset_url: url("/r/", TokenPurpose::Reset),
                not_me_url,
            }),
            LetterKind::Done => Letter::Done(done::Data { user_id, reference, done_at: ended_at, not_me_url }),
            LetterKind::Scheduled => Letter::Scheduled(scheduled::Data {
                user_id,
                reference,
                confirmed_at: leased.queued_at,
                effective_at: leased.due_at.unwrap_or(leased.queued_at),
                not_me_url,
            }),
            LetterKind::Cancelled => Letter::Cancelled(cancelled::Data {
                user_id,
                reference,
                cancelled_at: ended_at,
                held_until: leased.held_until.filter(|until| *until > app.clock().now()),
                not_me_url,
            }),
            LetterKind::Hint => {
                let hint = leased.hint().map_err(|e| e.to_string())?.ok_or_else(|| gone("hint"))?;
                Letter::Hint(hint::Data { user_id, reference, asked_at, hint, not_me_url })
            }
        })
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Carried {
    Reported,
    RelayAway,
}

fn count(outcome: &'static str) {
    metrics::counter!("letters_total", "outcome" => outcome).increment(1);
}
