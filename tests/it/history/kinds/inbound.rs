//! Mail that comes in.

use pulih::model::event::{Actor, Event, Inbound, LetterRef, MailRef};
use pulih::model::inbound::{Automatic, Box, Kind, Park, Reason, Source, Verdict};
use pulih::model::letter::LetterKind;
use pulih::model::refusal::Refusal;

use super::id;

pub fn samples() -> Vec<(Actor, Option<Refusal>, Event)> {
    let (worker, staff) = (Actor::Worker("reader"), Actor::Staff(id(11)));
    let mail = id(20);
    let of = MailRef { mail, request: Some(id(2)), case: Some(id(21)), account: Some(id(3)) };
    let letter = LetterRef { letter: id(4), kind: LetterKind::Link, request: Some(id(2)), account: Some(id(3)) };
    let read = |automatic| Inbound::Read {
        of,
        kind: Kind::Request,
        place: Box::Queue,
        verdict: Verdict::Check,
        reasons: vec![Reason::SpfOnly, Reason::ReplyToDiffers],
        automatic,
        matches: 2,
        letters: 1,
        from: "rina@amanah.example".to_owned(),
        subject: "Reset TOTP".to_owned(),
    };
    let linked = |link| Inbound::Linked { of, link, verdict: Verdict::Verified, note: "ditelepon".to_owned() };
    let sha256 = "ab".repeat(32);
    let all = vec![
        (worker, None, Inbound::Taken { mail, source: Source::Imap, bytes: 4_321, sha256: sha256.clone() }),
        (worker, None, read(None)),
        (worker, None, read(Some(Automatic::List))),
        (worker, None, Inbound::Parked { mail, reason: Park::TooManyParts }),
        (staff, None, Inbound::Moved { of, from: Box::Quarantine, to: Box::Spam }),
        (staff, None, Inbound::Placed { of }),
        (staff, None, linked(Some(id(1)))),
        (staff, Some(Refusal::CodeWrong), linked(None)),
        (staff, None, Inbound::Answered { of, letter: Some(id(4)), registered: true }),
        (staff, None, Inbound::Shown { of, what: "raw", sha256 }),
        (
            worker,
            None,
            Inbound::Bounced { mail, letter, action: "failed".to_owned(), status: "5.1.1".to_owned(), suspect: true },
        ),
        (worker, None, Inbound::Purged { mails: 3 }),
        (worker, None, Inbound::PermissionGranted { of, permission: id(22) }),
        (worker, None, Inbound::PermissionRefused { of, why: "date" }),
        (Actor::User, None, Inbound::PermissionUsed { of, link: Some(id(1)) }),
        (Actor::User, Some(Refusal::PasswordWrong), Inbound::PermissionUsed { of, link: None }),
    ];
    all.into_iter().map(|(actor, refusal, event)| (actor, refusal, Event::Inbound(event))).collect()
}
