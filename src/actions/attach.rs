//! A file that proves what a proposal says is brought by who proposed it, and forgotten when its time is over.

use uuid::Uuid;

use crate::app::staff::{Helpdesk, Proof};
use crate::app::{App, Outcome};
use crate::base::keyring::Purpose;
use crate::base::{random, seal, secret_hash};
use crate::model::event::{Actor, Attached, Dual, Event, ProposalRef};
use crate::model::proposal::{FILE_MAX, FILES_MAX, Kind, Media, State};
use crate::model::refusal::{Refusal, Stop};
use crate::store::proposal::file::{self, NewFile};
use crate::store::proposal::{self, Proposal};

/// Files forgotten at once.
const BATCH: i64 = 200;

/// Whether somebody may bring a file for that proposal now.
pub fn may_attach(proposal: &Proposal, staff: Uuid) -> bool {
    // what somebody agreed to already stays as they saw it
    let open = proposal.state().is_ok_and(|state| state == State::Proposed) && proposal.approvals.is_empty();
    let open = open && !proposal.is_over();
    open && proposal.proposed_by == Some(staff) && proposal.files.len() < FILES_MAX
}

/// Keeps a file with a proposal of one's own that nobody decided about yet.
pub async fn attach(app: &App, proof: Helpdesk, proposal: Uuid, name: &str, bytes: &[u8]) -> Result<Uuid, Stop> {
    let (id, sha256) = (random::id(), secret_hash(bytes));
    let sealed = seal::seal(app.keys().of(Purpose::Seal), id, bytes)?;
    app.transact(Actor::Staff(proof.by().staff()), async |tx| {
        let length = i64::try_from(bytes.len()).unwrap_or(i64::MAX);
        let of = ProposalRef { proposal: Some(proposal), kind: Kind::Reset, account: None, request: None };
        let mut told = Attached { of, file: None, bytes: length, sha256, name: name.to_owned() };
        let refused = |told, refusal| Ok(Outcome::Refused(refusal, Event::Dual(Dual::Attached(told))));
        let Some(present) = app.still(tx, proof).await? else { return refused(told, Refusal::StaffSignInFirst) };
        let Some(held) = proposal::hold(tx, proposal).await? else { return refused(told, Refusal::NotFound) };
        told.of = held.subject()?;
        if held.proposed_by != Some(present.id) {
            return refused(told, Refusal::NotFound);
        }
        if !may_attach(&held, present.id) {
            return refused(told, Refusal::ProposalGone);
        }
        let Some(media) = Media::of(bytes).filter(|_| bytes.len() <= FILE_MAX) else {
            return refused(told, Refusal::FormInvalid);
        };
        let new =
            NewFile { id, proposal, name, media, bytes: length, sha256: &sha256, sealed: &sealed, by: present.id };
        file::keep(tx, new).await?;
        told.file = Some(id);
        Ok(Outcome::Done(id, Event::Dual(Dual::Attached(told))))
    })
    .await
}

/// Forgets files that are past their retention; false where there were none.
pub async fn forget(app: &App) -> Result<bool, Stop> {
    let days = i32::try_from(app.config().retention.evidence_days).unwrap_or(i32::MAX);
    app.transact(Actor::Worker("sweeper"), async |tx| {
        let files = file::forget(tx, days, BATCH).await?;
        if files == 0 {
            return Ok(Outcome::Nothing(false));
        }
        Ok(Outcome::Done(true, Event::Dual(Dual::Forgotten { files })))
    })
    .await
}
