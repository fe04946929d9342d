//! Proposing what somebody else has to agree to: a manual reset, an address, the protected flag, an unlock.

use chrono::{DateTime, Utc};
use serde_json::{Value, json};
use uuid::Uuid;

use crate::app::staff::{Helpdesk, Proof};
use crate::app::{App, Outcome};
use crate::base::{crockford, random};
use crate::model::event::{Actor, Dual, Event, ProposalRef, Proposed};
use crate::model::proposal::{Kind, Obstacle, Reason, Verified};
use crate::model::refusal::{Refusal, Stop};
use crate::store::proposal::settle::{self, NewProposal};
use crate::store::proposal::subject::{self, Subject};

/// What is proposed.
#[derive(Clone, Debug)]
pub struct Propose {
    /// The form, which becomes the proposal: one form is one proposal.
    pub id: Uuid,
    /// What.
    pub kind: Kind,
    /// For whom.
    pub account: Uuid,
    /// Why.
    pub reason: Option<Reason>,
    /// How the person was verified.
    pub verified: Option<Verified>,
    /// Ticket or letter number.
    pub evidence: String,
    /// What else is to say.
    pub note: String,
    /// The number that was called, and when.
    pub called: Option<(String, DateTime<Utc>)>,
    /// The address that is to be the registered one. With a reset: the mailbox is said to be lost.
    pub address: Option<String>,
    /// Whether it is urgent.
    pub urgent: bool,
    /// A fresh code of one's own TOTP.
    pub code: String,
}

impl Propose {
    fn mailbox_lost(&self) -> bool {
        self.kind == Kind::Reset && self.address.is_some()
    }

    /// Whether it says what its kind has to say.
    fn is_whole(&self) -> bool {
        let verified = self.verified.is_some() && !self.evidence.is_empty();
        match self.kind {
            Kind::Reset => verified && self.reason.is_some() && (!self.urgent || self.called.is_some()),
            Kind::Address => verified && self.address.is_some(),
            Kind::Unlock => verified,
            Kind::Protect | Kind::Unprotect => !self.note.is_empty(),
            _ => false,
        }
    }

    fn told(&self) -> Proposed {
        let number = self.called.as_ref().map(|(number, _)| number.clone()).unwrap_or_default();
        Proposed {
            of: ProposalRef { proposal: None, kind: self.kind, account: None, request: None },
            reason: self.reason,
            verified: self.verified,
            mailbox_lost: self.mailbox_lost(),
            urgent: self.urgent,
            needed: self.kind.needed(self.urgent),
            words: vec![
                ("evidence", self.evidence.clone()),
                ("note", self.note.clone()),
                ("called_number", number),
                ("address", self.address.clone().unwrap_or_default()),
            ],
        }
    }
}

/// What keeps it from being proposed for that account now.
pub fn obstacle(kind: Kind, account: &Subject) -> Option<Obstacle> {
    let open = |kind: Kind| account.open.iter().any(|open| open == kind.code());
    match kind {
        _ if open(kind) => Some(Obstacle::Open),
        // nobody is behind it any more
        _ if account.erased => Some(Obstacle::Locked),
        // what was agreed to for one address is not done with another
        Kind::Reset if open(Kind::Address) => Some(Obstacle::Open),
        Kind::Address if open(Kind::Reset) || open(Kind::SelfReset) => Some(Obstacle::Open),
        Kind::Reset if account.frozen => Some(Obstacle::Frozen),
        Kind::Reset | Kind::Address if account.locked => Some(Obstacle::Locked),
        Kind::Reset if account.held => Some(Obstacle::Held),
        Kind::Reset if !account.has_factor => Some(Obstacle::NoFactor),
        Kind::Protect if account.protected => Some(Obstacle::Already),
        Kind::Unprotect if !account.protected => Some(Obstacle::Already),
        Kind::Unlock if !account.disputed => Some(Obstacle::NotDisputed),
        _ => None,
    }
}

/// Proposes it; a manual reset gets a request of its own. Returns the proposal.
pub async fn propose(app: &App, proof: Helpdesk, propose: &Propose) -> Result<Uuid, Stop> {
    let reference = crockford::reference()?;
    let (kind, mut told) = (propose.kind, propose.told());
    app.transact(Actor::Staff(proof.by().staff()), async |tx| {
        let refused = |told: Proposed, refusal| Ok(Outcome::Refused(refusal, Event::Dual(Dual::Proposed(told))));
        let by = match app.step_up(tx, proof, &propose.code).await? {
            Ok(present) => present.id,
            Err(refusal) => return refused(told, refusal),
        };
        let Some(account) = subject::hold(tx, propose.account).await? else {
            return refused(told, Refusal::NotFound);
        };
        told.of.account = Some(account.id);
        match obstacle(kind, &account) {
            Some(Obstacle::Open) => return refused(told, Refusal::ProposalThere),
            Some(_) => return refused(told, Refusal::NotPossibleNow),
            None if !propose.is_whole() => return refused(told, Refusal::FormInvalid),
            None => {}
        }
        let request = (kind == Kind::Reset).then(random::id);
        if let Some(request) = request {
            settle::insert_request(tx, request, &reference, propose.id, account.id).await?;
        }
        let change: Option<Value> = propose.address.as_ref().map(|address| json!({ "address": address }));
        let new = NewProposal {
            request,
            reason: propose.reason.map(Reason::code),
            verified: propose.verified,
            evidence: Some(propose.evidence.as_str()).filter(|words| !words.is_empty()),
            note: &propose.note,
            called: propose.called.as_ref().map(|(number, at)| (number.as_str(), *at)),
            mailbox_lost: propose.mailbox_lost(),
            urgent: propose.urgent,
            change: change.as_ref(),
            needed: told.needed,
            by: Some(by),
            life_hours: app.approval_hours(),
            ..NewProposal::of(propose.id, kind, account.id)
        };
        if propose.mailbox_lost() {
            // whoever holds that mailbox does not reset first
            settle::end_links(tx, account.id).await?;
        }
        settle::insert(tx, &new).await?;
        (told.of.proposal, told.of.request) = (Some(propose.id), request);
        Ok(Outcome::Done(propose.id, Event::Dual(Dual::Proposed(told))))
    })
    .await
}
