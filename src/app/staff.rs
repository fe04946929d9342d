//! Proofs of role: who acts for the desk, read again where it decides, with a fresh code where it matters.

use chrono::{DateTime, Utc};
use uuid::Uuid;

use super::App;
use crate::base::fault::Fault;
use crate::base::totp::Verdict;
use crate::model::refusal::Refusal;
use crate::model::session::Level;
use crate::model::staff::Role;
use crate::store::Tx;
use crate::store::staff::factor::{self, Factor};
use crate::store::staff::limit::{self, Counted};
use crate::store::staff::session::Session;
use crate::store::staff::{self, Present};

/// Who acts, and by which session. Only `app` makes one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct By {
    staff: Uuid,
    session: Uuid,
}

impl By {
    /// The person.
    pub fn staff(self) -> Uuid {
        self.staff
    }

    /// The session.
    pub fn session(self) -> Uuid {
        self.session
    }
}

/// That roles or scopes were looked at: `app` alone can say so.
#[derive(Debug)]
pub struct Looked(());

impl Looked {
    pub(super) fn now() -> Self {
        Self(())
    }
}

/// A proof that somebody signed in has one of certain roles.
pub trait Proof: Copy + Sized {
    /// Any of these will do.
    const ROLES: &'static [Role];
    /// Out of who acts, once the roles were looked at.
    fn new(by: By, looked: Looked) -> Self;
    /// Who acts.
    fn by(self) -> By;
}

macro_rules! proofs {
    ($($(#[$doc:meta])* $name:ident: $($role:ident),+;)*) => {$(
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq)]
        pub struct $name(By);

        impl Proof for $name {
            const ROLES: &'static [Role] = &[$(Role::$role),+];
            fn new(by: By, _: Looked) -> Self {
                Self(by)
            }
            fn by(self) -> By {
                self.0
            }
        }
    )*};
}

proofs! {
    /// Anybody of the desk who is signed in.
    Anybody: Helpdesk, Supervisor, Admin, Auditor;
    /// Works the queue.
    Helpdesk: Helpdesk, Supervisor;
    /// Decides what others proposed.
    Supervisor: Supervisor;
    /// Keeps people, texts and hours.
    Admin: Admin;
    /// Supervisor or admin: confirms people, imports, freezes, tends the outbox.
    Lead: Supervisor, Admin;
    /// Everybody but auditors: who proposes, and who decides.
    Officer: Helpdesk, Supervisor, Admin;
    /// Reads the history.
    Auditor: Auditor;
}

impl App {
    /// The proof, where the session is signed in and its person has the role.
    pub fn prove<P: Proof>(&self, session: &Session) -> Result<Option<P>, Fault> {
        let full = session.level()? == Level::Full && session.has_factor;
        let by = By { staff: session.staff_id, session: session.id };
        Ok((full && session.roles()?.any(P::ROLES)).then(|| P::new(by, Looked(()))))
    }

    /// Reads a proof again inside the transaction and holds its person; nothing where they were disabled, lost the role or
    /// were signed out meanwhile. Lock it before accounts.
    pub async fn still<P: Proof>(&self, tx: &mut Tx, proof: P) -> Result<Option<Present>, Fault> {
        let by = proof.by();
        let Some(present) = staff::hold(tx, by.staff, by.session).await? else { return Ok(None) };
        Ok(present.roles()?.any(P::ROLES).then_some(present))
    }

    /// The same with a fresh code of their own TOTP, which is used up whatever is decided after. What is refused was counted.
    pub async fn step_up<P: Proof>(
        &self,
        tx: &mut Tx,
        proof: P,
        typed: &str,
    ) -> Result<Result<Present, Refusal>, Fault> {
        let Some(present) = self.still(tx, proof).await? else { return Ok(Err(Refusal::StaffSignInFirst)) };
        Ok(match self.staff_code(tx, present.id, typed).await? {
            Ok(_) => Ok(present),
            Err(refusal) => Err(refusal),
        })
    }

    /// Judges a code of somebody of the desk within their budget; a right one is used up, a wrong one counted.
    pub async fn staff_code(&self, tx: &mut Tx, staff: Uuid, typed: &str) -> Result<Result<Factor, Refusal>, Fault> {
        let Some(factor) = factor::hold(tx, staff).await?.filter(|f| f.proved_at.is_some()) else {
            return Ok(Err(Refusal::StaffSignInFirst));
        };
        if let Some(refusal) = self.staff_held(tx, &factor, staff).await? {
            return Ok(Err(refusal));
        }
        let refusal = match self.judge_staff(&factor, typed)? {
            Verdict::Right { step }
                if factor.last_step.is_none_or(|last| last < step) && !factor.burned.contains(&step) =>
            {
                factor::use_up(tx, factor.id, step).await?;
                return Ok(Ok(factor));
            }
            Verdict::Right { .. } => Refusal::CodeReplayed,
            Verdict::Elsewhere { step, seconds } => {
                if seconds > 0 {
                    factor::burn(tx, factor.id, step).await?;
                }
                Refusal::CodeElsewhere(seconds)
            }
            Verdict::Wrong => Refusal::CodeWrong,
        };
        self.count_staff_code(tx, staff).await?;
        Ok(Err(refusal))
    }

    /// Counts one more of what somebody of the desk may do so often an hour; when the next is allowed, where it is too many.
    /// Nothing is counted then, since the transaction that asks ends there.
    pub async fn too_many(&self, tx: &mut Tx, staff: Uuid, what: Counted) -> Result<Option<DateTime<Utc>>, Fault> {
        let Some(budget) = self.hourly_budget(what) else { return Ok(None) };
        let hits = limit::count(tx, staff, what, budget.remembered().saturating_add(1)).await?;
        let (now, before) = hits.split_first().ok_or_else(|| Fault::broken("what was done was not counted"))?;
        Ok(budget.held_until(before, *now))
    }

    /// Why no code of that person would be looked at now.
    pub async fn staff_held(&self, tx: &mut Tx, factor: &Factor, staff: Uuid) -> Result<Option<Refusal>, Fault> {
        let Some(budget) = self.staff_code_budget() else { return Ok(None) };
        let wrong = limit::hits(tx, staff, Counted::Code).await?;
        Ok(budget.held_until(&wrong, factor.now).map(Refusal::CodesHeld))
    }

    /// Counts a wrong code of somebody of the desk.
    pub async fn count_staff_code(&self, tx: &mut Tx, staff: Uuid) -> Result<(), Fault> {
        let keep = self.staff_code_budget().map_or(1, |budget| budget.remembered());
        limit::count(tx, staff, Counted::Code, keep).await.map(drop)
    }
}
