//! What two people decide.

use chrono::DateTime;
use pulih::model::erasure::{Counts, Erased, Ground};
use pulih::model::event::{Actor, Attached, Decided, Dual, Event, Fate, LinkRef, ProposalRef, Proposed};
use pulih::model::proposal::{Kind, Reason, Verified};
use pulih::model::refusal::Refusal;

use super::id;

pub fn samples() -> Vec<(Actor, Option<Refusal>, Event)> {
    let (staff, due) = (Actor::Staff(id(13)), DateTime::from_timestamp_micros(1_795_300_000_000_001));
    let of = |kind| ProposalRef { proposal: Some(id(12)), kind, account: Some(id(3)), request: Some(id(2)) };
    let decided = |kind, fate| {
        Event::Dual(Dual::Decided(Decided {
            of: of(kind),
            fate,
            approvals: 1,
            due,
            done: false,
            shown_sha256: "cd".repeat(32),
            reason: "Sudah diperiksa.".to_owned(),
            erased: None,
        }))
    };
    let executed = Event::ResetExecuted { request: id(2), account: id(3), proposal: Some(id(12)), effect: None };
    let mut all = vec![(Actor::Worker("executor"), None, executed)];
    for kind in [Kind::Reset, Kind::Address, Kind::Protect, Kind::Unlock, Kind::Overwrite] {
        let proposed = |of, words| Proposed {
            of,
            reason: Some(Reason::DeviceLost),
            verified: Some(Verified::CallBack),
            mailbox_lost: true,
            urgent: false,
            needed: 1,
            words,
        };
        let words = vec![("evidence", "TIKET-1".to_owned()), ("note", String::new())];
        all.push((staff, None, Event::Dual(Dual::Proposed(proposed(of(kind), words)))));
        let none = ProposalRef { proposal: None, kind, account: Some(id(3)), request: None };
        let refused = Event::Dual(Dual::Proposed(proposed(none, Vec::new())));
        all.push((staff, Some(Refusal::ProposalThere), refused));
        for fate in [Fate::Approved, Fate::Rejected, Fate::Withdrawn] {
            all.push((staff, None, decided(kind, fate)));
        }
        all.push((staff, Some(Refusal::ChangedMeanwhile), decided(kind, Fate::Approved)));
        all.push((Actor::Worker("sweeper"), None, Event::Dual(Dual::Lapsed(of(kind)))));
    }
    all.extend(erasures());
    for fate in [Fate::Cancelled, Fate::Upheld, Fate::Dismissed] {
        all.push((staff, None, decided(Kind::SelfReset, fate)));
    }
    let attached = |file| {
        Event::Dual(Dual::Attached(Attached {
            of: of(Kind::Reset),
            file,
            bytes: 1_024,
            sha256: [9; 32],
            name: "surat.pdf".to_owned(),
        }))
    };
    all.push((staff, None, attached(Some(id(14)))));
    all.push((staff, Some(Refusal::FormInvalid), attached(None)));
    all.push((Actor::Worker("sweeper"), None, Event::Dual(Dual::Forgotten { files: 3 })));
    for contested in [false, true] {
        let link = LinkRef { link: id(1), request: Some(id(2)), account: Some(id(3)) };
        let event = Dual::Cancelled { link, proposal: Some(id(12)), contested, letters: 2 };
        all.push((Actor::User, None, Event::Dual(event)));
    }
    all
}

/// An erasure, which is between an admin and an auditor.
fn erasures() -> Vec<(Actor, Option<Refusal>, Event)> {
    let staff = Actor::Staff(id(13));
    let of = |proposal| ProposalRef { proposal, kind: Kind::Erase, account: Some(id(3)), request: None };
    let proposed = |proposal| {
        let (evidence, note) = ("12/Pdt/2026".to_owned(), String::new());
        Event::Dual(Dual::ErasureProposed { of: of(proposal), ground: Ground::Asked, evidence, note })
    };
    let counts =
        Counts { events: 41, requests: 3, letters: 12, mails: 2, notes: 4, addresses: 2, files: 1, proposals: 1 };
    let erased = Erased { counts, others: [0xab; 32] };
    let decided = |fate, erased: Option<Erased>| {
        Event::Dual(Dual::Decided(Decided {
            of: of(Some(id(12))),
            fate,
            approvals: usize::from(fate == Fate::Approved),
            due: None,
            done: erased.is_some(),
            shown_sha256: "cd".repeat(32),
            reason: if fate == Fate::Approved { String::new() } else { "Belum berdasar.".to_owned() },
            erased,
        }))
    };
    vec![
        (staff, None, proposed(Some(id(12)))),
        (staff, Some(Refusal::NotPossibleNow), proposed(None)),
        (staff, None, decided(Fate::Approved, Some(erased))),
        (staff, Some(Refusal::ChangedMeanwhile), decided(Fate::Approved, None)),
        (staff, None, decided(Fate::Rejected, None)),
        (staff, Some(Refusal::ReasonMissing), decided(Fate::Rejected, None)),
        (staff, None, decided(Fate::Withdrawn, None)),
        (Actor::Worker("sweeper"), None, Event::Dual(Dual::Lapsed(of(Some(id(12)))))),
    ]
}
