//! What the desk looks after.

use pulih::model::event::{Actor, Event, LetterRef, Upkeep};
use pulih::model::freeze::Scope;
use pulih::model::letter::LetterKind;
use pulih::model::refusal::Refusal;

use super::id;

pub fn samples() -> Vec<(Actor, Option<Refusal>, Event)> {
    let (staff, account, reason) = (Actor::Staff(id(11)), id(3), "HP dicuri".to_owned());
    let letter = LetterRef { letter: id(4), kind: LetterKind::Link, request: Some(id(2)), account: Some(account) };
    let worker = Actor::Worker("watchman");
    let all = vec![
        (staff, None, Upkeep::Searched { by: "user-id", term: "AMA".to_owned(), found: Some(2) }),
        (staff, None, Upkeep::Locked { account, reason: reason.clone(), sessions: Some(1) }),
        (staff, Some(Refusal::CodeWrong), Upkeep::Locked { account, reason: reason.clone(), sessions: None }),
        (staff, None, Upkeep::Unlocked { account, reason: reason.clone() }),
        (staff, None, Upkeep::Frozen { scope: Scope::Web, reason: reason.clone() }),
        (staff, None, Upkeep::Thawed { scope: Scope::NonPenyedia, reason }),
        (staff, None, Upkeep::MailRetried(letter)),
        (staff, None, Upkeep::MailCancelled(letter)),
        (staff, None, Upkeep::LinksRenewed { requests: 12, days: 3 }),
        (
            staff,
            None,
            Upkeep::Uploaded { created: Some(5), proposed: Some(1), unchanged: 2, file_sha256: "ab".repeat(32) },
        ),
        (worker, None, Upkeep::Hurried { staff: id(11), what: "address.revealed".to_owned(), times: 40 }),
    ];
    for (_, _, event) in &all {
        match event {
            Upkeep::Searched { .. }
            | Upkeep::Locked { .. }
            | Upkeep::Unlocked { .. }
            | Upkeep::Frozen { .. }
            | Upkeep::Thawed { .. }
            | Upkeep::MailRetried(_)
            | Upkeep::MailCancelled(_)
            | Upkeep::LinksRenewed { .. }
            | Upkeep::Uploaded { .. }
            | Upkeep::Hurried { .. } => {}
        }
    }
    all.into_iter().map(|(actor, refusal, event)| (actor, refusal, Event::Upkeep(event))).collect()
}
