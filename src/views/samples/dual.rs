//! Samples of what two people decide.

use super::desk::desk;
use super::{Frame, REFERENCE, Sample, add, at};
use crate::i18n::Lang;
use crate::model::account::UserType;
use crate::model::dual::Tie;
use crate::model::proposal::{Kind, Obstacle, Reason, State, Verdict, Verified};
use crate::model::refusal::Refusal;
use crate::views::cancel;
use crate::views::staff::propose::{Flaw, Typed};
use crate::views::staff::{Desk, Room, approval, approvals, propose};

pub(super) fn pages(lang: Lang, out: &mut Vec<Sample>) {
    let Some(desk) = desk(lang, Room::Approvals) else { return };
    let desk = Desk { frame: Frame { path: "/staff/approvals".to_owned(), ..desk.frame.clone() }, ..desk };
    forms(&desk, out);
    list(&desk, out);
    details(&desk, out);
    cancels(&desk.frame, out);
}

fn forms(desk: &Desk, out: &mut Vec<Sample>) {
    let data = |kind| propose::Data {
        kind,
        action: "/staff/accounts/0198f0aa/reset".to_owned(),
        user_id_masked: "A•••7".to_owned(),
        name: "Rina Amanah".to_owned(),
        user_type: UserType::Penyedia,
        addresses: vec!["r•••@g•••.com".to_owned(), "k•••@a•••.example".to_owned()],
        careful: true,
        protected: false,
        form: "form-sample".to_owned(),
        typed: Typed::default(),
        flaws: Vec::new(),
        obstacle: None,
    };
    for kind in [Kind::Reset, Kind::Address, Kind::Protect, Kind::Unprotect, Kind::Unlock] {
        add(out, &format!("propose-{}", kind.code()), propose::page(desk, &data(kind)));
    }
    for &obstacle in Obstacle::ALL {
        let held = propose::Data { obstacle: Some(obstacle), protected: true, ..data(Kind::Reset) };
        add(out, &format!("propose-held-{}", obstacle.code()), propose::page(desk, &held));
    }
    let flaws = vec![
        Flaw::Reason,
        Flaw::Verified,
        Flaw::Evidence,
        Flaw::Note,
        Flaw::Number,
        Flaw::CalledAt,
        Flaw::Address,
        Flaw::UserId,
        Flaw::Refused(Refusal::CodeWrong),
    ];
    let typed = Typed {
        reason: Some(Reason::MailboxLost),
        verified: Some(Verified::CallBack),
        evidence: "TIKET-2026-114".to_owned(),
        mailbox_lost: true,
        urgent: true,
        ..Typed::default()
    };
    add(out, "propose-trouble-all", propose::page(desk, &propose::Data { typed, flaws, ..data(Kind::Reset) }));
}

fn list(desk: &Desk, out: &mut Vec<Sample>) {
    let row = |(nth, kind): (i64, Kind)| approvals::Row {
        path: "/staff/approvals/0198f0aa".to_owned(),
        kind,
        state: State::ALL[usize::try_from(nth).unwrap_or_default() % 3],
        about: "A•••7".to_owned(),
        proposer: (kind != Kind::SelfReset).then(|| "Rina Wijaya".to_owned()),
        until: at(nth * 60),
        approvals: (1, if nth % 2 == 0 { 2 } else { 1 }),
        urgent: nth == 0,
        tie: Tie::ALL.get(usize::try_from(nth).unwrap_or_default()).copied(),
    };
    let rows: Vec<_> = (0..).zip(Kind::ALL.iter().copied()).map(row).collect();
    add(out, "approvals", approvals::page(desk, &rows));
    add(out, "approvals-empty", approvals::page(desk, &[]));
}

fn details(desk: &Desk, out: &mut Vec<Sample>) {
    let data = |kind, state| approval::Data {
        action: "/staff/approvals/0198f0aa".to_owned(),
        kind,
        state,
        erases: (kind == Kind::Erase).then(|| super::erase::outlook(state)),
        user_id: "AMANAH7".to_owned(),
        addresses: vec!["r•••@g•••.com".to_owned()],
        flags: (false, false),
        reference: Some(REFERENCE.to_owned()),
        proposer: Some("Rina Wijaya".to_owned()),
        proposed_at: at(-60),
        expires_at: at(2820),
        due_at: None,
        reason: Some(if kind == Kind::Erase { "asked" } else { Reason::DeviceLost.code() }.to_owned()),
        verified: Some(Verified::CallBack.code().to_owned()),
        evidence: Some("TIKET-2026-114".to_owned()),
        called: Some(("021 555 0101".to_owned(), Some(at(-90)))),
        note: "HP hilang di kereta.".to_owned(),
        mailbox_lost: false,
        urgent: false,
        new_address: None,
        columns: (kind == Kind::Overwrite).then(|| "name, email".to_owned()),
        approvals: (0, 1),
        files: vec![("/staff/approvals/0198f0aa/files/0198f0ab".to_owned(), "surat.pdf".to_owned(), 212)],
        attach: Some("/staff/approvals/0198f0aa/files".to_owned()),
        said: Vec::new(),
        shown: "ab".repeat(32),
        may: vec![Verdict::Approve, Verdict::Reject],
        tie: None,
        typed: String::new(),
        trouble: None,
    };
    for kind in Kind::ALL.iter().copied().filter(|kind| !kind.is_staff()) {
        add(out, &format!("approval-{}", kind.code()), approval::page(desk, &data(kind, State::Proposed)));
    }
    for &state in State::ALL {
        let said = Verdict::ALL
            .iter()
            .map(|v| ("Budi Santoso".to_owned(), v.code().to_owned(), "Sudah diperiksa.".to_owned(), at(-5)))
            .collect();
        let may = Verdict::ALL.iter().copied().filter(|v| v.fits(state)).collect();
        let all = approval::Data {
            flags: (true, true),
            due_at: Some(at(10_080)),
            mailbox_lost: true,
            urgent: true,
            new_address: Some("rina.baru@amanah.example".to_owned()),
            approvals: (1, 2),
            said,
            may,
            ..data(Kind::Reset, state)
        };
        add(out, &format!("approval-at-{}", state.code()), approval::page(desk, &all));
    }
    for tie in Tie::ALL {
        let tied = approval::Data { tie: Some(tie), may: Vec::new(), ..data(Kind::Reset, State::Proposed) };
        add(out, &format!("approval-tied-{}", tie.code()), approval::page(desk, &tied));
    }
    let wrong = approval::Data { trouble: Some(Refusal::CodeWrong), ..data(Kind::Reset, State::Proposed) };
    add(out, "approval-trouble-code", approval::page(desk, &wrong));
    let over =
        approval::Data { trouble: Some(Refusal::ProposalGone), may: Vec::new(), ..data(Kind::Reset, State::Expired) };
    add(out, "approval-over", approval::page(desk, &over));
}

fn cancels(f: &Frame, out: &mut Vec<Sample>) {
    let f = Frame { path: "/cancel".to_owned(), ..f.clone() };
    for contests in [false, true] {
        let link = || "0198f0aa".to_owned();
        for (name, stage) in [
            ("first", cancel::Stage::First { link: link() }),
            ("second", cancel::Stage::Second { link: link() }),
            ("done", cancel::Stage::Done),
        ] {
            let data = cancel::Data {
                user_id_masked: "A•••7".to_owned(),
                reference: REFERENCE.to_owned(),
                due_at: Some(at(1440)),
                contests,
                stage,
            };
            let kind = if contests { "contest" } else { "cancel" };
            add(out, &format!("stop-{kind}-{name}"), cancel::page(&f, &data));
        }
    }
}
