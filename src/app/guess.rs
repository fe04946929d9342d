//! A typed code against an account's second factor, within its budget of wrong ones.

use uuid::Uuid;

use super::App;
use crate::base::fault::Fault;
use crate::base::totp::Verdict;
use crate::base::{recovery, slots};
use crate::model::event::Event;
use crate::model::letter::LetterKind;
use crate::model::refusal::Refusal;
use crate::model::session::Method;
use crate::store::factor::{Guard, WrongGuess};
use crate::store::letter::Post;
use crate::store::{Tx, account, factor};

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

/// What a typed code is, before anything is counted or used up.
pub enum Weighed {
    /// It is not looked at: too many wrong ones came before.
    Held(Refusal),
    /// Wrong.
    Wrong {
        /// What people are told.
        refusal: Refusal,
        /// The future step it showed, which is burned.
        burn: Option<i64>,
    },
    /// Right.
    Right(Right),
}

/// A right code.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Right {
    credential: Uuid,
    by: By,
}

/// What makes a code right.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum By {
    /// The time step it is of.
    Step(i64),
    /// An unused recovery code of that hash.
    RecoveryCode([u8; 32]),
}

impl Right {
    /// Whose code it is: the credential.
    pub fn credential(self) -> Uuid {
        self.credential
    }

    /// What makes it right.
    pub fn by(self) -> By {
        self.by
    }

    /// Uses it up: neither it nor an earlier one is right again.
    pub async fn use_up(self, tx: &mut Tx, held: &Guard) -> Result<(), Fault> {
        let used = match &self.by {
            By::Step(step) => factor::accept(tx, self.credential, *step).await?,
            By::RecoveryCode(hash) => factor::use_recovery_code(tx, held.account_id, self.credential, hash).await?,
        };
        if !used {
            return Err(Fault::broken("a right code was used up while its account was held"));
        }
        factor::forgive(tx, held).await
    }
}

impl App {
    /// Judges a code at an account that is held; a wrong one is counted. Nothing where no TOTP is active.
    pub async fn guess(&self, tx: &mut Tx, held: &Guard, method: Method, typed: &str) -> Result<Option<Guess>, Fault> {
        let Some(credential) = held.credential_id else { return Ok(None) };
        let unused = match method {
            Method::Totp => Vec::new(),
            Method::Recovery => factor::unused_recovery_codes(tx, held.account_id, credential).await?,
        };
        Ok(match self.weigh(held, method, typed, &unused)? {
            None => None,
            Some(Weighed::Held(refusal)) => Some(Guess::Held(refusal)),
            Some(Weighed::Right(right)) => Some(Guess::Right(right)),
            Some(Weighed::Wrong { refusal, burn }) => {
                let in_row = factor::count_wrong(tx, held, self.kept_guesses(), WrongGuess::Code(burn)).await?;
                Some(Guess::Wrong { refusal, in_row })
            }
        })
    }

    /// What a typed code is, by what it is judged by and the hashes of the credential's `unused` recovery codes; nothing is
    /// counted or used up. Nothing where no TOTP is active.
    pub fn weigh(
        &self,
        guard: &Guard,
        method: Method,
        typed: &str,
        unused: &[Vec<u8>],
    ) -> Result<Option<Weighed>, Fault> {
        let Some(credential) = guard.credential_id else { return Ok(None) };
        if let Some(refusal) = self.held(guard) {
            return Ok(Some(Weighed::Held(refusal)));
        }
        let wrong = |refusal| Weighed::Wrong { refusal, burn: None };
        let right = |by| Weighed::Right(Right { credential, by });
        Ok(Some(match method {
            Method::Totp => match self.judge(guard, typed)? {
                Some(Verdict::Right { step })
                    if guard.last_step.is_none_or(|last| last < step) && !guard.burned.contains(&step) =>
                {
                    right(By::Step(step))
                }
                Some(Verdict::Right { .. }) => wrong(Refusal::CodeReplayed),
                // a code of the future will be right one day, and whoever looked over a shoulder has it too
                Some(Verdict::Elsewhere { step, seconds }) => {
                    Weighed::Wrong { refusal: Refusal::CodeElsewhere(seconds), burn: (seconds > 0).then_some(step) }
                }
                Some(Verdict::Wrong) | None => wrong(Refusal::CodeWrong),
            },
            Method::Recovery => {
                let hash = recovery::normalise(typed).map(|code| recovery::hash(guard.account_id, &code));
                let there = hash.filter(|hash| unused.iter().any(|one| one.as_slice() == hash));
                there.map_or(wrong(Refusal::CodeWrong), |hash| right(By::RecoveryCode(hash)))
            }
        }))
    }

    /// What a typed code is where nobody has the User ID: held or wrong, after as much work as for somebody.
    pub fn weigh_nobodys(&self, guard: &Guard, method: Method, typed: &str) -> Result<Weighed, Fault> {
        let nobodys = self.nobodys()?;
        let guard = Guard {
            credential_id: Some(nobodys.id),
            sealed_secret: Some(nobodys.sealed_secret.clone()),
            algorithm: Some(nobodys.algorithm.clone()),
            digits: Some(nobodys.digits),
            period: Some(nobodys.period),
            ..guard.clone()
        };
        match self.weigh(&guard, method, typed, &[])? {
            Some(held @ Weighed::Held(_)) => Ok(held),
            _ => Ok(Weighed::Wrong { refusal: Refusal::CodeWrong, burn: None }),
        }
    }

    /// Why no code would be looked at now.
    pub fn held(&self, guard: &Guard) -> Option<Refusal> {
        let budget = self.code_budget()?;
        let most = i32::try_from(self.config().limits.codes_in_row).unwrap_or(i32::MAX);
        if guard.in_row >= most {
            return Some(Refusal::CodesClosed);
        }
        budget.held_until(&guard.wrong, guard.now).map(Refusal::CodesHeld)
    }

    /// How many wrong guesses are remembered.
    pub fn kept_guesses(&self) -> i32 {
        self.code_budget().map_or(1, |budget| budget.remembered())
    }

    /// Whether the owner is told of so many wrong ones in a row.
    pub fn warns(&self, in_row: i32) -> bool {
        in_row == WARN_AT
    }

    /// Tells the owner, at the tenth wrong one in a row, that somebody who knows the password guesses. The letters go along
    /// with the count: who is refused, hangs up or dies there loses neither.
    pub async fn warn_owner(&self, tx: &mut Tx, account: Uuid, in_row: i32, place: Option<&str>) -> Result<(), Fault> {
        if !self.warns(in_row) {
            return Ok(());
        }
        let Some(whom) = account::reach(tx, account).await? else { return Ok(()) };
        let letter = self.letter(account, LetterKind::CodesFailing, whom.language()?);
        let warned = Event::LoginWarned { account, in_row };
        tx.along(warned, async |tx| self.tell_all(tx, Post { place, ..letter }, whom.addresses, None).await).await?;
        Ok(())
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
