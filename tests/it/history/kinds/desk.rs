//! The daily work of the desk.

use chrono::DateTime;
use pulih::model::desk::{Ending, Reason};
use pulih::model::event::{Actor, CaseRef, Desk, EndedRequests, Event, Settled};
use pulih::model::refusal::Refusal;
use serde_json::json;

use super::id;

pub fn samples() -> Vec<(Actor, Option<Refusal>, Event)> {
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
        Desk::Rejected {
            case,
            ended: EndedRequests { requests: 2, waited: 1 },
            entry: Some(id(23)),
            text: text.clone(),
        },
        Desk::Closed { case, ending: Ending::Spam, ended: EndedRequests::default(), entry: None, text: None },
        Desk::Closed {
            case,
            ending: Ending::Answered,
            ended: EndedRequests { requests: 1, waited: 0 },
            entry: Some(id(23)),
            text: Some(text.clone()),
        },
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
