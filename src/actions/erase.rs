//! Proposing that a person's details are erased; an auditor decides.

use uuid::Uuid;

use crate::app::staff::{Admin, Proof};
use crate::app::{App, Outcome};
use crate::model::erasure::{Ground, is_reference, names};
use crate::model::event::{Actor, Dual, Event, ProposalRef};
use crate::model::letter::LetterKind;
use crate::model::proposal::{Kind, Obstacle};
use crate::model::refusal::{Refusal, Stop};
use crate::store::erasure::{self, Outlook};
use crate::store::letter;
use crate::store::proposal::settle::{self, NewProposal};
use crate::store::proposal::subject::{self, Subject};
use crate::store::staff::people;

/// What is proposed.
#[derive(Clone, Debug)]
pub struct Erase {
    /// The form, which becomes the proposal: one form is one proposal.
    pub id: Uuid,
    /// Whose details.
    pub account: Uuid,
    /// Why.
    pub ground: Ground,
    /// The number of the legal document.
    pub evidence: String,
    /// What else is to say.
    pub note: String,
    /// A fresh code of one's own TOTP.
    pub code: String,
}

/// What keeps it from being proposed for that account now.
pub fn obstacle(account: &Subject, outlook: &Outlook) -> Option<Obstacle> {
    match account.open.iter().any(|open| open == Kind::Erase.code()) {
        true => Some(Obstacle::Open),
        false if account.erased => Some(Obstacle::Already),
        false => outlook.hindrance.any().then_some(Obstacle::UnderWay),
    }
}

/// Proposes it. Returns the proposal.
pub async fn propose(app: &App, proof: Admin, erase: &Erase) -> Result<Uuid, Stop> {
    app.transact(Actor::Staff(proof.by().staff()), async |tx| {
        let mut of = ProposalRef { proposal: None, kind: Kind::Erase, account: None, request: None };
        let told = |of| {
            let (evidence, note) = (erase.evidence.clone(), erase.note.clone());
            Event::Dual(Dual::ErasureProposed { of, ground: erase.ground, evidence, note })
        };
        let by = match app.step_up(tx, proof, &erase.code).await? {
            Ok(present) => present.id,
            Err(refusal) => return Ok(Outcome::Refused(refusal, told(of))),
        };
        let Some(account) = subject::hold(tx, erase.account).await? else {
            return Ok(Outcome::Refused(Refusal::NotFound, told(of)));
        };
        of.account = Some(account.id);
        let outlook = erasure::outlook_held(tx, account.id).await?;
        let named = |text: &str| names(text, &account.user_id, &account.name, &account.addresses);
        match obstacle(&account, &outlook) {
            Some(Obstacle::Open) => return Ok(Outcome::Refused(Refusal::ProposalThere, told(of))),
            Some(_) => return Ok(Outcome::Refused(Refusal::NotPossibleNow, told(of))),
            None if named(&erase.evidence) || !is_reference(&erase.evidence) => {
                return Ok(Outcome::Refused(Refusal::FormInvalid, told(of)));
            }
            None => {}
        }
        let new = NewProposal {
            reason: Some(erase.ground.code()),
            evidence: Some(&erase.evidence),
            note: &erase.note,
            by: Some(by),
            life_hours: app.approval_hours(),
            ..NewProposal::of(erase.id, Kind::Erase, account.id)
        };
        settle::insert(tx, &new).await?;
        // one admin and one auditor are enough to erase: every auditor hears of it before. The letter is of the auditors and
        // not of the account, or it would go with it and hold it up
        let (told_of, auditors) = (format!("erase:{}", erase.evidence), people::auditors(tx).await?);
        letter::post_staff(tx, LetterKind::StaffNotice, &auditors, Some(&told_of), None).await?;
        of.proposal = Some(erase.id);
        Ok(Outcome::Done(erase.id, told(of)))
    })
    .await
}
