//! The mails of a case, among the lines of its timeline.

use chrono::{DateTime, Utc};
use uuid::Uuid;

use crate::base::fault::Fault;
use crate::model::account::mask_address;
use crate::model::desk::Source;
use crate::model::inbound::Verdict;
use crate::store::Read;
use crate::store::inbound::desk::{list, show};
use crate::views::staff::case::Line;
use crate::views::staff::case_mail::{Asks, Said};
use crate::views::staff::mail::{Account, Candidate};
use crate::views::staff::mail_text::beginning;
use crate::web::House;

/// A mail of a case.
pub struct Mail {
    at: DateTime<Utc>,
    said: Said,
    unanswered: bool,
    weak: bool,
}

/// The mails of a case, newest first.
pub async fn of_case(house: &House, read: &mut Read, case: Uuid) -> Result<Vec<Mail>, Fault> {
    let found = list::of_case(read, case).await?;
    let mail = |row: list::Row| {
        let message = row.sealed_message.as_ref().map(|sealed| house.app.message(row.id, sealed)).transpose()?;
        let said = Said {
            mail: row.id,
            verdict: row.verdict()?,
            place: row.place()?,
            from: row.from_address.clone().unwrap_or_default(),
            subject: row.subject.clone().unwrap_or_default(),
            beginning: message.map(|message| beginning(&message.text)).unwrap_or_default(),
        };
        Ok(Mail { at: row.taken_at, said, unanswered: row.unanswered, weak: row.is_weak()? })
    };
    found.into_iter().map(mail).collect()
}

/// The newest mail whose request waits for the desk, with the accounts it may be about.
pub async fn asking(read: &mut Read, mails: &[Mail]) -> Result<Option<Asks>, Fault> {
    let Some(mail) = mails.iter().find(|mail| mail.unanswered) else { return Ok(None) };
    let candidates = candidates(read, mail.said.mail).await?;
    let verdict = mail.said.verdict.unwrap_or(Verdict::Unknown);
    Ok(Some(Asks { mail: mail.said.mail, verdict, weak: mail.weak, candidates }))
}

async fn candidates(read: &mut Read, mail: Uuid) -> Result<Vec<Candidate>, Fault> {
    let found = show::candidates(read, mail).await?;
    let candidate = |found: show::Candidate| Candidate {
        account: Account {
            id: found.id,
            user_id: found.user_id,
            name: found.name,
            address: mask_address(&found.address),
        },
        how: found.how,
    };
    Ok(found.into_iter().map(candidate).collect())
}

/// The lines with the mails among them, newest first. That a mail was read and judged is told by the mail itself.
pub fn among(lines: Vec<(Option<Uuid>, Line)>, mails: Vec<Mail>) -> Vec<Line> {
    let read_event = |mail: Uuid| {
        let of = |(about, line): &&(Option<Uuid>, Line)| *about == Some(mail) && line.kind == "inbound-read";
        lines.iter().find(of).and_then(|(_, line)| line.event)
    };
    let told: Vec<Line> = mails
        .into_iter()
        .map(|mail| Line {
            event: read_event(mail.said.mail),
            at: mail.at,
            kind: "inbound-read".to_owned(),
            refused: false,
            source: Source::Mail,
            staff: None,
            text: None,
            reply: false,
            answer: None,
            mail: Some(mail.said),
        })
        .collect();
    let events: Vec<Uuid> = told.iter().filter_map(|line| line.event).collect();
    let rest = lines.into_iter().map(|(_, line)| line).filter(|line| line.event.is_none_or(|id| !events.contains(&id)));
    let mut all: Vec<Line> = rest.chain(told).collect();
    // a stable order: what came at once stays as the history has it
    all.sort_by_key(|line| std::cmp::Reverse(line.at));
    all
}
