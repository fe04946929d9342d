//! Deciding what somebody else proposed: yes, no, back, or on after it was contested.

mod effect;

use data_encoding::HEXLOWER;
use uuid::Uuid;

use self::effect::{Effect, agreed, ended};
use crate::app::staff::{Anybody, Proof};
use crate::app::{App, Outcome};
use crate::base::fault::Fault;
use crate::model::dual::{Tie, may_decide};
use crate::model::event::{Actor, Decided, Dual, Event, Fate, ProposalRef};
use crate::model::proposal::{Kind, State, Verdict};
use crate::model::refusal::{Refusal, Stop};
use crate::model::request::Step;
use crate::store::proposal::settle;
use crate::store::proposal::subject::{self, Subject};
use crate::store::proposal::{self, Proposal};
use crate::store::staff::{self, Present};
use crate::store::{Tx, erasure, letter, request};

/// What is decided.
#[derive(Clone, Debug)]
pub struct Decide {
    /// About which proposal.
    pub proposal: Uuid,
    /// What is said.
    pub verdict: Verdict,
    /// Why.
    pub reason: String,
    /// SHA-256 of what was shown.
    pub shown: [u8; 32],
    /// A fresh code of one's own TOTP.
    pub code: String,
}

/// Decides; returns where the proposal stands then.
pub async fn decide(app: &App, proof: Anybody, decide: &Decide) -> Result<State, Stop> {
    app.transact(Actor::Staff(proof.by().staff()), async |tx| {
        let mut told = Decided {
            of: ProposalRef { proposal: Some(decide.proposal), kind: Kind::Reset, account: None, request: None },
            fate: fate(decide.verdict, State::Proposed),
            approvals: 0,
            due: None,
            done: false,
            shown_sha256: HEXLOWER.encode(&decide.shown),
            reason: decide.reason.clone(),
            erased: None,
        };
        if let Some(of) = proposal::glance(tx, decide.proposal).await? {
            told.of = of;
        }
        // whoever is erased is not named by the one who lets them go
        let agrees = decide.verdict == Verdict::Approve;
        if agrees && told.of.kind == Kind::Erase {
            told.reason.clear();
        }
        let refused = |told: Decided, refusal| Ok(Outcome::Refused(refusal, Event::Dual(Dual::Decided(told))));
        let present = match app.step_up(tx, proof, &decide.code).await? {
            Ok(present) => present,
            Err(refusal) => return refused(told, refusal),
        };
        let Some((proposal, account)) = held(tx, decide.proposal).await? else {
            return refused(told, Refusal::NotFound);
        };
        let state = proposal.state()?;
        told.approvals = proposal.approvals.len();
        if state != State::Proposed || decide.verdict == Verdict::Withdraw {
            told.fate = fate(decide.verdict, state);
        }
        if let Err(refusal) = may(tx, decide, &proposal, &account, &present).await? {
            return refused(told, refusal);
        }
        let whole = agrees && proposal.approvals.len() + 1 >= usize::try_from(proposal.needed).unwrap_or(usize::MAX);
        if whole && !effect::is_possible(tx, &proposal, &account).await? {
            return refused(told, Refusal::NotPossibleNow);
        }
        settle::say(tx, proposal.id, present.id, decide.verdict, &told.reason, &decide.shown).await?;
        told.approvals += usize::from(agrees);
        let Effect { state, due, erased } = match decide.verdict {
            Verdict::Approve if whole => agreed(app, tx, &proposal, &account).await?,
            Verdict::Approve => Effect::at(state, None),
            Verdict::Reject => ended(app, tx, &proposal, &account, State::Rejected).await?,
            Verdict::Withdraw | Verdict::Dismiss => ended(app, tx, &proposal, &account, State::Cancelled).await?,
            Verdict::Uphold => uphold(tx, &proposal).await?,
        };
        (told.due, told.done, told.erased) = (due, state == State::Done, erased);
        Ok(Outcome::Done(state, Event::Dual(Dual::Decided(told))))
    })
    .await
}

/// The proposal with its account, both held; nothing where it is not about an account.
async fn held(tx: &mut Tx, id: Uuid) -> Result<Option<(Proposal, Subject)>, Fault> {
    let Some(proposal) = proposal::hold(tx, id).await? else { return Ok(None) };
    let Some(account) = proposal.account_id else { return Ok(None) };
    Ok(subject::hold(tx, account).await?.map(|account| (proposal, account)))
}

/// Whether that person may say that now.
async fn may(
    tx: &mut Tx,
    decide: &Decide,
    proposal: &Proposal,
    account: &Subject,
    present: &Present,
) -> Result<Result<(), Refusal>, Fault> {
    let (kind, own) = (proposal.kind()?, proposal.proposed_by == Some(present.id));
    if !decide.verdict.is_for(kind, proposal.state()?, &present.roles()?, own) {
        return Ok(Err(Refusal::NotFound));
    }
    if !decide.verdict.fits(proposal.state()?) || proposal.is_over() {
        return Ok(Err(Refusal::ProposalGone));
    }
    if decide.verdict.needs_another()
        && let Some(tie) = tie(tx, proposal, present).await?
    {
        return Ok(Err(Refusal::Tied(tie)));
    }
    if decide.verdict == Verdict::Approve && !staff::all_active(tx, &proposal.hands()).await? {
        return Ok(Err(Refusal::ProposalGone));
    }
    let unsaid = decide.reason.is_empty() && decide.verdict == Verdict::Reject;
    if kind == Kind::Erase && unsaid {
        return Ok(Err(Refusal::ReasonMissing));
    }
    let erases = match kind {
        Kind::Erase => Some(erasure::outlook_held(tx, account.id).await?.counts),
        _ => None,
    };
    if decide.verdict != Verdict::Withdraw && proposal.shown_sha256(account, erases)? != decide.shown {
        return Ok(Err(Refusal::ChangedMeanwhile));
    }
    Ok(Ok(()))
}

/// Why that person is no second person here.
async fn tie(tx: &mut Tx, proposal: &Proposal, present: &Present) -> Result<Option<Tie>, Fault> {
    let others = staff::persons(tx, &proposal.hands()).await?;
    let decider = staff::persons(tx, &[present.id]).await?;
    let decider = decider.first().ok_or_else(|| Fault::broken("who decides is nobody of the desk"))?;
    Ok(may_decide(&others, decider, proposal.last_editor, proposal.now).err())
}

/// It waits on; where its time came meanwhile, it takes effect at once.
async fn uphold(tx: &mut Tx, proposal: &Proposal) -> Result<Effect, Fault> {
    let due = proposal.due_at.map_or(proposal.now, |due| due.max(proposal.now));
    if let Some(id) = proposal.request_id {
        let from = letter::request_state(tx, id).await?;
        let to = from.step(Step::Uphold).map_err(|_| Fault::broken("a contested proposal has no contested request"))?;
        request::advance(tx, id, from, to, Some(due)).await?;
    }
    settle::settle(tx, proposal.id, State::Waiting, Some(due)).await?;
    Ok(Effect::at(State::Waiting, Some(due)))
}

fn fate(verdict: Verdict, state: State) -> Fate {
    match verdict {
        Verdict::Approve => Fate::Approved,
        Verdict::Reject => Fate::Rejected,
        Verdict::Withdraw if state == State::Waiting => Fate::Cancelled,
        Verdict::Withdraw => Fate::Withdrawn,
        Verdict::Uphold => Fate::Upheld,
        Verdict::Dismiss => Fate::Dismissed,
    }
}
