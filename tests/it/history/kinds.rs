//! The bytes of every kind of event, fixed for ever.

mod desk;
mod people;
mod upkeep;

use std::collections::BTreeSet;
use std::fmt::Write as _;

use chrono::DateTime;
use pulih::model::account::UserType;
use pulih::model::event::{
    ActivationEffect, Actor, Attached, Decided, DisableEffect, Dual, Event, Fate, LetterRef, LinkRef, LoginCode,
    LoginPassword, Opened, ProposalRef, Proposed, ResetEffect, kinds,
};
use pulih::model::letter::LetterKind;
use pulih::model::proposal::{Kind, Reason, Verified};
use pulih::model::refusal::Refusal;
use pulih::model::request::Channel;
use sha2::{Digest, Sha256};
use uuid::Uuid;

use super::watch::canonical;

fn id(n: u128) -> Uuid {
    Uuid::from_u128(0x0190_0000_0000_7000_8000_0000_0000_0000 + n)
}

/// One event of each kind, with what makes it differ inside its kind. A new variant does not compile until it is here.
fn samples() -> Vec<(Actor, Option<Refusal>, Event)> {
    let link = LinkRef { link: id(1), request: Some(id(2)), account: Some(id(3)) };
    let letter = LetterRef { letter: id(4), kind: LetterKind::Link, request: Some(id(2)), account: Some(id(3)) };
    let effect =
        ResetEffect { credential: id(5), recovery_codes: 8, sessions: 2, requests: 1, letters: 2, grant: id(6) };
    let due = DateTime::from_timestamp_micros(1_795_300_000_000_001).unwrap();
    let (user, operator) = (Actor::User, Actor::Operator);
    let worker = Actor::Worker("courier");
    let asked = |again| Event::ResetAsked {
        request: id(2),
        reference: "R-7Q4K-2M9D".to_owned(),
        channel: Channel::Web,
        user_type: UserType::NonPenyedia,
        again,
        user_id: "AMANAH7 \"\\\u{7f}é\u{1F511}".to_owned(),
        address: "rina@amanah.example".to_owned(),
        network: "2001:db8::/64".to_owned(),
    };
    let mut all = vec![
        (user, None, asked(None)),
        (user, None, asked(Some(id(7)))),
        (worker, None, Event::ResetMatched { request: id(2), account: id(3), link: Some(id(1)), joined: None }),
        (worker, None, Event::ResetMatched { request: id(2), account: id(3), link: None, joined: Some(id(7)) }),
        (worker, None, Event::ResetUnmatched { request: id(2), account: None, reason: "no-account", hinted: false }),
        (worker, None, Event::MailAccepted { letter, attempts: 3, code: 250 }),
        (worker, None, Event::MailFailed { letter, attempts: 1, code: Some(550) }),
        (worker, None, Event::MailFailed { letter, attempts: 60, code: None }),
        (worker, None, Event::MailDropped { letter }),
        (worker, None, Event::MailParked { letter: LetterRef { request: None, account: None, ..letter } }),
        (user, None, Event::LinkOpened(link)),
        (user, Some(Refusal::LinkUnknown), Event::LinkOpened(LinkRef::gone(id(1)))),
        (worker, None, Event::LinkExpired(link)),
        (user, None, Event::LinkReissued { link, new_link: Some(id(8)), queued: true }),
        (user, Some(Refusal::NoMoreMail), Event::LinkReissued { link, new_link: None, queued: false }),
        (user, None, Event::ResetConfirmed { link, effect: Some(effect) }),
        (user, Some(Refusal::LinkUsed), Event::ResetConfirmed { link, effect: None }),
        (user, None, Event::ResetScheduled { link, due, proposal: None }),
        (worker, None, Event::ResetExecuted { request: id(2), account: id(3), proposal: None, effect: Some(effect) }),
        (worker, None, Event::ResetExecuted { request: id(2), account: id(3), proposal: None, effect: None }),
        (user, None, Event::ResetCancelled { link, requests: 2, held_until: Some(due) }),
        (user, None, Event::ResetDisputed { link, locked: true }),
        (user, None, Event::HelpAsked { request: id(2) }),
        (operator, None, Event::AccountsImported { created: 1_500, unchanged: 2, file_sha256: "ab".repeat(32) }),
        (operator, None, Event::AccountsExported { rows: 9_007_199_254_740_991 }),
        (worker, None, Event::RetentionPurged { requests: 1, links: 2, letters: 3, sessions: 4 }),
    ];
    all.extend(upkeep::samples());
    all.extend(dual());
    all.extend(signing().into_iter().map(|(refusal, event)| (user, refusal, event)));
    all.extend(people::samples());
    all.extend(desk::samples());
    for (_, _, event) in &all {
        match event {
            Event::ResetAsked { .. }
            | Event::ResetMatched { .. }
            | Event::ResetUnmatched { .. }
            | Event::MailAccepted { .. }
            | Event::MailFailed { .. }
            | Event::MailDropped { .. }
            | Event::MailParked { .. }
            | Event::LinkOpened(_)
            | Event::LinkExpired(_)
            | Event::LinkReissued { .. }
            | Event::ResetConfirmed { .. }
            | Event::ResetScheduled { .. }
            | Event::ResetExecuted { .. }
            | Event::ResetCancelled { .. }
            | Event::ResetDisputed { .. }
            | Event::HelpAsked { .. }
            | Event::AccountsImported { .. }
            | Event::AccountsExported { .. }
            | Event::RetentionPurged { .. }
            | Event::LoginPassword(_)
            | Event::LoginCode(_)
            | Event::LoginWarned { .. }
            | Event::SessionEnded { .. }
            | Event::TotpEnrolling { .. }
            | Event::TotpActivated { .. }
            | Event::TotpLinkAsked { .. }
            | Event::TotpDisabled { .. }
            | Event::RecoveryCodesKept { .. }
            | Event::PasswordChanged { .. }
            | Event::AccountDisputed { .. }
            | Event::People(_)
            | Event::Desk(_)
            | Event::Dual(_)
            | Event::Upkeep(_) => {}
        }
    }
    all
}

/// Those of what two people decide: each kind of proposal, whatever may happen to it.
fn dual() -> Vec<(Actor, Option<Refusal>, Event)> {
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
        all.push((staff, Some(Refusal::ProposalOpen), refused));
        for fate in [Fate::Approved, Fate::Rejected, Fate::Withdrawn] {
            all.push((staff, None, decided(kind, fate)));
        }
        all.push((staff, Some(Refusal::ProposalStale), decided(kind, Fate::Approved)));
        all.push((Actor::Worker("sweeper"), None, Event::Dual(Dual::Lapsed(of(kind)))));
    }
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
/// Those of the daily work of the desk.
fn desk() -> Vec<(Actor, Option<Refusal>, Event)> {
    let case = CaseRef { case: id(20), request: id(2), account: Some(id(3)) };
    let due = DateTime::from_timestamp_micros(1_795_300_000_000_001).unwrap();
    let (reference, text) = ("R-7Q4K-2M9D".to_owned(), "Sudah ditelepon.".to_owned());
    let (name, staff) = ("Jam HP".to_owned(), id(21));
    let days = || vec!["2026-12-25 Natal".to_owned()];
    let clerk = vec![
        Desk::Opened { case, reference, reason: Reason::Late, due, again: true },
        Desk::Joined { case, joined: id(7), reason: Reason::Help },
        Desk::ClosedItself { case, ending: Ending::Reset },
    ];
    let done = vec![
        Desk::Taken { case: CaseRef { account: None, ..case }, from: Some(id(22)) },
        Desk::Released(case),
        Desk::Assigned { case, to: id(22), from: None },
        Desk::Waiting(case),
        Desk::Resumed { case, due: Some(due) },
        Desk::Noted { case, entry: Some(id(23)), text: text.clone() },
        Desk::Replied { case, entry: Some(id(23)), canned: Some((name.clone(), 2)), text: text.clone() },
        Desk::LinkSent { case, link: Some(id(1)), for_request: Some(id(7)) },
        Desk::Undone { case, what: "spam" },
        Desk::Rejected { case, requests: 2, entry: Some(id(23)), text: text.clone() },
        Desk::Closed { case, ending: Ending::Spam, requests: 0, entry: None, text: None },
        Desk::Closed { case, ending: Ending::Answered, requests: 1, entry: Some(id(23)), text: Some(text.clone()) },
        Desk::Revealed { case, reason: text.clone() },
        Desk::Settled(Settled::CannedChanged { name: name.clone(), version: 2, sha256: "ab".repeat(32) }),
        Desk::Settled(Settled::CannedRetired { name, version: 2 }),
        Desk::Settled(Settled::HoursChanged { version: 1, before: json!(["08:00-16:00"]), after: json!([""]) }),
        Desk::Settled(Settled::HolidaysChanged { version: 1, removed: Vec::new(), added: days() }),
    ];
    let refused = vec![
        Desk::Taken { case, from: None },
        Desk::Resumed { case, due: None },
        Desk::Replied { case, entry: None, canned: None, text },
        Desk::LinkSent { case, link: None, for_request: None },
    ];
    let by = |actor, refusal| move |desk| (actor, refusal, Event::Desk(desk));
    clerk
        .into_iter()
        .map(by(Actor::Worker("clerk"), None))
        .chain(done.into_iter().map(by(Actor::Staff(staff), None)))
        .chain(refused.into_iter().map(by(Actor::Staff(staff), Some(Refusal::ChangedMeanwhile))))
        .collect()
}

/// Those of sign-in and activation.
fn signing() -> Vec<(Option<Refusal>, Event)> {
    let account = id(3);
    let password = |account, opened| {
        Event::LoginPassword(LoginPassword {
            account,
            user_type: UserType::Penyedia,
            user_id: "AMANAH7".to_owned(),
            network: "2001:db8::/64".to_owned(),
            opened,
        })
    };
    let code = |method, clock_seconds, rose_to| {
        Event::LoginCode(LoginCode {
            account,
            session: id(9),
            method,
            clock_seconds,
            known_browser: true,
            in_row: 3,
            rose_to,
            network: "2001:db8::/64".to_owned(),
        })
    };
    let opened = Opened { session: id(9), next: "activate", rehashed: true, enrolment: Some(id(11)) };
    let activation =
        ActivationEffect { grant: Some(id(6)), recovery_codes: 10, session: id(10), sessions: 1, letters: 2 };
    let disabled = DisableEffect { credential: id(5), recovery_codes: 9, sessions: 2, grant: id(6), letters: 1 };
    let link = LinkRef { link: id(1), request: None, account: Some(account) };
    vec![
        (None, password(Some(account), Some(opened))),
        (Some(Refusal::LoginWrong), password(None, None)),
        (None, code("totp", None, Some(id(10)))),
        (Some(Refusal::CodeElsewhere(-240)), code("totp", Some(-240), None)),
        (Some(Refusal::CodeWrong), code("recovery", None, None)),
        (None, Event::LoginWarned { account, in_row: 10 }),
        (None, Event::SessionEnded { account, sessions: 2, own: false }),
        (None, Event::TotpEnrolling { account, enrolment: Some(id(11)), grant: Some(id(6)) }),
        (Some(Refusal::GrantRequired), Event::TotpEnrolling { account, enrolment: None, grant: None }),
        (None, Event::TotpActivated { account, enrolment: id(11), effect: Some(activation) }),
        (Some(Refusal::CodeWrong), Event::TotpActivated { account, enrolment: id(11), effect: None }),
        (None, Event::TotpLinkAsked { account, grant: Some(id(6)) }),
        (None, Event::TotpDisabled { account, effect: Some(disabled) }),
        (Some(Refusal::PasswordWrong), Event::TotpDisabled { account, effect: None }),
        (None, Event::RecoveryCodesKept { account, credential: id(5) }),
        (None, Event::PasswordChanged { account, sessions: 1 }),
        (None, Event::AccountDisputed { link, letter: "activated".to_owned() }),
    ]
}

#[test]
fn the_list_of_kinds_is_whole() {
    let samples: BTreeSet<_> = samples().iter().map(|(_, _, event)| event.kind()).collect();
    assert_eq!(samples, kinds().collect());
    assert_eq!(samples.len(), kinds().count(), "a kind is listed twice");
    let told = include_str!("../../../docs/events.md");
    for kind in kinds() {
        assert!(told.contains(&format!("`{kind}`")), "docs/events.md does not tell of {kind}");
    }
}

#[test]
fn an_event_hashes_the_same_for_ever() {
    let at = DateTime::from_timestamp_micros(1_795_212_345_678_901).unwrap();
    let mut book = String::new();
    for (actor, refusal, event) in samples() {
        let record = event.record(actor, refusal, id(0), at, [7; 32]).unwrap();
        assert_eq!(canonical(&serde_json::from_str(&record.body).unwrap()), record.body);
        let hash = data_encoding::HEXLOWER.encode(&Sha256::digest(&record.body));
        writeln!(book, "{hash}\n{}", record.body).unwrap();
    }
    insta::assert_snapshot!(book);
}
