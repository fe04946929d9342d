//! The bytes of every kind of event, fixed for ever.

mod audit;
mod desk;
mod dual;
mod inbound;
mod people;
mod portal;
mod upkeep;

use std::collections::BTreeSet;
use std::fmt::Write as _;

use chrono::DateTime;
use pulih::i18n::Lang;
use pulih::model::account::UserType;
use pulih::model::event::{
    ActivationEffect, Actor, DisableEffect, Event, LetterRef, LinkRef, LoginCode, LoginPassword, Opened, ResetEffect,
    kinds,
};
use pulih::model::letter::LetterKind;
use pulih::model::refusal::Refusal;
use pulih::model::request::Channel;
use serde_json::Value;
use sha2::{Digest, Sha256};
use uuid::Uuid;

use super::watch::canonical;

fn id(n: u128) -> Uuid {
    Uuid::from_u128(0x0190_0000_0000_7000_8000_0000_0000_0000 + n)
}

/// One event of each kind, with what makes it differ inside its kind. A new variant does not compile until it is here.
#[allow(clippy::too_many_lines, reason = "a list of what may happen")]
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
        network: Some("2001:db8::/64".to_owned()),
    };
    let mut all = vec![
        (user, None, asked(None)),
        (user, None, asked(Some(id(7)))),
        (worker, None, Event::ResetMatched { request: id(2), account: id(3), link: Some(id(1)), joined: None }),
        (worker, None, Event::ResetMatched { request: id(2), account: id(3), link: None, joined: Some(id(7)) }),
        (
            worker,
            None,
            Event::ResetUnmatched { request: id(2), account: None, reason: "no-account", hinted: false, grant: None },
        ),
        (
            worker,
            None,
            Event::ResetUnmatched {
                request: id(2),
                account: Some(id(3)),
                reason: "no-factor",
                hinted: true,
                grant: Some(id(6)),
            },
        ),
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
    all.extend(portal::samples());
    all.extend(inbound::samples());
    all.extend(audit::samples());
    all.extend(dual::samples());
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
            | Event::Upkeep(_)
            | Event::Inbound(_)
            | Event::Audit(_)
            | Event::Portal(_) => {}
        }
    }
    all
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
        ActivationEffect { grant: Some(id(6)), recovery_codes: 10, session: Some(id(10)), sessions: 1, letters: 2 };
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
fn whatever_an_event_says_has_words() {
    for lang in Lang::ALL {
        for (actor, refusal, event) in samples() {
            let record = event.record(actor, refusal, id(0), DateTime::UNIX_EPOCH, [7; 32]).unwrap();
            let body: Value = serde_json::from_str(&record.body).unwrap();
            for (place, word) in [("facts", "fact"), ("personal", "detail")] {
                for name in body[place].as_object().into_iter().flat_map(|all| all.keys()) {
                    let key = format!("{word}-{}", name.replace('_', "-"));
                    assert!(lang.known(&key).is_some(), "{lang:?} has no {key}: {}", record.body);
                }
            }
        }
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
