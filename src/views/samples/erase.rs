//! Samples of erasing a person's details.

use uuid::Uuid;

use super::desk::desk;
use super::{Frame, Sample, add, at};
use crate::i18n::Lang;
use crate::model::erasure::{Counts, Hindrance};
use crate::model::proposal::{Obstacle, State};
use crate::model::refusal::Refusal;
use crate::views::staff::erase::{Flaw, Outlook};
use crate::views::staff::{Desk, Room, erase};

/// What the page of an erasure shows besides.
pub(super) fn outlook(state: State) -> Outlook {
    let counts =
        Counts { events: 41, requests: 3, letters: 12, mails: 2, notes: 4, addresses: 2, files: 1, proposals: 1 };
    let marked = Some(Uuid::from_u128(7));
    let hindrance = Hindrance { requests: 1, cases: 1, proposals: 1, letters: 1, marks: 2, marked };
    let done = state == State::Done;
    Outlook { counts, hindrance: if done { Hindrance::default() } else { hindrance }, done }
}

pub(super) fn pages(lang: Lang, out: &mut Vec<Sample>) {
    let Some(desk) = desk(lang, Room::Accounts) else { return };
    let desk = &Desk { frame: Frame { path: "/staff/accounts/erase".to_owned(), ..desk.frame.clone() }, ..desk };
    let form = erase::Data { form: "form-sample".to_owned(), ..erase::Data::default() };
    add(out, "erase", erase::page(desk, &form));
    let mut flaws = vec![Flaw::UserId, Flaw::Ground, Flaw::Evidence, Flaw::Note];
    flaws.push(Flaw::Refused(Refusal::CodeWrong));
    let wrong = erase::Data { evidence: "AMANAH7".to_owned(), flaws, ..form.clone() };
    add(out, "erase-trouble-all", erase::page(desk, &wrong));
    for obstacle in [Obstacle::Open, Obstacle::Already, Obstacle::UnderWay] {
        let hindrance = Hindrance { requests: 1, cases: 1, marks: 1, ..Hindrance::default() };
        let hindrance = if obstacle == Obstacle::UnderWay { hindrance } else { Hindrance::default() };
        let held = erase::Data { flaws: vec![Flaw::Obstacle(obstacle)], hindrance, ..form.clone() };
        add(out, &format!("erase-trouble-{}", obstacle.code()), erase::page(desk, &held));
    }
    add(out, "erased-account", erase::erased(desk, at(-60)));
}
