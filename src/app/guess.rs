//! A typed code against an account's second factor, within its budget of wrong ones.

use uuid::Uuid;

use super::{App, Outcome};
use crate::base::fault::Fault;
use crate::base::totp::Verdict;
use crate::base::{recovery, slots};
use crate::model::event::{Actor, Event};
use crate::model::letter::LetterKind;
use crate::model::refusal::{Refusal, Stop};
use crate::model::session::Method;
use crate::store::factor::WrongGuess;
use crate::store::session::Session;
use crate::store::{Tx, factor};

/// Wrong guesses in a row at which the owner is told.
const WARN_AT: i32 = 10;

/// What the counts of networks call a wrong password.
const PASSWORD: &str = "password";

/// What a guess was.
pub enum Guess {
    /// It was not looked at: too many wrong ones came before.
    Held(Refusal),
    /// Wrong, and counted.
    Wrong {
        /// What people are told.
        refusal: Refusal,
        /// Wrong ones in a row, this one included.
        in_row: i32,
    },
    /// Right, and not used up yet.
    Right(Right),
}

/// A right code.
pub struct Right {
    credential: Uuid,
    by: By,
}

enum By {
    Step(i64),
    RecoveryCode([u8; 32]),
}

impl Right {
    /// Uses it up: neither it nor an earlier one is right again.
    pub async fn use_up(self, tx: &mut Tx, held: &Session, browser_hash: &[u8; 32]) -> Result<(), Fault> {
        let used = match &self.by {
            By::Step(step) => factor::accept(tx, self.credential, *step).await?,
            By::RecoveryCode(hash) => factor::use_recovery_code(tx, held.account_id, self.credential, hash).await?,
        };
        if !used {
            return Err(Fault::broken("a right code was used up while its account was held"));
        }
        factor::forgive(tx, held, browser_hash).await
    }
}

impl App {
    /// Judges a code of a held session; a wrong one is counted. Nothing where no TOTP is active.
    pub async fn guess(
        &self,
        tx: &mut Tx,
        held: &Session,
        browser_hash: &[u8; 32],
        method: Method,
        typed: &str,
    ) -> Result<Option<Guess>, Fault> {
        let Some(credential) = held.credential_id else { return Ok(None) };
        if let Some(refusal) = self.held(held) {
            return Ok(Some(Guess::Held(refusal)));
        }
        let (by, refusal, burn) = match method {
            Method::Totp => match self.judge(held, typed)? {
                Some(Verdict::Right { step })
                    if held.last_step.is_none_or(|last| last < step) && !held.burned.contains(&step) =>
                {
                    (Some(By::Step(step)), Refusal::CodeReplayed, None)
                }
                Some(Verdict::Right { .. }) => (None, Refusal::CodeReplayed, None),
                // a code of the future will be right one day, and whoever looked over a shoulder has it too
                Some(Verdict::Elsewhere { step, seconds }) => {
                    (None, Refusal::CodeElsewhere(seconds), (seconds > 0).then_some(step))
                }
                Some(Verdict::Wrong) | None => (None, Refusal::CodeWrong, None),
            },
            Method::Recovery => {
                let hash = recovery::normalise(typed).map(|code| recovery::hash(held.account_id, &code));
                let there = match &hash {
                    Some(hash) => factor::has_recovery_code(tx, held.account_id, credential, hash).await?,
                    None => false,
                };
                (hash.filter(|_| there).map(By::RecoveryCode), Refusal::CodeWrong, None)
            }
        };
        if let Some(by) = by {
            return Ok(Some(Guess::Right(Right { credential, by })));
        }
        let keep = self.code_budget().map_or(1, |budget| budget.remembered());
        let in_row = factor::count_wrong(tx, held, browser_hash, keep, WrongGuess::Code(burn)).await?;
        Ok(Some(Guess::Wrong { refusal, in_row }))
    }

    /// Why no code of this session would be looked at now.
    pub fn held(&self, session: &Session) -> Option<Refusal> {
        let budget = self.code_budget()?;
        let most = i32::try_from(self.config().limits.codes_in_row).unwrap_or(i32::MAX);
        if session.in_row >= most {
            return Some(Refusal::CodesClosed);
        }
        budget.held_until(&session.wrong, session.now).map(Refusal::CodesHeld)
    }

    /// Tells the owner, at the tenth wrong one in a row, that somebody who knows the password guesses.
    pub async fn warn_owner(&self, held: &Session, in_row: i32, place: Option<&str>) -> Result<(), Stop> {
        if in_row != WARN_AT {
            return Ok(());
        }
        self.transact(Actor::User, async |tx| {
            self.tell(tx, held, LetterKind::CodesFailing, place).await?;
            Ok(Outcome::Done((), Event::LoginWarned { account: held.account_id, in_row }))
        })
        .await
    }

    /// Counts a wrong password of a network. One password tried on many people comes from one network: operators are told,
    /// and nobody is locked out.
    pub fn count_wrong_password(&self, network: &str) {
        if !self.has_limits() {
            return;
        }
        let failed = self.networks().hit(network, PASSWORD, slots::slot(self.clock().now()));
        let most = self.config().limits.sprayed_per_10_min.max(1);
        // what other servers counted comes in leaps, which may leap over the very number
        if failed >= most {
            metrics::counter!("passwords_sprayed_total").increment(1);
        }
        if failed >= most && failed.is_multiple_of(most) {
            tracing::warn!(network, failed, "many wrong passwords from one network");
        }
    }
}
