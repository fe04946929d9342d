//! A portal asks whether a code is right: judged as the code step of a sign-in is, out of the same budget.
//!
//! One read, and one statement that holds only while nobody else guessed meanwhile. Where others guess at the same account
//! all the time, the call may be repeated, or the owner is told of it, it is judged while the account is held.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::app::guess::{By, Right, Weighed};
use crate::app::once::Answer;
use crate::app::portal::{Scoped as _, Verifies, name_hash};
use crate::app::portal_code::Brought;
use crate::app::{App, Outcome};
use crate::base::fault::Fault;
use crate::model::account::fold_user_id;
use crate::model::event::{Actor, CodeVerified, Event, Portal};
use crate::model::refusal::{Refusal, Stop};
use crate::store::answer::Once;
use crate::store::factor::WrongGuess;
use crate::store::guess::{self, Asked, Place, Used};
use crate::store::{Tx, factor};

/// Times a code is judged without holding the account.
const ROUNDS: usize = 3;

/// What a code was.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Judged {
    /// Right, and used up.
    Right,
    /// Wrong.
    Wrong,
    /// Right once: it was used, or shown before its time.
    Replayed,
    /// Right at another time: the device's clock is so many seconds ahead (negative: behind).
    Clock(i64),
}

impl Judged {
    fn of(refusal: Refusal) -> Self {
        match refusal {
            Refusal::CodeReplayed => Self::Replayed,
            Refusal::CodeElsewhere(seconds) => Self::Clock(seconds),
            _ => Self::Wrong,
        }
    }
}

/// What a portal is told of a code.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Verified {
    /// What it was.
    pub judged: Judged,
    /// How many may be wrong before the next one is held; none where limits are off.
    pub attempts_left: Option<u32>,
    /// When the next one is looked at, where none is now.
    pub retry_at: Option<DateTime<Utc>>,
    account: Option<Uuid>,
}

impl Answer for Verified {
    fn account(&self) -> Option<Uuid> {
        self.account
    }

    /// A code is right once: a name under which a portal sends it all day makes it no better.
    fn late(self) -> Self {
        let judged = if self.judged == Judged::Right { Judged::Replayed } else { self.judged };
        Self { judged, ..self }
    }
}

/// Judges a code, and uses it up where it is right. A User ID that nobody has is told as a wrong code.
pub async fn verify(app: &App, by: Verifies, ask: &Brought<'_>, once: Option<&Once>) -> Result<Verified, Stop> {
    let folded = fold_user_id(ask.user_id);
    let portal = by.caller().portal();
    let device = ask.device.map(|device| name_hash(portal, device));
    let stray = name_hash(portal, &folded);
    let place = Place { portal, folded: &folded, device: device.as_ref(), stray: &stray, method: ask.method };
    let guess = Guess { app, by, ask, place };
    let rounds = if once.is_none() { ROUNDS } else { 0 };
    for _ in 0..rounds {
        match guess.quick().await? {
            Quick::Done(verified) => return Ok(verified),
            Quick::Raced => {}
            Quick::Warns => break,
        }
    }
    guess.held(once).await
}

/// How a code was judged without holding the account.
enum Quick {
    /// It was, and everything that follows is done.
    Done(Verified),
    /// Somebody else guessed meanwhile, and nothing was written.
    Raced,
    /// It is wrong, and the owner is to be told of so many: that goes along with the count, while the account is held.
    Warns,
}

/// A code on its way.
struct Guess<'a> {
    app: &'a App,
    by: Verifies,
    ask: &'a Brought<'a>,
    place: Place<'a>,
}

impl Guess<'_> {
    fn actor(&self) -> Actor {
        Actor::Portal(self.place.portal)
    }

    /// What the code is by what was read; a refusal where it is not looked at, or cannot be.
    fn weigh(&self, asked: &Asked) -> Result<Result<Weighed, Refusal>, Fault> {
        let (method, typed) = (self.ask.method, self.ask.code);
        let weighed = match asked {
            Asked { known: false, guard, .. } => Some(self.app.weigh_nobodys(guard, method, typed)?),
            Asked { locked: true, .. } => return Ok(Err(Refusal::Locked)),
            Asked { guard, unused, .. } => self.app.weigh(guard, method, typed, unused)?,
        };
        Ok(match weighed {
            None => Err(Refusal::NotActive),
            Some(Weighed::Held(refusal)) => Err(refusal),
            Some(weighed) => Ok(weighed),
        })
    }

    fn event(&self, asked: &Asked, refusal: Option<Refusal>, in_row: i32) -> Event {
        Event::Portal(Portal::CodeVerified(CodeVerified {
            account: asked.known.then_some(asked.guard.account_id),
            key: self.by.caller().key(),
            method: self.ask.method.code(),
            clock_seconds: if let Some(Refusal::CodeElsewhere(seconds)) = refusal { Some(seconds) } else { None },
            known_device: asked.guard.known_browser,
            in_row,
            user_id: (!asked.known).then(|| self.ask.user_id.trim().to_owned()),
        }))
    }

    /// What the portal is told, with the budget as it stands after this guess.
    fn verified(&self, asked: &Asked, wrong: Option<(Refusal, i32)>) -> Verified {
        let (guard, budget) = (&asked.guard, self.app.code_budget());
        let account = asked.known.then_some(guard.account_id);
        let Some((refusal, in_row)) = wrong else {
            let attempts_left = budget.map(|budget| budget.left(&[], guard.now));
            return Verified { judged: Judged::Right, attempts_left, retry_at: None, account };
        };
        let mut hits = vec![guard.now];
        hits.extend_from_slice(&guard.wrong);
        let in_row_left = self.app.config().limits.codes_in_row.saturating_sub(u32::try_from(in_row).unwrap_or(0));
        let attempts_left = budget.as_ref().map(|budget| budget.left(&hits, guard.now).min(in_row_left));
        let retry_at = budget.filter(|_| in_row_left > 0).and_then(|budget| budget.held_until(&hits, guard.now));
        Verified { judged: Judged::of(refusal), attempts_left, retry_at, account }
    }

    /// Judges it and does what follows in one statement, where nothing else is to be written.
    async fn quick(&self) -> Result<Quick, Stop> {
        let (app, keep) = (self.app, self.app.kept_guesses());
        let mut read = app.read().await?;
        let asked = guess::ask(&mut read, &self.place).await?;
        match self.weigh(&asked)?? {
            Weighed::Held(refusal) => Err(refusal.into()),
            Weighed::Right(right) => {
                let record = app.record(self.actor(), &self.event(&asked, None, asked.guard.in_row))?;
                let by = right.by();
                let used = match &by {
                    By::Step(step) => Used::Step(*step),
                    By::RecoveryCode(hash) => Used::RecoveryCode(hash),
                };
                let taken = guess::accept(&mut read, &asked, used, self.place.device, &record).await?;
                Ok(if taken { Quick::Done(self.verified(&asked, None)) } else { Quick::Raced })
            }
            Weighed::Wrong { refusal, burn } => {
                let in_row = asked.guard.in_row.saturating_add(1);
                // alike for a User ID that nobody has
                if app.warns(in_row) {
                    return Ok(Quick::Warns);
                }
                let event = self.event(&asked, Some(refusal), in_row);
                let record = app.record_refused(self.actor(), &event, refusal)?;
                let counted = if asked.known {
                    guess::count(&mut read, &asked, burn, keep, &record).await?
                } else {
                    guess::count_stray(&mut read, &self.place, &asked, keep, &record).await?
                };
                let verified = || self.verified(&asked, Some((refusal, in_row)));
                Ok(if counted { Quick::Done(verified()) } else { Quick::Raced })
            }
        }
    }

    /// Judges it while the account is held, or the count of a User ID that nobody has.
    async fn held(&self, once: Option<&Once>) -> Result<Verified, Stop> {
        self.app
            .transact_once(self.actor(), once, async |tx| {
                let asked = guess::hold(tx, &self.place).await?;
                Ok(match self.weigh(&asked)? {
                    Err(refusal) | Ok(Weighed::Held(refusal)) => Outcome::Nothing(Err(refusal)),
                    Ok(Weighed::Right(right)) => {
                        self.use_up(tx, &asked, right).await?;
                        let event = self.event(&asked, None, asked.guard.in_row);
                        Outcome::Done(Ok(self.verified(&asked, None)), event)
                    }
                    Ok(Weighed::Wrong { refusal, burn }) => {
                        let in_row = self.count(tx, &asked, burn).await?;
                        let verified = self.verified(&asked, Some((refusal, in_row)));
                        let event = self.event(&asked, Some(refusal), in_row);
                        // a wrong code is an answer, not a problem
                        Outcome::Told(Ok(verified), refusal, event)
                    }
                })
            })
            .await
    }

    async fn use_up(&self, tx: &mut Tx, asked: &Asked, right: Right) -> Result<(), Fault> {
        right.use_up(tx, &asked.guard).await?;
        match self.place.device {
            Some(device) => guess::know(tx, asked.guard.account_id, device).await,
            None => Ok(()),
        }
    }

    /// Counts a wrong one, of which the owner is told at the tenth.
    async fn count(&self, tx: &mut Tx, asked: &Asked, burn: Option<i64>) -> Result<i32, Fault> {
        let keep = self.app.kept_guesses();
        if !asked.known {
            return guess::count_held_stray(tx, &self.place, keep).await;
        }
        let in_row = factor::count_wrong(tx, &asked.guard, keep, WrongGuess::Code(burn)).await?;
        self.app.warn_owner(tx, asked.guard.account_id, in_row, None).await?;
        Ok(in_row)
    }
}
