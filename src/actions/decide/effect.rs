//! What comes of a decision: what was proposed takes effect, or waits, or ends.

use chrono::{DateTime, Utc};

use crate::app::App;
use crate::base::fault::Fault;
use crate::base::random;
use crate::model::account::mask_address;
use crate::model::erasure::Erased;
use crate::model::letter::LetterKind;
use crate::model::proposal::{Kind, State};
use crate::model::request::Step;
use crate::store::letter::Post;
use crate::store::proposal::subject::Subject;
use crate::store::proposal::{Proposal, settle};
use crate::store::{Tx, account as accounts, erasure, letter, request, session};

/// Where a proposal stands after a decision.
#[derive(Clone, Copy, Debug)]
pub struct Effect {
    /// Its state.
    pub state: State,
    /// When it takes effect.
    pub due: Option<DateTime<Utc>>,
    /// What was erased.
    pub erased: Option<Erased>,
}

impl Effect {
    /// A proposal stands there, and nothing was erased.
    pub fn at(state: State, due: Option<DateTime<Utc>>) -> Self {
        Self { state, due, erased: None }
    }
}

/// Whether what was proposed can still be done to that account.
pub async fn is_possible(tx: &mut Tx, proposal: &Proposal, account: &Subject) -> Result<bool, Fault> {
    Ok(match proposal.kind()? {
        Kind::Reset => !account.frozen && !account.locked && !account.held && account.has_factor,
        Kind::Unlock => account.disputed,
        Kind::Address => !account.locked,
        Kind::Erase => !account.erased && !erasure::outlook_held(tx, account.id).await?.hindrance.any(),
        Kind::Overwrite => !account.locked && settle::is_as_compared(tx, proposal.id, account.id).await?,
        _ => true,
    })
}

/// All agreed who have to.
pub async fn agreed(app: &App, tx: &mut Tx, proposal: &Proposal, account: &Subject) -> Result<Effect, Fault> {
    let waiting = match proposal.kind()? {
        Kind::Reset => return schedule(app, tx, proposal, account).await,
        // its time was set when its own person pressed OK
        Kind::SelfReset => true,
        // the database ends the proposal itself, or nobody could trust it with the deleting
        Kind::Erase => {
            let erased = Some(erasure::erase(tx, random::id(), proposal.id).await?);
            return Ok(Effect { state: State::Done, due: None, erased });
        }
        Kind::Address => {
            move_address(app, tx, proposal, account).await?;
            false
        }
        kind @ (Kind::Protect | Kind::Unprotect) => {
            settle::protect(tx, account.id, kind == Kind::Protect).await?;
            false
        }
        Kind::Unlock => {
            accounts::unlock(tx, account.id).await?;
            false
        }
        Kind::Overwrite => {
            overwrite(app, tx, proposal, account).await?;
            false
        }
        Kind::StaffNew | Kind::StaffRoles | Kind::StaffMfa => {
            return Err(Fault::broken("people of the desk are decided about elsewhere"));
        }
    };
    let state = if waiting { State::Waiting } else { State::Done };
    settle::settle(tx, proposal.id, state, None).await?;
    Ok(Effect::at(state, None))
}

/// A manual reset waits from now on, and everybody who could know better is told.
async fn schedule(app: &App, tx: &mut Tx, proposal: &Proposal, account: &Subject) -> Result<Effect, Fault> {
    // an address that changed lately is looked at like a lost mailbox: its former owner needs the time
    let care = app.delays().care_for;
    let moved = account.address_changed_at.is_some_and(|at| proposal.now < at + care);
    let due = proposal.now + app.waits().of(proposal.mailbox_lost || moved, proposal.urgent);
    step(tx, proposal, Step::Approve, Some(due)).await?;
    settle::settle(tx, proposal.id, State::Waiting, Some(due)).await?;
    tell(app, tx, proposal, account, LetterKind::ManualScheduled).await?;
    Ok(Effect::at(State::Waiting, Some(due)))
}

async fn move_address(app: &App, tx: &mut Tx, proposal: &Proposal, account: &Subject) -> Result<(), Fault> {
    let new = proposal.new_address().ok_or_else(|| Fault::broken("a change of address without one"))?;
    let former = account.addresses.first().map(String::as_str).filter(|former| *former != new);
    settle::end_links(tx, account.id).await?;
    settle::change_address(tx, account.id, 1, new, proposal.proposed_by).await?;
    let masked = mask_address(new);
    let letter = Post {
        proposal: Some(proposal.id),
        place: Some(&masked),
        ..app.letter(account.id, LetterKind::AddressChanged, account.language()?)
    };
    app.tell_all(tx, letter, account.count(), former).await?;
    Ok(())
}

/// What an import says of name, second address and password takes effect; who could know better is told.
async fn overwrite(app: &App, tx: &mut Tx, proposal: &Proposal, account: &Subject) -> Result<(), Fault> {
    let written = settle::overwrite(tx, proposal.id, account.id, proposal.proposed_by).await?;
    if written.password {
        session::end_others(tx, account.id, None).await?;
        let letter = app.letter(account.id, LetterKind::PasswordChanged, account.language()?);
        app.tell_all(tx, letter, account.count(), None).await?;
    }
    if let Some(second) = written.second {
        let masked = mask_address(&second);
        let letter = app.letter(account.id, LetterKind::AddressChanged, account.language()?);
        let former = account.addresses.get(1).map(String::as_str);
        let letter = Post { proposal: Some(proposal.id), place: Some(&masked), ..letter };
        app.tell_all(tx, letter, 2, former).await?;
    }
    Ok(())
}

/// It ends without effect. Who was told that it waits is told that it does not.
pub async fn ended(
    app: &App,
    tx: &mut Tx,
    proposal: &Proposal,
    account: &Subject,
    state: State,
) -> Result<Effect, Fault> {
    let (reset, was) = (proposal.kind()?.resets(), proposal.state()?);
    if reset {
        step(tx, proposal, if state == State::Rejected { Step::Reject } else { Step::Cancel }, None).await?;
    }
    settle::settle(tx, proposal.id, state, None).await?;
    if reset && (was != State::Proposed || proposal.kind()? == Kind::SelfReset) {
        tell(app, tx, proposal, account, LetterKind::ManualCancelled).await?;
    }
    Ok(Effect::at(state, None))
}

async fn step(tx: &mut Tx, proposal: &Proposal, step: Step, due: Option<DateTime<Utc>>) -> Result<(), Fault> {
    let Some(id) = proposal.request_id else { return Ok(()) };
    let from = letter::request_state(tx, id).await?;
    let to = from
        .step(step)
        .map_err(|_| Fault::broken(format!("request {id} stands at {}, its proposal does not", from.code())))?;
    request::advance(tx, id, from, to, due).await
}

async fn tell(app: &App, tx: &mut Tx, proposal: &Proposal, account: &Subject, kind: LetterKind) -> Result<i64, Fault> {
    let letter = Post {
        request: proposal.request_id,
        proposal: Some(proposal.id),
        ..app.letter(account.id, kind, account.language()?)
    };
    app.tell_all(tx, letter, account.count(), proposal.new_address()).await
}
