//! The reset: confirmed by a link's holder, or executed when its time has come. Both end in [`App::reset`].

use chrono::{DateTime, Utc};
use uuid::Uuid;

use crate::app::reset::{Pressed, Target};
use crate::app::{App, Outcome};
use crate::base::fault::Fault;
use crate::base::random;
use crate::model::event::{Actor, Event, LinkRef};
use crate::model::letter::LetterKind;
use crate::model::link::TRIES;
use crate::model::permission::wait;
use crate::model::proposal::{self, Kind};
use crate::model::refusal::{Refusal, Stop};
use crate::model::request::{QueueReason, Step};
use crate::store::inbound::permission;
use crate::store::letter::{self, Post, everywhere};
use crate::store::link::{self, Link, Spent};
use crate::store::proposal::settle::{self, NewProposal};
use crate::store::{Tx, due, request};

/// OK, pressed by a link's holder.
pub struct Confirm {
    /// The link whose token was proved.
    pub link: Uuid,
    /// SHA-256 of the browser's id.
    pub browser_hash: [u8; 32],
    /// The secret this browser will hold as its activation grant.
    pub grant_secret: [u8; 32],
    /// Whether the password typed fits the hash given; none where no password is asked.
    pub password: Option<PasswordProof>,
}

/// A password was compared with this hash, before the transaction.
pub struct PasswordProof {
    /// The hash it was compared with; compared again inside the transaction.
    pub hash: Option<String>,
    /// Whether it fitted.
    pub fits: bool,
}

/// What OK did.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Confirmed {
    /// The factor is reset.
    Now,
    /// It will be, then.
    At(DateTime<Utc>),
}

/// Spends a link: the factor is reset, at once or after the delay that applies.
pub async fn confirm(app: &App, confirm: Confirm) -> Result<Confirmed, Stop> {
    app.transact(Actor::User, async |tx| {
        let Some(held) = link::hold(tx, confirm.link).await? else {
            let event = Event::ResetConfirmed { link: LinkRef::gone(confirm.link), effect: None };
            return Ok(Outcome::Refused(Refusal::LinkUnknown, event));
        };
        let subject = held.subject();
        let refused = |refusal| Ok(Outcome::Refused(refusal, Event::ResetConfirmed { link: subject, effect: None }));
        if let Err(refusal) = may_confirm(&held)? {
            return refused(refusal);
        }
        if held.is_permit() && !may_go_on(tx, &held, &confirm.browser_hash).await? {
            return refused(Refusal::NotPossibleNow);
        }
        if app.asks_password(&held)
            && !confirm.password.as_ref().is_some_and(|p| p.fits && p.hash == held.password_hash)
        {
            link::count_try(tx, held.id, TRIES).await?;
            let last = held.tries + 1 >= TRIES;
            return refused(if last { Refusal::NotPossibleNow } else { Refusal::PasswordWrong });
        }
        let from = held.state()?;
        let delay = app.delay_of(&held);
        let step = if delay.is_zero() { Step::Confirm } else { Step::Schedule };
        let to = match from.step(step) {
            Ok(to) => to,
            Err(refusal) => return refused(refusal),
        };
        let pressed = Pressed { browser_hash: &confirm.browser_hash, grant_secret: &confirm.grant_secret };
        let target = target(&held, Some(pressed))?;
        if delay.is_zero() {
            let effect = app.reset(tx, target).await?;
            request::advance(tx, held.request_id, from, to, None).await?;
            Ok(Outcome::Done(Confirmed::Now, Event::ResetConfirmed { link: subject, effect: Some(effect) }))
        } else {
            let due = held.now + delay;
            let Target { account, request, link, .. } = target;
            link::spend(tx, Spent { account, request, link, browser_hash: Some(&confirm.browser_hash) }).await?;
            request::advance(tx, held.request_id, from, to, Some(due)).await?;
            let proposal = if held.protected { Some(propose(app, tx, &held).await?) } else { None };
            if held.is_permit() {
                tell_and_wait(app, tx, &held).await?;
            } else {
                app.post_to_all(tx, target, LetterKind::Scheduled, None).await?;
            }
            Ok(Outcome::Done(Confirmed::At(due), Event::ResetScheduled { link: subject, due, proposal }))
        }
    })
    .await
}

/// Executes a reset whose time has come; false where somebody else did, it was cancelled, or something holds it.
pub async fn execute(app: &App, request_id: Uuid) -> Result<bool, Stop> {
    app.transact(Actor::Worker("executor"), async |tx| {
        let Some(due) = due::hold(tx, request_id).await? else { return Ok(Outcome::Nothing(false)) };
        let from = due.state()?;
        let Ok(to) = from.step(Step::Execute) else { return Ok(Outcome::Nothing(false)) };
        if !due.is_due || due.held {
            return Ok(Outcome::Nothing(false));
        }
        let (request, account, proposal) = (due.request_id, due.account_id, due.proposal);
        if due.locked || !due.has_factor || due.unheard {
            let cancelled = from.step(Step::Cancel).unwrap_or(from);
            request::advance(tx, request, from, cancelled, None).await?;
            if let Some(proposal) = proposal {
                settle::settle(tx, proposal, proposal::State::Cancelled, None).await?;
            }
            if due.unheard {
                request::queue(tx, request, QueueReason::Undeliverable).await?;
            }
            return Ok(Outcome::Done(false, Event::ResetExecuted { request, account, proposal, effect: None }));
        }
        if let Some(address) = &due.new_address {
            settle::change_address(tx, account, 1, address, due.proposed_by).await?;
        }
        let target = Target {
            account,
            request,
            language: due.language()?,
            addresses: due.addresses,
            link: due.link,
            pressed: None,
            former: due.new_address.as_ref().map(|_| due.address.as_str()),
        };
        let effect = app.reset(tx, target).await?;
        request::advance(tx, request, from, to, None).await?;
        if let Some(proposal) = proposal {
            settle::settle(tx, proposal, proposal::State::Done, None).await?;
        }
        Ok(Outcome::Done(true, Event::ResetExecuted { request, account, proposal, effect: Some(effect) }))
    })
    .await
}

/// Whom OK is about.
fn target<'a>(held: &Link, pressed: Option<Pressed<'a>>) -> Result<Target<'a>, Fault> {
    Ok(Target {
        account: held.account_id,
        request: held.request_id,
        language: held.language()?,
        addresses: held.addresses,
        link: Some(held.id),
        pressed,
        former: None,
    })
}

/// A protected account's own reset: somebody of the desk has to agree before its time.
async fn propose(app: &App, tx: &mut Tx, held: &Link) -> Result<Uuid, Fault> {
    let id = random::id();
    let new = NewProposal {
        request: Some(held.request_id),
        life_hours: app.approval_hours(),
        ..NewProposal::of(id, Kind::SelfReset, held.account_id)
    };
    settle::insert(tx, &new).await?;
    request::queue(tx, held.request_id, QueueReason::Manual).await?;
    Ok(id)
}

/// Whether a permission by mail still counts, and for this browser.
async fn may_go_on(tx: &mut Tx, held: &Link, browser_hash: &[u8; 32]) -> Result<bool, Fault> {
    // protected since: two people decide, not a mail
    Ok(!held.protected && permission::is_of(tx, held.request_id, browser_hash).await?)
}

/// Tells every address on file; the reset waits for the hand-over of that notice to the registered one.
async fn tell_and_wait(app: &App, tx: &mut Tx, held: &Link) -> Result<(), Fault> {
    let notice = Post {
        request: Some(held.request_id),
        positions: everywhere(held.addresses),
        ..app.letter(held.account_id, LetterKind::Permitted, held.language()?)
    };
    let link = letter::post(tx, &notice).await?;
    let wait = wait(held.password_hash.is_some()).num_seconds();
    permission::spend(tx, held.request_id, link, i32::try_from(wait).unwrap_or(i32::MAX)).await
}

fn may_confirm(held: &Link) -> Result<Result<(), Refusal>, Fault> {
    if let Err(refusal) = held.times()?.may_confirm(held.now) {
        return Ok(Err(refusal));
    }
    let free = !held.locked && !held.barred && held.held_until.is_none_or(|until| until <= held.now);
    let possible = held.has_factor && free;
    Ok(if possible { Ok(()) } else { Err(Refusal::NotPossibleNow) })
}
